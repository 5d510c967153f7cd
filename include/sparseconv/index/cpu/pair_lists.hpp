#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// A pair of rows in one number, the input in its low half: adding 1 gives the pair with the next input.
using PackedPair = std::uint64_t;

constexpr PackedPair pack_pair(Row input, Row output) {
  return (PackedPair{static_cast<std::uint32_t>(output)} << 32) | static_cast<std::uint32_t>(input);
}
constexpr Row input_of(PackedPair pair) {
  return static_cast<Row>(static_cast<std::uint32_t>(pair));
}
constexpr Row output_of(PackedPair pair) {
  return static_cast<Row>(static_cast<std::uint32_t>(pair >> 32));
}

/// A list of pairs for each kernel element, with room for a fixed number.
class PairLists {
 public:
  /// Room for `room` pairs of each element, in memory of a pool.
  PairLists(std::shared_ptr<MemoryPool> memory, std::int64_t elements, std::int64_t room)
      : room_(room + written_past_end),
        pairs_(std::move(memory), elements * room_),
        counts_(static_cast<std::size_t>(elements)) {}

  void clear() { std::fill(counts_.begin(), counts_.end(), 0); }

  void append(std::int64_t element, PackedPair pair) {
    *end(element) = pair;
    ++counts_[static_cast<std::size_t>(element)];
  }

  /// Where the next pair of an element goes; what is written there counts when set_end is told. Eight pairs may be written behind
  /// what counts.
  [[nodiscard]] PackedPair* end(std::int64_t element) {
    return pairs_.data() + element * room_ + counts_[static_cast<std::size_t>(element)];
  }
  void set_end(std::int64_t element, PackedPair const* end) {
    counts_[static_cast<std::size_t>(element)] = end - (pairs_.data() + element * room_);
  }

  [[nodiscard]] std::span<PackedPair const> operator[](std::int64_t element) const {
    return {pairs_.data() + element * room_, static_cast<std::size_t>(counts_[static_cast<std::size_t>(element)])};
  }

  /// The number of pairs of each element.
  [[nodiscard]] std::vector<std::int64_t> const& counts() const { return counts_; }

 private:
  static constexpr std::int64_t written_past_end = 8;

  std::int64_t room_;
  Buffer<PackedPair> pairs_;
  std::vector<std::int64_t> counts_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
