#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "sparseconv/index/cpu/pair_lists.hpp"
#include "support/rulebook_pairs.hpp"

namespace sparseconv::test {

/// Checks a finder of pairs for elements [0, elements): for all outputs, and for a stretch of them found in two calls, it
/// appends the pairs of the definition, rows rising for each element.
template <int D, class Finder>
void expect_finds_pairs(Finder const& finder, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                        KernelGeometry<D> const& geometry, std::int64_t elements) {
  auto const all = expected_pairs(inputs, outputs, geometry);
  for (auto const& [begin, end] :
       {std::pair{std::int64_t{0}, outputs.size()}, {outputs.size() / 3, outputs.size() / 2}}) {
    on_cpu::PairLists lists(nullptr, elements, end - begin);
    std::int64_t const middle = begin + (end - begin) / 4;
    finder.find(begin, middle, lists);
    finder.find(middle, end, lists);
    std::vector<RulePair> found;
    for (std::int64_t element = 0; element < elements; ++element) {
      for (on_cpu::PackedPair const pair : lists[element])
        found.push_back({element, on_cpu::input_of(pair), on_cpu::output_of(pair)});
    }
    std::vector<RulePair> expected;
    for (RulePair const& pair : all) {
      if (pair.element < elements && pair.output >= begin && pair.output < end) expected.push_back(pair);
    }
    ASSERT_EQ(found, expected) << elements << " elements, outputs " << begin << " to " << end;
  }
}

}  // namespace sparseconv::test
