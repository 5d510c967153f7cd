#include "sparseconv/memory/matrix_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <type_traits>

namespace sparseconv {
namespace {

TEST(MatrixView, IsRowMajor) {
  std::array<float, 6> numbers{0, 1, 2, 3, 4, 5};
  MatrixView<float> const matrix{numbers.data(), 2, 3};
  EXPECT_EQ(matrix(1, 0), 3);
  EXPECT_EQ(matrix.row(1), numbers.data() + 3);
  EXPECT_EQ(matrix.size(), 6);
  EXPECT_EQ(matrix.values().size(), 6u);
  matrix(0, 2) = 9;
  EXPECT_EQ(numbers[2], 9);
}

TEST(MatrixView, BecomesReadOnlyAndNotTheOtherWay) {
  EXPECT_TRUE((std::is_convertible_v<MatrixView<float>, MatrixView<float const>>));
  EXPECT_FALSE((std::is_convertible_v<MatrixView<float const>, MatrixView<float>>));
}

TEST(MatrixView, MayBeEmpty) {
  MatrixView<double> const none;
  EXPECT_EQ(none.size(), 0);
  EXPECT_TRUE(none.values().empty());
}

}  // namespace
}  // namespace sparseconv
