#include "sparseconv/execute/pool_items.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/wide_sum_bound.hpp"

namespace sparseconv::pool_items_test {
namespace {

using test::message_of;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
MatrixView<T> view_of(std::vector<T>& numbers, std::int64_t columns) {
  return {numbers.data(), static_cast<std::int64_t>(numbers.size()) / columns, columns};
}

template <class Where>
class PoolItems : public ::testing::Test {};
using Some = ::testing::Types<test::OnSeq, test::OnCpu<1>, test::OnCpu<3>>;
TYPED_TEST_SUITE(PoolItems, Some);

// Items of 2, 0, 3 and 0 rows; the second channel is negative throughout.
TYPED_TEST(PoolItems, JoinsTheRowsOfEachItemByHand) {
  std::vector<float> const input{1, -1, 3, -4, 5, -9, 2, -3, 5, -6};
  std::vector<Row> const offsets{0, 2, 2, 5, 5};
  std::vector<float> output(8, 77.F);
  auto const pooled = [&](Pooling pooling) {
    pool_items(TypeParam::policy(), offsets, {input.data(), 5, 2}, view_of(output, 2), pooling);
    return output;
  };
  EXPECT_EQ(pooled(Pooling::max), (std::vector<float>{3, -1, 0, 0, 5, -3, 0, 0}));
  EXPECT_EQ(pooled(Pooling::sum), (std::vector<float>{4, -5, 0, 0, 12, -18, 0, 0}));
  EXPECT_EQ(pooled(Pooling::average), (std::vector<float>{2, -2.5F, 0, 0, 4, -6, 0, 0}));
}

// A NaN in the first row, in a middle one, in another block, and none.
TYPED_TEST(PoolItems, KeepsNaNAndInfinities) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr std::int64_t rows = 700;
  std::vector<double> input(rows * 9, 1.0);
  MatrixView<double> const view = view_of(input, 9);
  view(0, 0) = view(300, 1) = view(699, 2) = view(2, 7) = nan;
  view(5, 3) = infinity;
  view(5, 4) = infinity;
  view(600, 4) = -infinity;
  view(600, 5) = -infinity;
  view(1, 8) = nan;
  std::vector<double> output(9);
  pool_items(TypeParam::policy(), std::vector<Row>{0, rows}, view, view_of(output, 9), Pooling::max);
  for (std::size_t const c : {0U, 1U, 2U, 7U, 8U}) EXPECT_TRUE(std::isnan(output[c])) << c;
  EXPECT_EQ(output[3], infinity);
  EXPECT_EQ(output[4], infinity);
  EXPECT_EQ(output[5], 1);
  EXPECT_EQ(output[6], 1);
  pool_items(TypeParam::policy(), std::vector<Row>{0, rows}, view, view_of(output, 9), Pooling::average);
  for (std::size_t const c : {0U, 1U, 2U, 4U, 7U, 8U}) EXPECT_TRUE(std::isnan(output[c])) << c;
  EXPECT_EQ(output[3], infinity);
  EXPECT_EQ(output[5], -infinity);
  EXPECT_EQ(output[6], 1);
}

TYPED_TEST(PoolItems, TakesNothing) {
  std::vector<float> output(6, 5.F);
  pool_items(TypeParam::policy(), std::vector<Row>{0, 0, 0}, {nullptr, 0, 3}, view_of(output, 3), Pooling::average);
  EXPECT_EQ(output, std::vector<float>(6, 0.F));
  pool_items(TypeParam::policy(), std::vector<Row>{0}, {nullptr, 0, 3}, MatrixView<float>{nullptr, 0, 3}, Pooling::sum);
  pool_items(TypeParam::policy(), std::vector<Row>{0, 4}, {nullptr, 4, 0}, MatrixView<float>{nullptr, 1, 0},
             Pooling::max);
}

TYPED_TEST(PoolItems, NamesTheOperandThatDoesNotFit) {
  std::vector<float> input(12);
  std::vector<float> output(6);
  auto const message = [&](std::span<Row const> offsets, MatrixView<float const> from, Pooling pooling = Pooling::max) {
    return message_of<ShapeError>([&] { pool_items(TypeParam::policy(), offsets, from, view_of(output, 3), pooling); });
  };
  MatrixView<float const> const fitting{input.data(), 4, 3};
  std::vector<Row> const offsets{0, 1, 4};
  EXPECT_EQ(message(offsets, fitting, Pooling::average_over_kernel),
            "pool_items: average_over_kernel divides by the elements of a kernel, and a batch item has none; take "
            "Pooling::average, which divides by the item's rows");
  EXPECT_EQ(message({}, fitting),
            "pool_items: there are no offsets; give one more than there are batch items, as item_offsets does");
  EXPECT_EQ(message(std::vector<Row>{0, 4}, fitting),
            "pool_items: the rows of items are 2, the offsets' items are 1; they must be equal");
  EXPECT_EQ(message(offsets, {input.data(), 4, 2}),
            "pool_items: the channels of items are 3, those of sites are 2; they must be equal");
  std::string const rest = " for 4 rows of sites; they must rise from 0 to that number, as item_offsets has them";
  EXPECT_EQ(message(std::vector<Row>{0, 1, 3}, fitting), "pool_items: the offsets lead from 0 to 3" + rest);
  EXPECT_EQ(message(std::vector<Row>{1, 1, 4}, fitting), "pool_items: the offsets lead from 1 to 4" + rest);
  EXPECT_EQ(message(std::vector<Row>{0, 5, 4}, fitting), "pool_items: the offsets lead from 0 to 4" + rest);
  EXPECT_EQ(message(offsets, {nullptr, 4, 3}),
            "pool_items: the input's view of 4 rows of 3 columns has no data; give the address of its first number");
  EXPECT_EQ(message(offsets, {input.data(), 4, 3, 2}),
            "pool_items: the input's rows of 3 columns lie 2 numbers apart; give a stride of at least as many");
  EXPECT_EQ(message({static_cast<Row const*>(nullptr), 3}, fitting),
            "pool_items: the offsets' list of 3 has no data; give the address of its first element");
}

/// Rows of items around blocks and parts of them.
std::vector<Row> const sizes{0, 1, 255, 256, 257, 0, 5, 1023, 2, 600, 0};

/// Random numbers in rows with gaps: item after item, of the sizes above.
template <class T>
struct Batch {
  std::int64_t channels;
  std::vector<Row> offsets{0};
  std::vector<T> numbers;
  MatrixView<T const> view;

