// Sites enough that CUB takes its kernels for large inputs, and every scan and sort many blocks: the index is the
// host's, bit by bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "sparseconv/cuda.cuh"
#include "support/on_gpu.cuh"
#include "support/random_sites.hpp"

namespace sparseconv::large_index_test {
namespace {

template <class T>
void expect_same(T const* there, T const* here, std::int64_t count, char const* what) {
  EXPECT_TRUE(std::equal(here, here + count, there)) << what;
}

void expect_index_of_the_host(KernelGeometry<3> const& geometry, OutputDefinition definition) {
  GpuPolicy const& where = test::OnGpu::policy();
  auto const here = test::random_site_set(Grid<3>{.shape = {100, 100, 100}, .batch_size = 2}, 300'007, 4);
  auto const there = copy_to(where, here);
  auto const outputs = output_sites(cpu, here, geometry, definition);
  auto const outputs_there = output_sites(where, there, geometry, definition);
  ASSERT_EQ(outputs_there.size(), outputs.size());
  auto const back = copy_to_host(where, outputs_there);
  EXPECT_TRUE(std::ranges::equal(back.coordinates(), outputs.coordinates()));

  auto const map = build_row_map(cpu, here, outputs, geometry);
  auto const map_back = copy_to_host(where, build_row_map(where, there, outputs_there, geometry));
  RowMapView const expected = map.view();
  RowMapView const actual = map_back.view();
  expect_same(actual.input_rows, expected.input_rows, geometry.element_count() * outputs.size(), "input rows");
  expect_same(actual.output_rows, expected.output_rows, outputs.size(), "output rows");
  expect_same(actual.group_masks, expected.group_masks, expected.groups(), "masks of groups");
}

TEST(LargeIndex, IsThatOfTheHostSubmanifold) {
  expect_index_of_the_host({.kernel_size = 3, .padding = 1}, OutputDefinition::submanifold);
}

TEST(LargeIndex, IsThatOfTheHostStrided) {
  expect_index_of_the_host({.kernel_size = 3, .stride = 2, .padding = 1}, OutputDefinition::regular);
}

}  // namespace
}  // namespace sparseconv::large_index_test
