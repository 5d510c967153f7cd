#pragma once

#include <atomic>
#include <cstdint>

namespace sparseconv::inline v0_1 {

/// A number that several threads of the host read and change; no other memory is ordered by it.
#if defined(__cpp_lib_atomic_ref)
template <class Number>
class SharedNumber {
 public:
  explicit SharedNumber(Number& number) : number_(number) {}

  [[nodiscard]] Number value() const { return number_.load(std::memory_order_relaxed); }
  /// Sets the bits that `bits` has.
  void set_bits(Number bits) const { number_.fetch_or(bits, std::memory_order_relaxed); }
  /// Makes it `desired` if it is `expected`; whether it was.
  bool replace(Number expected, Number desired) const {
    return number_.compare_exchange_strong(expected, desired, std::memory_order_relaxed);
  }

 private:
  std::atomic_ref<Number> number_;
};
#else
// The same by what GCC and Clang build in: standard libraries of Clang lack atomic_ref before version 19.
template <class Number>
class SharedNumber {
 public:
  explicit SharedNumber(Number& number) : number_(&number) {}

  [[nodiscard]] Number value() const { return __atomic_load_n(number_, __ATOMIC_RELAXED); }
  void set_bits(Number bits) const { __atomic_fetch_or(number_, bits, __ATOMIC_RELAXED); }
  bool replace(Number expected, Number desired) const {
    return __atomic_compare_exchange_n(number_, &expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  }

 private:
  Number* number_;
};
#endif

/// Changes of one place by several threads of the host.
struct HostAtomics {
  /// place = desired if it is `expected`; whether it was.
  static bool replace(std::int32_t& place, std::int32_t expected, std::int32_t desired) {
    SharedNumber const shared(place);
    // A look first: an exchange takes the place from other threads even where it fails.
    return shared.value() == expected && shared.replace(expected, desired);
  }
};

}  // namespace sparseconv::inline v0_1
