#include "sparseconv/execute/take_rows_or_zeros.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"

namespace sparseconv::take_rows_or_zeros_test {
namespace {

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
}  // namespace sparseconv::take_rows_or_zeros_test
