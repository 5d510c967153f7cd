#include "sparseconv/execute/mark_rows_above.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "sparseconv/number/half.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"
#include "support/policies.hpp"

namespace sparseconv::mark_rows_above_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
std::vector<int> marks_of(std::vector<T> const& scores, double threshold) {
  std::vector<int> kept;
  test::for_each_host_policy([&](auto const& where) {
    auto const mask = mark_rows_above(
        where, MatrixView<T const>{scores.data(), static_cast<std::int64_t>(scores.size()), 1}, threshold);
    std::vector<int> const marks(mask.begin(), mask.end());
    if (!kept.empty()) {
      EXPECT_EQ(marks, kept);
    }
    kept = marks;
  });
  return kept;
}

TEST(MarkRowsAbove, MarksWhatIsLarger) {
  EXPECT_EQ(marks_of<float>({-1, 0, -0.F, 0x1p-149F, 2}, 0), (std::vector<int>{0, 0, 0, 1, 1}));
  EXPECT_EQ(marks_of<double>({0.5, 0.5000000000000001, 0.49}, 0.5), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(marks_of<half>({half(1.F), half(2.F), half(3.F)}, 2), (std::vector<int>{0, 0, 1}));
}

// 0.1 of float is larger than 0.1 of double.
TEST(MarkRowsAbove, ComparesExactly) {
  EXPECT_EQ(marks_of<float>({0.1F}, 0.1), std::vector<int>{1});
  EXPECT_EQ(marks_of<float>({0.1F}, double{0.1F}), std::vector<int>{0});
}

TEST(MarkRowsAbove, FindsNaNAboveNothingAndNothingAboveNaN) {
  EXPECT_EQ(marks_of<double>({nan, infinity, -infinity}, -infinity), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(marks_of<double>({nan, infinity, 1}, nan), (std::vector<int>{0, 0, 0}));
}

TEST(MarkRowsAbove, TakesAColumnOfAMatrix) {
  std::vector<float> numbers(3 * 9000);
  for (std::size_t row = 0; row < 9000; ++row) numbers[3 * row + 1] = row % 7 == 0 ? 1.F : -1.F;
  MatrixView<float> const matrix{numbers.data(), 9000, 3};
  test::for_each_host_policy([&](auto const& where) {
    auto const mask = mark_rows_above(where, matrix.column_range(1, 1), 0);
    for (std::int64_t row = 0; row < 9000; ++row) ASSERT_EQ(mask[row], row % 7 == 0 ? 1 : 0);
  });
}

TEST(MarkRowsAbove, TakesOneColumn) {
  std::vector<float> const numbers(6);
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              return mark_rows_above(seq, MatrixView<float const>{numbers.data(), 3, 2}, 0).size();
            }),
            "mark_rows_above: the columns of scores are 2, and it takes 1; they must be equal");
  EXPECT_EQ(mark_rows_above(seq, MatrixView<float const>{nullptr, 0, 1}, 0).size(), 0);
  EXPECT_EQ(
      test::message_of<ShapeError>([&] {
        return mark_rows_above(seq, MatrixView<float const>{nullptr, 3, 1}, 0).size();
      }),
      "mark_rows_above: the scores' view of 3 rows of 1 columns has no data; give the address of its first number");
}

}  // namespace
}  // namespace sparseconv::mark_rows_above_test