  explicit Batch(std::int64_t channel_count) : channels(channel_count) {
    for (Row const size : sizes) offsets.push_back(offsets.back() + size);
    test::RandomNumbers random(9);
    std::int64_t const stride = channels + 3;
    for (std::int64_t i = 0; i < offsets.back() * stride; ++i) numbers.push_back(T(random.number<double>() * 100));
    view = {numbers.data(), offsets.back(), channels, stride};
  }
  [[nodiscard]] std::int64_t items() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
};

/// In rows with gaps too; what lies in the gaps must stay.
template <class T, class Policy>
std::vector<T> pooled(Policy const& where, std::span<Row const> offsets, MatrixView<T const> input, Pooling pooling) {
  std::int64_t const items = std::ssize(offsets) - 1;
  std::vector<T> wide(static_cast<std::size_t>(items * (input.columns + 2)), T(-3));
  MatrixView<T> const all = view_of(wide, input.columns + 2);
  pool_items(where, offsets, input, all.column_range(1, input.columns), pooling);
  std::vector<T> result;
  for (std::int64_t item = 0; item < items; ++item) {
    EXPECT_EQ(all(item, 0), T(-3));
    EXPECT_EQ(all(item, input.columns + 1), T(-3));
    for (std::int64_t c = 0; c < input.columns; ++c) result.push_back(all(item, c + 1));
  }
  return result;
}

/// Item by item and column by column, in long double.
template <class T>
void expect_oracle(Batch<T> const& batch, std::vector<T> const& result, Pooling pooling) {
  for (std::int64_t item = 0; item < batch.items(); ++item) {
    Row const begin = batch.offsets[static_cast<std::size_t>(item)];
    Row const end = batch.offsets[static_cast<std::size_t>(item) + 1];
    for (std::int64_t c = 0; c < batch.channels; ++c) {
      T const actual = result[static_cast<std::size_t>(item * batch.channels + c)];
      test::WideNumber sum;
      double largest = -infinity;
      for (Row row = begin; row < end; ++row) {
        auto const number = static_cast<double>(batch.view(row, c));
        sum.add(number);
        largest = std::max(largest, number);
      }
      if (begin == end) {
        ASSERT_EQ(actual, T(0)) << item << ", " << c;
      } else if (pooling == Pooling::max) {
        ASSERT_EQ(static_cast<double>(actual), largest) << item << ", " << c;
      } else {
        double const divisor = pooling == Pooling::average ? end - begin : 1;
        ASSERT_LE(test::share_of_wide_bound(actual, sum, divisor), 1) << item << ", " << c;
      }
    }
  }
}

template <class T>
void expect_items_pooled(std::int64_t channels) {
  Batch<T> const batch(channels);
  for (Pooling const pooling : {Pooling::max, Pooling::sum, Pooling::average}) {
    auto const expected = pooled(seq, batch.offsets, batch.view, pooling);
    expect_oracle(batch, expected, pooling);
    test::for_each_cpu_policy([&](auto const& where) {
      ASSERT_TRUE(test::same_bits_or_nan<T>(pooled(where, batch.offsets, batch.view, pooling), expected)) << channels;
    });
    // The same bits for an item of a batch of its own.
    for (std::int64_t item = 0; item < batch.items(); ++item) {
      Row const begin = batch.offsets[static_cast<std::size_t>(item)];
      Row const end = batch.offsets[static_cast<std::size_t>(item) + 1];
      auto const alone = pooled<T>(test::OnCpu<3>::policy(), std::vector<Row>{0, end - begin},
                                   {batch.view.row_data(begin), end - begin, channels, batch.view.stride}, pooling);
      ASSERT_TRUE(std::equal(alone.begin(), alone.end(), expected.begin() + item * channels)) << item;
    }
  }
}

TEST(PooledItems, AreThoseOfTheOracleWithTheBitsOfSeq) {
  for (std::int64_t const channels : {1, 3, 5, 17, 33}) expect_items_pooled<float>(channels);
  for (std::int64_t const channels : {1, 17}) expect_items_pooled<double>(channels);
  for (std::int64_t const channels : {5, 33}) expect_items_pooled<half>(channels);
  for (std::int64_t const channels : {3, 17}) expect_items_pooled<bfloat16>(channels);
}

// 1e4 + small numbers in floats: a sum in float would keep no digit of the latter.
TEST(PooledItems, HaveTheDigitsOfAMeanOfAMillionRows) {
  constexpr std::int64_t rows = 1'000'000;
  std::vector<float> input;
  long double sum = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    input.push_back(1e4F + static_cast<float>(i % 1000) * 0.001F);
    sum += input.back();
  }
  float mean = 0;
  pool_items(test::OnCpu<3>::policy(), std::vector<Row>{0, rows}, {input.data(), rows, 1},
             MatrixView<float>{&mean, 1, 1}, Pooling::average);
  EXPECT_EQ(mean, static_cast<float>(sum / rows));
}

// Half has steps of 2 from 2048 on: 2049 + 2^-20 goes up. A float has no place for 2^-20 there, and 2049 would then go
// to even.
TEST(PooledItems, AreRoundedOnce) {
  std::vector<half> const input{half(2048), half(1), half(0x1p-20)};
  half output{};
  test::for_each_host_policy([&](auto const& where) {
    pool_items(where, std::vector<Row>{0, 3}, {input.data(), 3, 1}, MatrixView<half>{&output, 1, 1}, Pooling::sum);
    EXPECT_EQ(output, half(2050));
  });
}

}  // namespace
}  // namespace sparseconv::pool_items_test
