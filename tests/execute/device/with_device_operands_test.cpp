// The operands of a convolution on a device may lie anywhere and have any number of channels; kernels take rows of whole chunks.
#include "sparseconv/execute/device/convolve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/device/build_row_map.hpp"
#include "sparseconv/index/device/build_rulebook.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/device_policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"

namespace sparseconv {
namespace {

template <class Where>
class DeviceConvolve : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceConvolve, test::DevicePolicies);

/// Numbers on a device that begin so many places behind a multiple of 256 bytes.
template <class T, class Policy>
class PlacedRows {
 public:
  PlacedRows(Policy const& where, Buffer<T> const& numbers, std::int64_t columns, std::int64_t misplace)
      : misplace_(misplace), columns_(columns), rows_(numbers.size() / columns) {
    Buffer<T> moved(numbers.size() + misplace, T(7));
    std::copy(numbers.begin(), numbers.end(), moved.begin() + misplace);
    memory_ = copy_to(where, moved);
  }
  MatrixView<T, typename Policy::Memory> view() { return {memory_.data() + misplace_, rows_, columns_}; }
  /// The numbers, and what stands before them.
  Buffer<T> read(Policy const& where) const { return copy_to_host(where, memory_); }

 private:
  std::int64_t misplace_;
  std::int64_t columns_;
  std::int64_t rows_;
  Buffer<T, typename Policy::Memory> memory_;
};

template <class T, class Policy>
void expect_the_same_bits_anywhere(Policy const& where, std::int64_t in_channels, std::int64_t out_channels) {
  auto const sites = copy_to(where, test::random_site_set(Grid<3>{.shape = {8, 9, 10}}, 150, 1));
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  auto const rules = build_rulebook(where, sites, sites, geometry);
  auto const map = build_row_map(where, sites, sites, geometry);
  Weights<T, typename Policy::Memory> const weights(
      27, in_channels, out_channels, copy_to(where, test::random_numbers<T>(27 * in_channels * out_channels, 2)));
  Buffer<T> const input = test::random_numbers<T>(sites.size() * in_channels, 3);
  Buffer<T> const residual = test::random_numbers<T>(sites.size() * out_channels, 4);
  auto const results = [&](std::int64_t misplace) {
    PlacedRows<T, Policy> features(where, input, in_channels, misplace);
    PlacedRows<T, Policy> added(where, residual, out_channels, misplace);
    Epilogue<T, typename Policy::Memory> const epilogue{.residual = added.view()};
    std::vector<T> all;
    for (bool const by_pairs : {true, false}) {
      PlacedRows<T, Policy> output(where, Buffer<T>(sites.size() * out_channels, T(0)), out_channels, misplace);
      if (by_pairs) {
        gather_gemm_scatter(where, rules, features.view(), weights, output.view(), epilogue);
      } else {
        implicit_gemm(where, map, features.view(), weights, output.view(), epilogue);
      }
      Buffer<T> const numbers = output.read(where);
      for (std::int64_t i = 0; i < misplace; ++i) EXPECT_EQ(static_cast<double>(numbers[i]), 7) << "before the output";
      all.insert(all.end(), numbers.begin() + misplace, numbers.end());
    }
    return all;
  };
  std::vector<T> const expected = results(0);
  for (std::int64_t const misplace : {1, 2, 3}) {
    std::vector<T> const actual = results(misplace);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(static_cast<double>(actual[i]), static_cast<double>(expected[i])) << i << " misplaced by " << misplace;
    }
  }
}

TYPED_TEST(DeviceConvolve, Item18FeaturesMayLieAnywhere) {
  auto const& where = TypeParam::policy();
  expect_the_same_bits_anywhere<float>(where, 8, 8);
  expect_the_same_bits_anywhere<float>(where, 3, 5);
  expect_the_same_bits_anywhere<half>(where, 16, 8);
  expect_the_same_bits_anywhere<half>(where, 5, 20);
  expect_the_same_bits_anywhere<bfloat16>(where, 8, 3);
  expect_the_same_bits_anywhere<double>(where, 2, 6);
}

// Weights of no input channels are legal: the output is the epilogue of sums of 0.
TYPED_TEST(DeviceConvolve, TakesNoChannelsAtAll) {
  auto const& where = TypeParam::policy();
  auto const sites = copy_to(where, test::random_site_set(Grid<3>{.shape = {8, 9, 10}}, 50, 1));
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  using Memory = typename std::remove_cvref_t<decltype(where)>::Memory;
  Weights<float, Memory> const weights(27, 0, 4, Buffer<float, Memory>());
  auto const bias = copy_to(where, Buffer<float>(4, 2.5F));
  Epilogue<float, Memory> const epilogue{.bias = {bias.data(), 4}};
  MatrixView<float const, Memory> const nothing{nullptr, sites.size(), 0};
  Buffer<float, Memory> output(where.memory(), sites.size() * 4);
  MatrixView<float, Memory> const view{output.data(), sites.size(), 4};
  gather_gemm_scatter(where, build_rulebook(where, sites, sites, geometry), nothing, weights, view, epilogue);
  for (float const number : copy_to_host(where, output)) ASSERT_EQ(number, 2.5F);
  implicit_gemm(where, build_row_map(where, sites, sites, geometry), nothing, weights, view, epilogue);
  for (float const number : copy_to_host(where, output)) ASSERT_EQ(number, 2.5F);
}

TYPED_TEST(DeviceConvolve, CopiesOnlyRowsThatAreNoWholeChunks) {
  auto const& where = TypeParam::policy();
  Buffer<float> const numbers = test::random_numbers<float>(24, 5);
  PlacedRows<float, std::remove_cvref_t<decltype(where)>> aligned(where, numbers, 8, 0);
  auto const as_they_are = chunked_rows<float>(where, aligned.view());
  EXPECT_EQ(as_they_are.data, aligned.view().data);
  EXPECT_EQ(as_they_are.copy.size(), 0);
  PlacedRows<float, std::remove_cvref_t<decltype(where)>> narrow(where, numbers, 6, 0);
  auto const padded = chunked_rows<float>(where, narrow.view());
  EXPECT_EQ(padded.columns, 8);
  Buffer<float> const copy = copy_to_host(where, padded.copy);
  ASSERT_EQ(copy.size(), 4 * 8);
  for (std::int64_t i = 0; i < copy.size(); ++i) {
    EXPECT_EQ(copy[i], i % 8 < 6 ? numbers[i / 8 * 6 + i % 8] : 0) << i;
  }
}

}  // namespace
}  // namespace sparseconv
