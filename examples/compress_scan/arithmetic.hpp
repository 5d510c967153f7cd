#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace compress_scan {

/// How the networks of the codec are computed, by the number that a file has. A decoder has to compute the very numbers of the encoder, so
/// it needs the same. The order of all sums is that of the library's host kernels; if a version of it changes an order, or what is
/// rounded, it takes new numbers.
enum class Arithmetic : std::uint8_t {
  fused = 1,    ///< a product and the sum it goes into are rounded once, together
  separate = 2  ///< a product is rounded, and then the sum
};

/// What the instructions of a policy `cpu` compute with. `seq` always has `separate`.
inline Arithmetic arithmetic_of(sparseconv::InstructionSet set) {
  return sparseconv::rounds_products_once(set) ? Arithmetic::fused : Arithmetic::separate;
}

inline Arithmetic arithmetic_of(sparseconv::CpuPolicy const& where) {
  return arithmetic_of(where.instruction_set());
}

inline Arithmetic arithmetic_of(sparseconv::SequentialPolicy const&) {
  return Arithmetic::separate;
}

/// "fused (1)", as messages have it.
inline std::string to_string(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::fused ? "fused (1)" : "separate (2)";
}

}  // namespace compress_scan
