#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"

namespace sparseconv::test {

/// Numbers that are the same on every machine and with every standard library.
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint32_t seed) : bits_(seed) {}

  /// An integer in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    std::uint64_t const span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (span == 0 ? bits_() : bits_() % span));
  }

  /// A number in [-1, 1] with a full mantissa, so that sums do round.
  template <class T>
  T number() {
    return static_cast<T>(static_cast<double>(between(-1'000'003, 1'000'003)) / 1'000'003.0);
  }

  template <class Value>
  void shuffle(std::vector<Value>& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(i) - 1))]);
    }
  }

 private:
  std::mt19937_64 bits_;
};

/// What draws cases from random numbers has in common.
class RandomDraws {
 public:
  explicit RandomDraws(std::uint32_t seed) : random_(seed) {}

  /// The numbers that the cases are drawn from.
  RandomNumbers& random() { return random_; }

 protected:
  std::int32_t draw(std::int64_t low, std::int64_t high) {
    return static_cast<std::int32_t>(random_.between(low, high));
  }
  bool one_in(int times) { return random_.between(1, times) == 1; }

 private:
  RandomNumbers random_;
};

/// Features or weights: every one another number, positive and negative.
template <class T>
Buffer<T> random_numbers(std::int64_t count, std::uint32_t seed) {
  RandomNumbers random(seed);
  Buffer<T> numbers(count);
  for (T& number : numbers) number = random.number<T>();
  return numbers;
}

}  // namespace sparseconv::test
