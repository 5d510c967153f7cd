#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/index/device/find_neighbours.hpp"
#include "sparseconv/index/identity_element.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/fill.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Counts the marks of each word; the number behind the last is 0.
struct CountMarks {
  std::uint32_t const* marks;
  std::int64_t words;
  std::int64_t* counts;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t word) const {
    counts[word] = word < words ? count_ones(marks[word]) : 0;
  }
};

/// Where the pairs of each element begin.
///
/// In a symmetric map those before the middle have been found, it has a pair for each output, and those behind it have as
/// many as the ones they mirror.
struct PairPlaces {
  std::int64_t const* word_begins;  ///< the pairs before each word of marks, and of all
  std::int64_t words;               ///< of an element
  std::int64_t found;               ///< elements
  std::int64_t middle_pairs;        ///< M, or 0 if the map is not symmetric

  [[nodiscard]] constexpr std::int64_t first(std::int64_t element) const {
    if (element <= found) return word_begins[element * words];
    return 2 * word_begins[found * words] + middle_pairs - word_begins[(2 * found + 1 - element) * words];
  }
};

/// Writes the pairs of each element and output in their places. In a symmetric map one list serves both sides: the outputs
/// of an element are the inputs of the one that mirrors it, and in the same order, as a shift keeps the order of sites.
template <class Atomics>
struct WritePairs {
  MarkedRows<Atomics> table;
  PairPlaces places;
  Row* input_rows;
  Row* output_rows;  ///< null where symmetric

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t output) const {
    if (element == places.found) {  // the middle
      input_rows[places.first(element) + output] = static_cast<Row>(output);
      return;
    }
    std::int64_t const word = element * places.words + output / 32;
    std::uint32_t const bit = std::uint32_t{1} << (output % 32);
    std::uint32_t const marks = table.marks[word];
    if ((marks & bit) == 0) return;
    std::int64_t const place = places.word_begins[word] + count_ones(marks & (bit - 1));
    input_rows[place] = table.rows[element * table.output_count + output];
    if (output_rows != nullptr) {
      output_rows[place] = static_cast<Row>(output);
    } else {
      std::int64_t const mirror = 2 * places.found - element;
      input_rows[places.first(mirror) + place - places.first(element)] = static_cast<Row>(output);
    }
  }
};

/// Writes where each element begins, and the end.
struct WriteOffsets {
  PairPlaces places;
  std::int64_t* offsets;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element) const { offsets[element] = places.first(element); }
};

/// sparseconv::build_rulebook: a table of look-ups first, then its pairs. Does not wait.
template <DevicePolicy Policy, int D, class Lookup>
Rulebook<typename Policy::Memory> build_rulebook(Policy const& where, SiteSet<D, typename Policy::Memory> const& inputs,
                                                 SiteSet<D, typename Policy::Memory> const& outputs,
                                                 KernelGeometry<D> const& geometry, Lookup how) {
  using Memory = typename Policy::Memory;
  using Table = MarkedRows<typename Policy::Atomics>;
  std::int64_t const elements = geometry.element_count();
  auto const identity = identity_element(inputs, outputs, geometry);
  bool const symmetric = is_symmetric(identity, elements);
  std::int64_t const found = symmetric ? *identity : elements;
  std::int64_t const count = outputs.size();
  std::int64_t const words = Table::words_for(count);

  Buffer<Row, Memory> rows(where.memory(), found * count);
  Buffer<std::uint32_t, Memory> marks(where.memory(), found * words);
  Table const table{rows.data(), marks.data(), count};
  where.for_each(marks.size(), Fill<std::uint32_t>{marks.data(), 0});
  find_neighbours(where, inputs, outputs, geometry, found, how, table);
  Buffer<std::int64_t, Memory> counts(where.memory(), found * words + 1);
  where.for_each(counts.size(), CountMarks{marks.data(), found * words, counts.data()});
  where.exclusive_sum(counts.data(), counts.data(), counts.size());
  PairPlaces const places{counts.data(), words, found, symmetric ? count : 0};

  // An input is in one pair of an element at most, and so is an output.
  std::int64_t const most = elements * std::min(inputs.size(), count);
  Buffer<Row, Memory> input_rows(where.memory(), most);
  Buffer<Row, Memory> output_rows;
  if (!symmetric) output_rows = Buffer<Row, Memory>(where.memory(), most);
  Buffer<std::int64_t, Memory> offsets(where.memory(), elements + 1);
  where.for_each(found + (symmetric ? 1 : 0), count,
                 WritePairs<typename Policy::Atomics>{table, places, input_rows.data(), output_rows.data()});
  where.for_each(offsets.size(), WriteOffsets{places, offsets.data()});
  if (symmetric) return Rulebook<Memory>(std::move(offsets), std::move(input_rows), inputs.size(), identity);
  return Rulebook<Memory>(std::move(offsets), std::move(input_rows), std::move(output_rows), inputs.size(),
                          outputs.size(), identity);
}

}  // namespace sparseconv::inline v0_1::on_device
