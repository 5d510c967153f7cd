#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/host_atomics.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Whether two sites lie on one line along the last axis.
template <int D>
bool on_one_line(Coordinate<D> const& a, Coordinate<D> const& b) {
  bool same = a.batch == b.batch;
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis + 1 < static_cast<std::size_t>(D); ++axis) {
    same &= a.position[axis] == b.position[axis];
  }
  return same;
}

/// A bit for each cell of a box. The cells of a line along the last axis follow each other, and each line begins with a word of its
/// own; lines are in canonical order, so the bits that are set are sites in canonical order.
template <int D>
class LineBits {
 public:
  using Word = std::uint64_t;

  /// All cells of the box, none set.
  LineBits(CpuPolicy const& where, Box<D> const& box)
      : box_(box), words_per_line_(words_of(box)), words_(where.memory(), bytes_needed(box) / 8) {
    std::int64_t lines = 1;
    for (std::size_t field = fields; field-- > 0;) {
      lines_below_[field] = lines;
      lines *= extent(box, field);
    }
    for_each_range(where, words_.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
      std::fill(words_.begin() + begin, words_.begin() + end, Word{0});
    });
  }

  /// How many bytes the bits of a box take: 2^62 if they are as many or more.
  static std::int64_t bytes_needed(Box<D> const& box) {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    if (box.empty()) return 0;
    std::int64_t bytes = 8 * words_of(box);  // no more than 2^61
    for (std::size_t field = 0; field < fields; ++field) {
      if (extent(box, field) > most / bytes) return most;
      bytes *= extent(box, field);
    }
    return std::min(bytes, most);
  }

  /// Whether the box has no cells.
  [[nodiscard]] bool empty() const { return words_.empty(); }

  /// Whether the box holds the line through a coordinate, whose last field does not matter.
  [[nodiscard]] bool contains_line(WideCoordinate<D> const& through) const {
    bool inside = true;
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields; ++field) {
      inside &= through[field] >= box_.low[field] && through[field] <= box_.high[field];
    }
    return inside;
  }

  /// The first word of a line that the box holds.
  [[nodiscard]] std::int64_t first_word(WideCoordinate<D> const& through) const {
    std::int64_t line = 0;
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields; ++field)
      line += (through[field] - box_.low[field]) * lines_below_[field];
    return line * words_per_line_;
  }

  /// Where lines begin and end along the last axis; both cells are in the box.
  [[nodiscard]] std::int64_t first_cell() const { return box_.low[D]; }
  [[nodiscard]] std::int64_t last_cell() const { return box_.high[D]; }

  /// Some cells of a line that lie in one word.
  struct Part {
    std::int64_t word;  ///< behind the line's first
    Word bits;
  };

  /// How many parts a run of so many cells may have.
  static constexpr std::int64_t most_parts(std::int64_t cells) { return cells / 64 + 2; }

  /// Adds the parts of `count` cells, one at least, the first of them `cell` cells behind the line's first, to parts [begin, end) of
  /// one line; returns the new end. The last part takes what lies in its word.
  static Part* add_parts(Part* begin, Part* end, std::int64_t cell, std::int64_t count) {
    auto at = static_cast<std::uint64_t>(cell);
    auto left = static_cast<std::uint64_t>(count);
    while (left > 0) {
      std::uint64_t const taken = std::min(left, 64 - at % 64);
      Part const part{static_cast<std::int64_t>(at / 64), ~Word{0} >> (64 - taken) << (at % 64)};
      if (end != begin && end[-1].word == part.word) {
        end[-1].bits |= part.bits;
      } else {
        *end++ = part;
      }
      at += taken;
      left -= taken;
    }
    return end;
  }

  /// Sets cells of a line. Threads may set at the same time if they are not `alone`.
  void set(std::int64_t first_word, Part const& part, bool alone) {
    Word& word = words_[first_word + part.word];
    if (alone) {
      word |= part.bits;
      return;
    }
    SharedNumber const shared(word);
    if ((shared.value() & part.bits) != part.bits) shared.set_bits(part.bits);
  }

  /// Sets the sites of a canonical list, all of which lie in the box. Returns for each word that has one how many come before it; of
  /// other words the number means nothing.
  Buffer<Row> set_and_rank(CpuPolicy const& where, Coordinate<D> const* sites, std::int64_t count) {
    Buffer<Row> ranks(where.memory(), words_.size());
    bool const alone = where.thread_count() == 1;
    for_each_range(where, count, stretch, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t first_word = 0;
      Part part{0, 0};
      for (std::int64_t row = begin; row < end; ++row) {
        bool const is_new_line = row == begin || !on_one_line(sites[row - 1], sites[row]);
        std::int64_t const cell = sites[row].position[D - 1] - box_.low[D];
        if (is_new_line || cell / 64 != part.word) {
          if (part.bits != 0) set(first_word, part, alone);
          if (is_new_line) first_word = this->first_word(widen(sites[row]));
          part = {cell / 64, 0};
          if (row == 0 || !is_in_word(sites[row - 1], sites[row]))
            ranks[first_word + part.word] = static_cast<Row>(row);
        }
        part.bits |= Word{1} << (cell % 64);
      }
      if (part.bits != 0) set(first_word, part, alone);
    });
    return ranks;
  }

  [[nodiscard]] Word const* words() const { return words_.data(); }

  /// The sites that are set, and the smallest box around them.
  struct Sites {
    Buffer<Coordinate<D>> coordinates;
    Box<D> box;
  };

  /// Throws: CoordinateError if a cell that is set does not fit a coordinate; `call` begins the message.
  [[nodiscard]] Sites sites(CpuPolicy const& where, std::string_view call) const {
    Buffer<std::int64_t> const before =
        counts_before(where, words_.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
          std::int64_t count = 0;
          for (std::int64_t i = begin; i < end; ++i) {
            if (words_[i] != 0) count += std::popcount(words_[i]);  // nearly all are 0, and counting bits may be a call
          }
          return count;
        });
    std::int64_t const stretches = before.size() - 1;
    Sites found{Buffer<Coordinate<D>>(where.memory(), before[stretches]), {}};
    Buffer<Box<D>> boxes(where.memory(), stretches);
    bool all_fit = true;
    for (std::size_t field = 1; field <= fields; ++field) {
      all_fit =
          all_fit && std::in_range<std::int32_t>(box_.low[field]) && std::in_range<std::int32_t>(box_.high[field]);
    }
    for_each_range(where, words_.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
      Coordinate<D>* next = found.coordinates.data() + before[begin / stretch];
      Box<D> box;
      WideCoordinate<D> cell{};
      std::int64_t end_of_line = begin;  // of the line that `cell` is on
      for (std::int64_t i = begin; i < end; ++i) {
        if (words_[i] == 0) continue;  // nearly all are
        if (i >= end_of_line) {
          cell = first_of_line(i);
          end_of_line = (i / words_per_line_ + 1) * words_per_line_;
        }
        std::int64_t const first = box_.low[D] + (words_per_line_ - (end_of_line - i)) * 64;
        for (Word word = words_[i]; word != 0; word &= word - 1) {
          cell[D] = first + std::countr_zero(word);
          *next++ = all_fit ? cut<D>(cell) : narrow<D>(cell, call);
        }
        box.include(cell);  // the last of the word
        cell[D] = first + std::countr_zero(words_[i]);
        box.include(cell);
      }
      boxes[begin / stretch] = box;
    });
    for (Box<D> const& box : boxes) found.box.include(box);
    return found;
  }

 private:
  static constexpr std::int64_t stretch = 4096;  // words, or sites, that one thread takes at a time
  static constexpr std::size_t fields = static_cast<std::size_t>(D);

  static std::int64_t extent(Box<D> const& box, std::size_t field) {
    return box.empty() ? 0 : box.high[field] - box.low[field] + 1;
  }
  static std::int64_t words_of(Box<D> const& box) { return (extent(box, fields) + 63) / 64; }

  /// Whether the bits of two sites are in one word.
  [[nodiscard]] bool is_in_word(Coordinate<D> const& a, Coordinate<D> const& b) const {
    auto const word = [&](Coordinate<D> const& site) { return (site.position[D - 1] - box_.low[D]) / 64; };
    return on_one_line(a, b) && word(a) == word(b);
  }

  /// The first cell of the line that a word is on.
  [[nodiscard]] WideCoordinate<D> first_of_line(std::int64_t word) const {
    WideCoordinate<D> cell;
    std::int64_t line = word / words_per_line_;
    cell[D] = box_.low[D];
    for (std::size_t field = 0; field < fields; ++field) {
      std::int64_t const along = line / lines_below_[field];
      cell[field] = box_.low[field] + along;
      line -= along * lines_below_[field];
    }
    return cell;
  }

  Box<D> box_;
  std::int64_t words_per_line_;
  std::array<std::int64_t, fields> lines_below_{};  ///< lines from a cell to its neighbour along each field
  Buffer<Word> words_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
