#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>

namespace sparseconv::fuzz {

/// Chooses at random; the same choices for a seed on every machine.
///
/// Source:  Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }

  /// A number in [0, end); 0 if there is none.
  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(bits() % end); }

  bool one_in(std::size_t times) { return below(times) == 0; }

  template <class Range>
  auto const& pick(Range const& from) {
    return from[below(std::size(from))];
  }
  std::string_view pick(std::initializer_list<std::string_view> from) { return from.begin()[below(from.size())]; }

 private:
  std::uint64_t state_;
};

}  // namespace sparseconv::fuzz
