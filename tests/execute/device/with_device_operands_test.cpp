// The operands of a convolution on a device may lie anywhere and have any number of channels; kernels take rows of whole chunks.
#include "sparseconv/execute/device/with_device_operands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/device_policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::device_with_device_operands_test {
namespace {

template <class Where>
class DeviceConvolve : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceConvolve, test::DevicePolicies);

/// Where rows lie: so many places behind a multiple of 256 bytes, with so many numbers of others between two of them.
struct Placement {
  std::int64_t misplace = 0;
  std::int64_t gap = 0;
};

/// Rows of numbers on a device, and sevens around them.
template <class T, class Policy>
class PlacedRows {
 public:
  PlacedRows(Policy const& where, Buffer<T> const& numbers, std::int64_t columns, Placement placement)
      : placement_(placement), columns_(columns), rows_(numbers.size() / columns) {
    Buffer<T> moved(placement.misplace + rows_ * (columns + placement.gap), T(7));
    for (std::int64_t i = 0; i < numbers.size(); ++i) moved[place(i)] = numbers[i];
    memory_ = copy_to(where, moved);
  }
  MatrixView<T, typename Policy::Memory> view() {
    return {memory_.data() + placement_.misplace, rows_, columns_, columns_ + placement_.gap};
  }
  /// The numbers of the rows; what lies around them must be as it was.
  std::vector<T> read(Policy const& where) const {
    Buffer<T> all = copy_to_host(where, memory_);
    std::vector<T> numbers;
    for (std::int64_t i = 0; i < rows_ * columns_; ++i) {
      numbers.push_back(all[place(i)]);
      all[place(i)] = T(7);
    }
    for (T const around : all) EXPECT_EQ(static_cast<double>(around), 7) << "around the rows";
    return numbers;
  }

 private:
  [[nodiscard]] std::int64_t place(std::int64_t i) const {
    return placement_.misplace + i / columns_ * (columns_ + placement_.gap) + i % columns_;
  }

  Placement placement_;
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
  auto const results = [&](Placement placement) {
    PlacedRows<T, Policy> features(where, input, in_channels, placement);
    PlacedRows<T, Policy> added(where, residual, out_channels, placement);
    Epilogue<T, typename Policy::Memory> const epilogue{.residual = added.view()};
    std::vector<std::vector<T>> all;
    for (int way = 0; way < 4; ++way) {
      std::int64_t const columns = way == 2 ? in_channels : out_channels;
      PlacedRows<T, Policy> output(where, Buffer<T>(sites.size() * columns, T(0)), columns, placement);
      if (way == 0) gather_gemm_scatter(where, rules, features.view(), weights, output.view(), epilogue);
      if (way == 1) implicit_gemm(where, map, features.view(), weights, output.view(), epilogue);
      if (way == 2) pool_rows(where, rules, features.view(), output.view(), Pooling::average);
      if (way == 3) finish_rows(where, added.view(), {}, epilogue, output.view());
      all.push_back(output.read(where));
    }
    return all;
  };
  auto const expected = results({});
  for (Placement const placement : {Placement{1, 0}, {2, 0}, {3, 0}, {0, 16}, {0, 1}, {5, 3}}) {
    auto const actual = results(placement);
    for (std::size_t way = 0; way < expected.size(); ++way) {
      ASSERT_EQ(actual[way].size(), expected[way].size());
      for (std::size_t i = 0; i < expected[way].size(); ++i) {
        ASSERT_EQ(static_cast<double>(actual[way][i]), static_cast<double>(expected[way][i]))
            << i << " of way " << way << ", misplaced by " << placement.misplace << ", gap " << placement.gap;
      }
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
  PlacedRows<float, std::remove_cvref_t<decltype(where)>> aligned(where, numbers, 8, {});
  auto const as_they_are = on_device::chunked_rows<float>(where, aligned.view());
  EXPECT_EQ(as_they_are.data, aligned.view().data);
  EXPECT_EQ(as_they_are.copy.size(), 0);
  PlacedRows<float, std::remove_cvref_t<decltype(where)>> narrow(where, numbers, 6, {});
  auto const padded = on_device::chunked_rows<float>(where, narrow.view());
  EXPECT_EQ(padded.columns, 8);
  Buffer<float> const copy = copy_to_host(where, padded.copy);
  ASSERT_EQ(copy.size(), 4 * 8);
  for (std::int64_t i = 0; i < copy.size(); ++i) {
    EXPECT_EQ(copy[i], i % 8 < 6 ? numbers[i / 8 * 6 + i % 8] : 0) << i;
  }
}

}  // namespace
}  // namespace sparseconv::device_with_device_operands_test
