#include "sparseconv/execute/take_rows.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::take_rows_test {
namespace {

TEST(TakeRows, TakesRowsByHand) {
  std::vector<float> const input{1, 2, 3, 4, 5, 6};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<float> output(8, -1.F);
    take_rows(where, std::vector<Row>{2, 0, 0, 1}, {input.data(), 3, 2}, MatrixView<float>{output.data(), 4, 2});
    EXPECT_EQ(output, (std::vector<float>{5, 6, 1, 2, 1, 2, 3, 4}));
  });
}

TEST(TakeRows, TakesNothing) {
  test::for_each_host_policy([&](auto const& where) {
    take_rows(where, std::vector<Row>{}, {nullptr, 0, 2}, MatrixView<float>{nullptr, 0, 2});
    take_rows(where, std::vector<Row>{0, 0}, {nullptr, 1, 0}, MatrixView<float>{nullptr, 2, 0});
  });
}

/// More rows than a thread takes at once, in rows with gaps.
template <class T>
void expect_rows(std::int64_t channels) {
  test::RandomNumbers random(3);
  std::vector<T> input;
  for (std::int64_t i = 0; i < 37 * (channels + 1); ++i) input.push_back(T(static_cast<float>(i % 251 + 1)));
  std::vector<Row> rows;
  for (int i = 0; i < 3001; ++i) rows.push_back(static_cast<Row>(random.between(0, 36)));
  MatrixView<T const> const from{input.data(), 37, channels, channels + 1};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<T> output(static_cast<std::size_t>(3001 * (channels + 2)), T(-1.F));
    MatrixView<T> const all{output.data(), 3001, channels + 2};
    take_rows(where, rows, from, all.column_range(1, channels));
    for (std::int64_t row = 0; row < 3001; ++row) {
      ASSERT_EQ(all(row, 0), T(-1.F));
      ASSERT_EQ(all(row, channels + 1), T(-1.F));
      for (std::int64_t c = 0; c < channels; ++c) {
        ASSERT_EQ(all(row, c + 1), from(rows[static_cast<std::size_t>(row)], c)) << row << ", " << c;
      }
    }
  });
}

TEST(TakeRows, TakesEveryRow) {
  for (std::int64_t const channels : {1, 3, 17}) expect_rows<float>(channels);
  expect_rows<double>(5);
  expect_rows<half>(5);
  expect_rows<bfloat16>(33);
}

TEST(TakeRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  test::for_each_host_policy([&](auto const& where) {
    auto const message = [&](std::span<Row const> rows, MatrixView<float const> input) {
      return test::message_of<ShapeError>([&] {
        take_rows(where, rows, input, MatrixView<float>{numbers.data(), 4, 3});
        return 0;
      });
    };
    EXPECT_EQ(message(std::vector<Row>{0, 1}, {numbers.data(), 4, 3}),
              "take_rows: the rows to take are 2, the output's are 4; they must be equal");
    EXPECT_EQ(message(std::vector<Row>{0, 1, 1, 0}, {numbers.data(), 3, 2}),
              "take_rows: the input's channels are 2, the output's are 3; they must be equal");
    EXPECT_EQ(message(std::vector<Row>{0, 3, 4, 7}, {numbers.data(), 4, 3}),
              "take_rows: place 2 takes row 4 of an input of 4 rows; give numbers of rows that it has");
    EXPECT_EQ(message(std::vector<Row>{0, no_row, 4, 7}, {numbers.data(), 4, 3}),
              "take_rows: place 1 takes row -1 of an input of 4 rows; give numbers of rows that it has");
  });
}

TEST(TakeRowsOrZeros, PutsZerosForNoRow) {
  std::vector<float> const input{1, 2, 3, 4, 5, 6};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<float> output(12, -1.F);
    MatrixView<float> const all{output.data(), 4, 3};
    take_rows_or_zeros(where, std::vector<Row>{2, no_row, 0, no_row}, {input.data(), 3, 2}, all.column_range(1, 2));
    EXPECT_EQ(output, (std::vector<float>{-1, 5, 6, -1, 0, 0, -1, 1, 2, -1, 0, 0}));
    take_rows_or_zeros(where, std::vector<Row>{no_row}, {nullptr, 0, 2}, MatrixView<float>{output.data(), 1, 2});
    EXPECT_EQ(output[0], 0);
  });
}

TEST(TakeRowsOrZeros, NamesTheFirstNumberThatIsNoRow) {
  std::vector<float> numbers(6);
  test::for_each_host_policy([&](auto const& where) {
    auto const message = [&](std::vector<Row> const& rows) {
      return test::message_of<ShapeError>([&] {
        take_rows_or_zeros(where, rows, {numbers.data(), 3, 2}, MatrixView<float>{numbers.data(), 3, 2});
        return 0;
      });
    };
    EXPECT_EQ(
        message({no_row, 3, 4}),
        "take_rows_or_zeros: place 1 takes row 3 of an input of 3 rows; give numbers of rows that it has, or no_row");
    EXPECT_EQ(message({0, 1, -2}),
              "take_rows_or_zeros: place 2 takes row -2 of an input of 3 rows; give numbers of rows that it has, or "
              "no_row");
    EXPECT_EQ(message({0, 1}), "take_rows_or_zeros: the rows to take are 2, the output's are 3; they must be equal");
    auto const message_of_input = [&](MatrixView<float const> input) {
      return test::message_of<ShapeError>([&] {
        std::vector<float> output(2);
        take_rows_or_zeros(where, std::vector<Row>{0}, input, MatrixView<float>{output.data(), 1, 2});
        return 0;
      });
    };
    EXPECT_EQ(message_of_input({numbers.data(), 2, 3}),
              "take_rows_or_zeros: the input's channels are 3, the output's are 2; they must be equal");
    EXPECT_EQ(message_of_input({nullptr, 3, 2}),
              "take_rows_or_zeros: the input's view of 3 rows of 2 columns has no data; give the address of its first "
              "number");
  });
}

}  // namespace
}  // namespace sparseconv::take_rows_test
