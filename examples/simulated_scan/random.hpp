#pragma once

#include <cstdint>
#include <random>

namespace simulated_scan {

/// Numbers that are the same from every compiler: the standard fixes the bits of its generator, not those of its
/// distributions.
class Random {
 public:
  /// Streams of one seed do not depend on each other.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : bits_(mix(mix(seed) + stream)) {}

  /// Evenly spread in [0, 1), in steps of 2^-53.
  double uniform() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }

  /// Evenly spread in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  bool chance(double probability) { return uniform() < probability; }

  /// Bell-shaped, mean 0, standard deviation 1, never beyond 3.47: the sum of four even numbers of 16 bits.
  double bell() {
    const std::uint64_t bits = bits_();
    const std::uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    constexpr double sqrt_3 = 1.7320508075688772;
    return (static_cast<double>(sum) / 65535.0 - 2.0) * sqrt_3;
  }

 private:
  /// splitmix64: seeds that differ in one bit get unlike generators.
  static std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
  }

  std::mt19937_64 bits_;
};

}  // namespace simulated_scan
