#include "sparseconv/execute/broadcast_items.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::broadcast_items_test {
namespace {

TEST(BroadcastItems, CopiesTheRowOfEachItemByHand) {
  std::vector<float> const items{1, 2, 3, 4, 5, 6};
  std::vector<Row> const offsets{0, 2, 2, 3};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<float> output(6, -1.F);
    broadcast_items(where, offsets, {items.data(), 3, 2}, MatrixView<float>{output.data(), 3, 2});
    EXPECT_EQ(output, (std::vector<float>{1, 2, 1, 2, 5, 6}));
  });
}

TEST(BroadcastItems, TakesNothing) {
  test::for_each_host_policy([&](auto const& where) {
    broadcast_items(where, std::vector<Row>{0}, {nullptr, 0, 2}, MatrixView<float>{nullptr, 0, 2});
    std::vector<float> const items{1, 2};
    broadcast_items(where, std::vector<Row>{0, 0}, {items.data(), 1, 2}, MatrixView<float>{nullptr, 0, 2});
  });
}

/// More rows than a thread takes at once, in rows with gaps; items without rows at both ends and side by side.
template <class T>
void expect_rows_of_items(std::int64_t channels) {
  std::vector<Row> const offsets{0, 0, 3, 1023, 1023, 1023, 2500, 2501, 4096, 4096};
  std::vector<T> items;
  for (std::int64_t i = 0; i < 9 * (channels + 1); ++i) items.push_back(T(static_cast<double>(i % 251) + 1));
  MatrixView<T const> const from{items.data(), 9, channels, channels + 1};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<T> output(static_cast<std::size_t>(4096 * (channels + 2)), T(-1));
    MatrixView<T> const all{output.data(), 4096, channels + 2};
    broadcast_items(where, offsets, from, all.column_range(1, channels));
    for (std::int64_t row = 0; row < 4096; ++row) {
      std::int64_t item = 0;
      while (offsets[static_cast<std::size_t>(item) + 1] <= row) ++item;
      ASSERT_EQ(all(row, 0), T(-1));
      ASSERT_EQ(all(row, channels + 1), T(-1));
      for (std::int64_t c = 0; c < channels; ++c) ASSERT_EQ(all(row, c + 1), from(item, c)) << row << ", " << c;
    }
  });
}

TEST(BroadcastItems, WritesEveryRow) {
  for (std::int64_t const channels : {1, 3, 17}) expect_rows_of_items<float>(channels);
  expect_rows_of_items<double>(5);
  expect_rows_of_items<half>(5);
}

TEST(BroadcastItems, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  auto const message = [&](std::span<Row const> offsets, MatrixView<float const> from) {
    return test::message_of<ShapeError>([&] {
      broadcast_items(seq, offsets, from, MatrixView<float>{numbers.data(), 4, 3});
      return 0;
    });
  };
  EXPECT_EQ(message(std::vector<Row>{0, 1, 4}, {numbers.data(), 3, 3}),
            "broadcast_items: the rows of items are 3, the offsets' items are 2; they must be equal");
  EXPECT_EQ(message(std::vector<Row>{0, 1, 4}, {numbers.data(), 2, 2}),
            "broadcast_items: the channels of items are 2, those of sites are 3; they must be equal");
  EXPECT_EQ(
      message(std::vector<Row>{0, 1, 5}, {numbers.data(), 2, 3}),
      "broadcast_items: the offsets lead from 0 to 5 for 4 rows of sites; they must rise from 0 to that number, as "
      "item_offsets has them");
  EXPECT_EQ(message({}, {numbers.data(), 0, 3}),
            "broadcast_items: there are no offsets; give one more than there are batch items, as item_offsets does");
}

}  // namespace
}  // namespace sparseconv::broadcast_items_test
