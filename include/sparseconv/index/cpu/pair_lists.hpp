#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

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

/// A list of pairs for each of some kernel elements, with room for a fixed number.
class PairLists {
 public:
  /// Room for `room` pairs of each of so many elements, from element 0 on, in memory of a pool.
  PairLists(std::shared_ptr<MemoryPool> const& memory, std::int64_t elements, std::int64_t room)
      : room_(room + written_past_end),
        pairs_(memory, elements * room_),
        counts_(memory, elements),
        end_element_(elements) {
    start(0, elements);
  }

  /// Empties the lists, which are then those of elements [first, end).
  void start(std::int64_t first, std::int64_t end) {
    first_element_ = first;
    end_element_ = end;
    std::fill_n(counts_.begin(), end - first, 0);
  }
  [[nodiscard]] std::int64_t first_element() const { return first_element_; }
  [[nodiscard]] std::int64_t end_element() const { return end_element_; }

  void append(std::int64_t element, PackedPair pair) {
    *end(element) = pair;
    ++counts_[element - first_element_];
  }

  /// Where the next pair of an element goes; what is written there counts when set_end is told. Eight pairs may be written behind
  /// what counts.
  [[nodiscard]] PackedPair* end(std::int64_t element) { return begin(element) + counts_[element - first_element_]; }
  void set_end(std::int64_t element, PackedPair const* end) {
    counts_[element - first_element_] = end - begin(element);
  }

  [[nodiscard]] std::span<PackedPair const> operator[](std::int64_t element) const {
    return {pairs_.data() + (element - first_element_) * room_,
            static_cast<std::size_t>(counts_[element - first_element_])};
  }

 private:
  static constexpr std::int64_t written_past_end = 8;

  [[nodiscard]] PackedPair* begin(std::int64_t element) { return pairs_.data() + (element - first_element_) * room_; }

  std::int64_t room_;
  Buffer<PackedPair> pairs_;
  Buffer<std::int64_t> counts_;
  std::int64_t first_element_ = 0;
  std::int64_t end_element_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
