#include "sparseconv/execute/copy_rows.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::copy_rows_test {
namespace {

template <class Where>
class CopyRows : public ::testing::Test {};
TYPED_TEST_SUITE(CopyRows, test::Policies);

/// Copies between matrices whose rows lie apart or not; the numbers between the output's rows stay.
template <class T, class Policy>
void expect_copy(Policy const& where, std::int64_t rows, std::int64_t columns, std::int64_t input_gap,
                 std::int64_t output_gap) {
  SCOPED_TRACE(::testing::Message() << rows << " x " << columns << ", gaps " << input_gap << ", " << output_gap);
  std::int64_t const input_stride = columns + input_gap;
  std::int64_t const output_stride = columns + output_gap;
  Buffer<T> input = test::random_numbers<T>(rows * input_stride, 1);
  if (!input.empty()) input[0] = std::numeric_limits<T>::quiet_NaN();
  Buffer<T> output = test::random_numbers<T>(rows * output_stride, 2);
  Buffer<T> expected = output;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t c = 0; c < columns; ++c) expected[row * output_stride + c] = input[row * input_stride + c];
  }
  copy_rows(where, {input.data(), rows, columns, input_stride},
            MatrixView<T>{output.data(), rows, columns, output_stride});
  if (output.empty()) return;
  EXPECT_EQ(std::memcmp(output.data(), expected.data(), static_cast<std::size_t>(output.bytes())), 0);
}

TYPED_TEST(CopyRows, CopiesWhatIsInTheRowsAndNothingElse) {
  auto const& where = TypeParam::policy();
  for (std::int64_t const input_gap : {0, 3}) {
    for (std::int64_t const output_gap : {0, 2}) {
      for (std::int64_t const columns : {0, 1, 3, 5, 17, 33}) {
        expect_copy<float>(where, 40, columns, input_gap, output_gap);
        expect_copy<half>(where, 7, columns, input_gap, output_gap);
      }
      expect_copy<double>(where, 1, 5, input_gap, output_gap);
      expect_copy<bfloat16>(where, 20'001, 3, input_gap, output_gap);
      expect_copy<float>(where, 0, 3, input_gap, output_gap);
    }
  }
  expect_copy<float>(where, 3, 40'000, 1, 0);  // rows longer than what a thread takes at a time
}

TYPED_TEST(CopyRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  MatrixView<float> const output{numbers.data(), 3, 4};
  auto const message = [&](MatrixView<float const> input) {
    return test::message_of<ShapeError>([&] { copy_rows(TypeParam::policy(), input, output); });
  };
  EXPECT_EQ(message({numbers.data(), 2, 4}),
            "copy_rows: the input's rows are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 3}),
            "copy_rows: the input's channels are 3, the output's are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 4, 2}),
            "copy_rows: the input's rows of 4 columns lie 2 numbers apart; give a stride of at least as many");
  EXPECT_EQ(message({nullptr, 3, 4}),
            "copy_rows: the input's view of 3 rows of 4 columns has no data; give the address of its first number");
}

}  // namespace
}  // namespace sparseconv::copy_rows_test
