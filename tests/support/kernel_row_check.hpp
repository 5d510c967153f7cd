#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/rulebook_pairs.hpp"

namespace sparseconv::test {

/// Checks what finds the pairs of one row of the kernel: for every row of the kernel, whole and cut short, and for all
/// outputs as well as a stretch of them, it emits the pairs of the definition, rows rising for each element.
template <int D, class FindPairs>
void expect_finds_kernel_rows(FindPairs const& find, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                              KernelGeometry<D> const& geometry) {
  auto const all = expected_pairs(inputs, outputs, geometry);
  std::int32_t const full_width = geometry.kernel_size[D - 1];
  for (std::int64_t first = 0; first < geometry.element_count(); first += full_width) {
    for (std::int32_t width = 1; width <= full_width; ++width) {
      for (auto const& [begin, end] :
           {std::pair{std::int64_t{0}, outputs.size()}, {outputs.size() / 3, outputs.size() / 2}}) {
        if (begin == end) continue;
        std::vector<RulePair> found;
        find(first, width, begin, end, [&](std::int64_t x, Row input, Row output) {
          found.push_back({first + x, input, output});
        });
        std::stable_sort(found.begin(), found.end(),
                         [](RulePair const& a, RulePair const& b) { return a.element < b.element; });
        std::vector<RulePair> expected;
        for (RulePair const& pair : all) {
          bool const in_row = pair.element >= first && pair.element < first + width;
          if (in_row && pair.output >= begin && pair.output < end) expected.push_back(pair);
        }
        ASSERT_EQ(found, expected) << "elements " << first << " + " << width << ", outputs " << begin << " to " << end;
      }
    }
  }
}

}  // namespace sparseconv::test
