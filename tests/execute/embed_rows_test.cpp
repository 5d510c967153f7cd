#include "sparseconv/execute/embed_rows.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::embed_rows_test {
namespace {

TEST(EmbedRows, ReadsTheTableByHand) {
  std::vector<float> const table{1, 2, 3, 4, 5, 6};
  test::for_each_host_policy([&](auto const& where) {
    auto const expect = [&]<class Number>(std::vector<Number> const& numbers) {
      std::vector<float> output(8, -1.F);
      embed_rows(where, MatrixView<Number const>{numbers.data(), 4, 1}, {table.data(), 3, 2},
                 MatrixView<float>{output.data(), 4, 2});
      EXPECT_EQ(output, (std::vector<float>{5, 6, 1, 2, 1, 2, 3, 4}));
    };
    expect(std::vector<float>{2, 0, -0.F, 1});
    expect(std::vector<double>{2, 0, 0, 1});
    expect(std::vector<half>{half(2), half(0), half(0), half(1)});
    expect(std::vector<std::uint8_t>{2, 0, 0, 1});
    expect(std::vector<std::int32_t>{2, 0, 0, 1});
    expect(std::vector<std::uint64_t>{2, 0, 0, 1});
  });
}

TEST(EmbedRows, TakesNothing) {
  test::for_each_host_policy([&](auto const& where) {
    embed_rows(where, MatrixView<float const>{nullptr, 0, 1}, {nullptr, 0, 2}, MatrixView<float>{nullptr, 0, 2});
  });
}

/// More rows than a thread takes at once, the numbers one column of a wider matrix, all rows with gaps.
template <class T, class Number>
void expect_rows(std::int64_t channels) {
  test::RandomNumbers random(3);
  std::vector<T> table;
  for (std::int64_t i = 0; i < 37 * (channels + 1); ++i) table.push_back(T(static_cast<float>(i % 251 + 1)));
  std::vector<Number> numbers;
  for (int i = 0; i < 3 * 3001; ++i) numbers.push_back(Number(static_cast<float>(random.between(0, 36))));
  MatrixView<T const> const from{table.data(), 37, channels, channels + 1};
  MatrixView<Number const> const wide{numbers.data(), 3001, 3};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<T> output(static_cast<std::size_t>(3001 * (channels + 2)), T(-1.F));
    MatrixView<T> const all{output.data(), 3001, channels + 2};
    embed_rows(where, wide.column_range(1, 1), from, all.column_range(1, channels));
    for (std::int64_t row = 0; row < 3001; ++row) {
      auto const taken = static_cast<std::int64_t>(static_cast<float>(wide(row, 1)));
      ASSERT_EQ(all(row, 0), T(-1.F));
      ASSERT_EQ(all(row, channels + 1), T(-1.F));
      for (std::int64_t c = 0; c < channels; ++c) ASSERT_EQ(all(row, c + 1), from(taken, c)) << row << ", " << c;
    }
  });
}

TEST(EmbedRows, WritesEveryRow) {
  for (std::int64_t const channels : {1, 3, 17}) expect_rows<float, float>(channels);
  expect_rows<double, std::int16_t>(5);
  expect_rows<half, half>(5);
  expect_rows<bfloat16, bfloat16>(33);
}

template <class Number>
std::string message_of_number(Number number) {
  std::string message;
  test::for_each_host_policy([&](auto const& where) {
    std::vector<Number> numbers(5000, Number(1));
    numbers[1500] = number;
    numbers[4999] = number;
    std::vector<float> const table(6, 1.F);
    std::vector<float> output(10000);
    std::string const here = test::message_of<ShapeError>([&] {
      embed_rows(where, MatrixView<Number const>{numbers.data(), 5000, 1}, {table.data(), 3, 2},
                 MatrixView<float>{output.data(), 5000, 2});
      return 0;
    });
    EXPECT_TRUE(message.empty() || message == here);
    message = here;
  });
  return message;
}

TEST(EmbedRows, NamesTheFirstNumberThatTheTableHasNot) {
  auto const said = [](std::string const& number) {
    return "embed_rows: row 1500 has the number " + number + ", and the table has 3 rows; give integers from 0 to 2";
  };
  EXPECT_EQ(message_of_number(3.F), said("3"));
  EXPECT_EQ(message_of_number(-1.F), said("-1"));
  EXPECT_EQ(message_of_number(0.5F), said("0.5"));
  std::string const of_nan = message_of_number(std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(of_nan == said("nan") || of_nan == said("-nan")) << of_nan;
  EXPECT_EQ(message_of_number(std::numeric_limits<double>::infinity()), said("inf"));
  EXPECT_EQ(message_of_number(1e300), said("1e+300"));
  EXPECT_EQ(message_of_number(half(7)), said("7"));
  EXPECT_EQ(message_of_number(std::uint8_t{255}), said("255"));
  EXPECT_EQ(message_of_number(std::int32_t{-7}), said("-7"));
  EXPECT_EQ(message_of_number(std::numeric_limits<std::uint64_t>::max()), said("18446744073709551615"));
}

TEST(EmbedRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> const numbers(12);
  std::vector<float> output(12);
  auto const message = [&](MatrixView<float const> of, MatrixView<float const> table) {
    return test::message_of<ShapeError>([&] {
      embed_rows(seq, of, table, MatrixView<float>{output.data(), 4, 3});
      return 0;
    });
  };
  EXPECT_EQ(message({numbers.data(), 4, 2}, {numbers.data(), 4, 3}),
            "embed_rows: the columns of numbers are 2, and it takes 1; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 1}, {numbers.data(), 4, 3}),
            "embed_rows: the numbers are 3, the output's rows are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 4, 1}, {numbers.data(), 4, 2}),
            "embed_rows: the table's channels are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message({numbers.data(), 4, 1}, {nullptr, 0, 3}),
            "embed_rows: the table of 4 numbers has no rows; give it one for each number that there is");
}

TEST(IntegerNumber, IsExactUpToTheMostOfItsType) {
  EXPECT_EQ(static_cast<float>(half(static_cast<float>(most_integers<half> - 1))), most_integers<half> - 1);
  EXPECT_NE(static_cast<float>(half(static_cast<float>(most_integers<half>))), most_integers<half>);
  EXPECT_EQ(static_cast<float>(bfloat16(static_cast<float>(most_integers<bfloat16> - 1))), most_integers<bfloat16> - 1);
  EXPECT_NE(static_cast<float>(bfloat16(static_cast<float>(most_integers<bfloat16>))), most_integers<bfloat16>);
  EXPECT_NE(static_cast<std::int64_t>(static_cast<float>(most_integers<float>)), most_integers<float>);
  EXPECT_NE(static_cast<std::int64_t>(static_cast<double>(most_integers<double>)), most_integers<double>);
}

}  // namespace
}  // namespace sparseconv::embed_rows_test
