#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Puts a rulebook together from pairs that `find_pairs` finds for one row of the kernel and one stretch of outputs at
/// a time.
///
/// Where the identity is the middle of the kernel the map is symmetric: element K-1-k holds the pairs of element k with
/// input and output exchanged. Then only the elements before the middle are found and the others are mirrored.
template <int D, class FindPairs>
Rulebook assemble_rulebook(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                           KernelGeometry<D> const& geometry, std::optional<std::int64_t> identity,
                           FindPairs const& find_pairs) {
  constexpr std::int64_t stretch = 8192;  // outputs that one thread takes at a time
  std::int64_t const elements = geometry.element_count();
  std::int64_t const row_width = geometry.kernel_size[D - 1];
  bool const symmetric = identity && 2 * *identity + 1 == elements;
  std::int64_t const found_elements = symmetric ? *identity : elements;
  std::int64_t const found_rows = (found_elements + row_width - 1) / row_width;
  std::int64_t const stretches = (outputs.size() + stretch - 1) / stretch;

  // Part (row of the kernel, stretch): for each element of the row its input rows, then its output rows.
  struct Part {
    Buffer<Row> rows;
    std::vector<std::int64_t> counts;
  };
  std::vector<Part> parts(static_cast<std::size_t>(found_rows * stretches));
  auto const width_of = [&](std::int64_t row) { return std::min(row_width, found_elements - row * row_width); };

  for_each_range(where, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t index, std::int64_t) {
    Part& part = parts[static_cast<std::size_t>(index)];
    std::int64_t const row = index / stretches;
    std::int64_t const begin = index % stretches * stretch;
    std::int64_t const end = std::min(begin + stretch, outputs.size());
    std::int64_t const width = width_of(row);
    Buffer<Row> scratch(2 * width * (end - begin));
    part.counts.assign(static_cast<std::size_t>(width), 0);
    Row* const input_rows = scratch.data();
    Row* const output_rows = scratch.data() + width * (end - begin);
    std::int64_t* const counts = part.counts.data();
    find_pairs(row * row_width, static_cast<std::int32_t>(width), begin, end,
               [&](std::int64_t x, Row input, Row output) {
                 std::int64_t const place = x * (end - begin) + counts[x]++;
                 input_rows[place] = input;
                 output_rows[place] = output;
               });
    part.rows = Buffer<Row>(2 * std::accumulate(part.counts.begin(), part.counts.end(), std::int64_t{0}));
    Row* next = part.rows.data();
    for (std::int64_t x = 0; x < width; ++x) {
      next = std::copy_n(input_rows + x * (end - begin), counts[x], next);
      next = std::copy_n(output_rows + x * (end - begin), counts[x], next);
    }
  });

  std::vector<std::int64_t> offsets(static_cast<std::size_t>(elements) + 1);
  for (std::int64_t element = 0; element < elements; ++element) {
    std::int64_t const twin = symmetric ? std::min(element, elements - 1 - element) : element;
    std::int64_t count = 0;
    if (symmetric && element == *identity) {
      count = outputs.size();
    } else {
      for (std::int64_t s = 0; s < stretches; ++s) {
        count += parts[static_cast<std::size_t>(twin / row_width * stretches + s)]
                     .counts[static_cast<std::size_t>(twin % row_width)];
      }
    }
    offsets[static_cast<std::size_t>(element) + 1] = offsets[static_cast<std::size_t>(element)] + count;
  }

  Buffer<Row> input_rows(offsets.back());
  Buffer<Row> output_rows(offsets.back());
  // One kernel row and all its stretches go to one thread: where a stretch starts follows from those before it.
  for_each_range(where, found_rows, 1, [&](std::int64_t row, std::int64_t) {
    std::int64_t const width = width_of(row);
    std::vector<std::int64_t> next(offsets.begin() + row * row_width, offsets.begin() + row * row_width + width);
    for (std::int64_t s = 0; s < stretches; ++s) {
      Part const& part = parts[static_cast<std::size_t>(row * stretches + s)];
      Row const* from = part.rows.data();
      for (std::int64_t x = 0; x < width; ++x) {
        std::int64_t const count = part.counts[static_cast<std::size_t>(x)];
        std::int64_t const element = row * row_width + x;
        std::int64_t const place = next[static_cast<std::size_t>(x)];
        std::copy_n(from, count, input_rows.data() + place);
        std::copy_n(from + count, count, output_rows.data() + place);
        if (symmetric) {
          std::int64_t const mirrored = place - offsets[static_cast<std::size_t>(element)] +
                                        offsets[static_cast<std::size_t>(elements - 1 - element)];
          std::copy_n(from, count, output_rows.data() + mirrored);
          std::copy_n(from + count, count, input_rows.data() + mirrored);
        }
        next[static_cast<std::size_t>(x)] += count;
        from += 2 * count;
      }
    }
  });
  if (symmetric) {
    std::int64_t const first = offsets[static_cast<std::size_t>(*identity)];
    for_each_index(where, outputs.size(),
                   [&](std::int64_t i) { input_rows[first + i] = output_rows[first + i] = static_cast<Row>(i); });
  }
  return Rulebook(std::move(offsets), std::move(input_rows), std::move(output_rows), inputs.size(), outputs.size(),
                  identity);
}

}  // namespace sparseconv
