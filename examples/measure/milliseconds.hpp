#pragma once

#include <chrono>

namespace measure {

/// Calls work and returns the milliseconds it took.
template <class Work>
double milliseconds(Work&& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace measure
