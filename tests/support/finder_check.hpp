#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sparseconv/index/cpu/pair_lists.hpp"
#include "support/random_sites.hpp"
#include "support/rulebook_pairs.hpp"

namespace sparseconv::test {

/// Checks a finder of pairs for elements [0, elements): for all outputs (or all inputs), and for a stretch of them found in two calls,
/// it appends the pairs of the definition, rows rising for each element; so it does for each row of the kernel by itself. `side` is
/// the row of a pair that the finder's stretches are of.
template <int D, class Finder>
void expect_finds_pairs(Finder const& finder, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                        KernelGeometry<D> const& geometry, std::int64_t elements,
                        Row RulePair::*side = &RulePair::output) {
  auto const all = expected_pairs(inputs, outputs, geometry);
  std::int64_t const count = side == &RulePair::output ? outputs.size() : inputs.size();
  ASSERT_EQ(finder.count(), count);
  for (auto const& [begin, end] : {std::pair{std::int64_t{0}, count}, {count / 3, count / 2}}) {
    on_cpu::PairLists lists(nullptr, elements, end - begin);
    std::int64_t const middle = begin + (end - begin) / 4;
    finder.find(begin, middle, lists);
    finder.find(middle, end, lists);
    std::vector<RulePair> found;
    auto const append_found = [&] {
      for (std::int64_t element = lists.first_element(); element < lists.end_element(); ++element) {
        for (on_cpu::PackedPair const pair : lists[element])
          found.push_back({element, on_cpu::input_of(pair), on_cpu::output_of(pair)});
      }
    };
    append_found();
    std::vector<RulePair> expected;
    for (RulePair const& pair : all) {
      if (pair.element < elements && pair.*side >= begin && pair.*side < end) expected.push_back(pair);
    }
    ASSERT_EQ(found, expected) << elements << " elements, rows " << begin << " to " << end;

    found.clear();
    std::int64_t const width = geometry.kernel_size[D - 1];
    for (std::int64_t first = 0; first < elements; first += width) {
      lists.start(first, std::min(first + width, elements));
      finder.find(begin, end, lists);
      append_found();
    }
    ASSERT_EQ(found, expected) << "row by row, rows " << begin << " to " << end;
  }
}

/// Calls body(inputs, outputs, geometry) for sites in three dimensions and geometries that differ from axis to axis.
template <class Body>
void for_each_finder_case(Body const& body) {
  Grid<3> const grid{.shape = {}, .batch_size = 2};
  auto const inputs = sites_of(grid, random_coordinates<3>({{-4, -3, -9}, {4, 4, 2}, {0, 1}}, 300, 1));
  auto const outputs = sites_of(grid, random_coordinates<3>({{-2, -4, -3}, {4, 4, 4}, {0, 1}}, 200, 2));
  for (KernelGeometry<3> const& geometry :
       {KernelGeometry<3>{.kernel_size = 3, .padding = 1},
        {.kernel_size = {1, 2, 4}, .dilation = {1, 2, 3}},
        {.kernel_size = {2, 1, 3}, .stride = {2, 1, 3}, .padding = {0, 1, 5}, .dilation = 2}}) {
    body(inputs, outputs, geometry);
  }
}

/// Calls body(inputs, outputs, geometry) with one side empty, then the other.
template <class Body>
void for_each_empty_finder_case(Body const& body) {
  auto const some = sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {3}}, {0, {4}}, {0, {5}}});
  body(SiteSet<1>(), some, KernelGeometry<1>{.kernel_size = 3});
  body(some, SiteSet<1>(), KernelGeometry<1>{.kernel_size = 3});
}

}  // namespace sparseconv::test
