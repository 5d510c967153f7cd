#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Puts a rulebook together from the pairs that a finder finds for one stretch of outputs at a time.
///
/// Where the map is symmetric only the elements before the middle are found: their input rows are listed under them, and
/// their output rows under the elements behind the middle, of which they are the inputs.
class RulebookAssembly {
 public:
  RulebookAssembly(std::int64_t elements, std::int64_t input_count, std::int64_t output_count,
                   std::optional<std::int64_t> identity)
      : elements_(elements),
        input_count_(input_count),
        output_count_(output_count),
        identity_(identity),
        symmetric_(is_symmetric(identity, elements)) {}

  /// How many elements are found, from the first on.
  [[nodiscard]] std::int64_t found_elements() const { return symmetric_ ? *identity_ : elements_; }

  /// The rulebook of the pairs that the finder finds of the found elements.
  [[nodiscard]] Rulebook<> assemble(CpuPolicy const& where, PairFinder const& finder) const {
    std::int64_t const found = found_elements();
    // Outputs that are handled together: the lists of a kernel of 125 elements fit a core's second cache, and those of a
    // very large one do not fill the memory.
    std::int64_t const longest = std::clamp<std::int64_t>((1 << 22) / std::max<std::int64_t>(found, 1), 256, 2048);
    std::int64_t const stretch = std::min(longest, std::max<std::int64_t>(output_count_, 1));
    std::int64_t const stretches = (output_count_ + stretch - 1) / stretch;
    std::vector<Part> parts(static_cast<std::size_t>(stretches));
    std::int64_t const share = std::max<std::int64_t>(1, stretches / (4 * where.thread_count()));
    for_each_range(where, stretches, share, [&](std::int64_t first, std::int64_t last) {
      PairLists lists(where.memory(), found, stretch);
      for (std::int64_t s = first; s < last; ++s) {
        lists.clear();
        finder.find(s * stretch, std::min((s + 1) * stretch, output_count_), lists);
        parts[static_cast<std::size_t>(s)] = part_of(where, lists);
      }
    });
    std::vector<std::int64_t> offsets = place(parts);
    Buffer<Row> input_rows(where.memory(), offsets.back());
    Buffer<Row> output_rows(where.memory(), symmetric_ ? 0 : offsets.back());
    for_each_range(where, stretches, 1, [&](std::int64_t s, std::int64_t) {
      Part const& part = parts[static_cast<std::size_t>(s)];
      PackedPair const* from = part.pairs.data();
      for (std::int64_t k = 0; k < found; ++k) {
        auto const element = static_cast<std::size_t>(k);
        auto const twin = static_cast<std::size_t>(elements_ - 1 - k);
        std::int64_t const first = part.places[element];
        Row* const inputs = input_rows.data() + offsets[element] + first;
        Row* const outputs =
            symmetric_ ? input_rows.data() + offsets[twin] + first : output_rows.data() + offsets[element] + first;
        std::int64_t const count = part.counts[element];
        for (std::int64_t i = 0; i < count; ++i) inputs[i] = input_of(from[i]);
        for (std::int64_t i = 0; i < count; ++i) outputs[i] = output_of(from[i]);
        from += count;
      }
    });
    Buffer<std::int64_t> kept_offsets{std::span<std::int64_t const>(offsets)};
    if (!symmetric_) {
      return Rulebook<>(std::move(kept_offsets), std::move(input_rows), std::move(output_rows), input_count_,
                        output_count_, identity_);
    }
    Row* const middle = input_rows.data() + offsets[static_cast<std::size_t>(*identity_)];
    for_each_range(where, output_count_, stretch, [&](std::int64_t begin, std::int64_t end) {
      std::iota(middle + begin, middle + end, static_cast<Row>(begin));
    });
    return Rulebook<>(std::move(kept_offsets), std::move(input_rows), output_count_, identity_);
  }

 private:
  /// The pairs of a stretch of outputs, element by element; and where those of each element go, from the
  /// element's first.
  struct Part {
    Buffer<PackedPair> pairs;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> places;
  };

  static Part part_of(CpuPolicy const& where, PairLists const& lists) {
    auto const& counts = lists.counts();
    Part part{
        Buffer<PackedPair>(where.memory(), std::accumulate(counts.begin(), counts.end(), std::int64_t{0})), counts, {}};
    PackedPair* next = part.pairs.data();
    for (std::size_t element = 0; element < counts.size(); ++element) {
      next = std::ranges::copy(lists[static_cast<std::int64_t>(element)], next).out;
    }
    return part;
  }

  /// Fills in the places of all parts; returns the offsets of the elements.
  std::vector<std::int64_t> place(std::vector<Part>& parts) const {
    auto const found = static_cast<std::size_t>(found_elements());
    std::vector<std::int64_t> totals(found);
    for (Part& part : parts) {
      part.places = totals;
      for (std::size_t element = 0; element < found; ++element) totals[element] += part.counts[element];
    }
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(elements_) + 1);
    for (std::size_t element = 0; element + 1 < offsets.size(); ++element) {
      std::size_t const twin = symmetric_ ? std::min(element, offsets.size() - 2 - element) : element;
      offsets[element + 1] = offsets[element] + (twin < found ? totals[twin] : output_count_);
    }
    return offsets;
  }

  std::int64_t elements_;
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
  bool symmetric_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
