#pragma once

#include <cerrno>

namespace sparseconv::inline v0_1 {

/// Makes a call of the system, which says -1 where it fails, until no signal interrupts it: a program may have handlers that let no
/// call go on by itself, as timers and profilers have.
template <class Call>
auto uninterrupted(Call const& call) {
  for (;;) {
    auto const result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

}  // namespace sparseconv::inline v0_1
