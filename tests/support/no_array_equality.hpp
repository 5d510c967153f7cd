#pragma once

#include <array>
#include <cstddef>

namespace std {

/// Takes == of arrays away: nvcc makes it false in device code, as libstdc++ compares by a function of the host. Code of
/// the library that is compiled below this must say same_numbers.
template <class T, size_t N>
requires true bool operator==(array<T, N> const&, array<T, N> const&) = delete;

}  // namespace std
