#include "sparseconv/memory/matrix_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <type_traits>

#include "support/error_message.hpp"

namespace sparseconv::matrix_view_test {
namespace {

TEST(MatrixView, IsRowMajor) {
  std::array<float, 6> numbers{0, 1, 2, 3, 4, 5};
  MatrixView<float> const matrix{numbers.data(), 2, 3};
  EXPECT_EQ(matrix(1, 0), 3);
  EXPECT_EQ(matrix.row_data(1), numbers.data() + 3);
  EXPECT_EQ(matrix.row(1).data(), numbers.data() + 3);
  EXPECT_EQ(matrix.row(1).size(), 3u);
  EXPECT_EQ(matrix.size(), 6);
  EXPECT_EQ(matrix.values().size(), 6u);
  matrix(0, 2) = 9;
  EXPECT_EQ(numbers[2], 9);
}

TEST(MatrixView, ShowsColumnsOfAWiderMatrix) {
  std::array<float, 12> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  MatrixView<float> const matrix{numbers.data(), 3, 4};
  EXPECT_FALSE(matrix.has_gaps());
  MatrixView<float const> const middle = matrix.column_range(1, 2);
  EXPECT_EQ(middle.rows, 3);
  EXPECT_EQ(middle.columns, 2);
  EXPECT_EQ(middle.size(), 6);
  EXPECT_EQ(middle(0, 0), 1);
  EXPECT_EQ(middle(2, 1), 10);
  EXPECT_EQ(middle.row_data(1), numbers.data() + 5);
  EXPECT_EQ(middle.row(1).size(), 2u) << "its columns alone";
  EXPECT_EQ(middle.row(1)[1], 6);
  EXPECT_TRUE(middle.has_gaps());
  EXPECT_EQ(matrix.column_range(4, 0).size(), 0);
  EXPECT_FALSE((MatrixView<float const>{numbers.data(), 1, 2, 4}).has_gaps()) << "one row has no next";
}

TEST(MatrixView, RefusesWhatItDoesNotHave) {
  std::array<float, 12> numbers{};
  MatrixView<float> const matrix{numbers.data(), 3, 4};
  EXPECT_EQ(test::message_of<ShapeError>([&] { static_cast<void>(matrix.column_range(3, 2)); }),
            "MatrixView.column_range: 2 columns from column 3 on, the matrix has 4; ask for some of those");
  EXPECT_THROW(static_cast<void>(matrix.column_range(-1, 2)), ShapeError);
  EXPECT_THROW(static_cast<void>(matrix.column_range(0, -1)), ShapeError);
  EXPECT_EQ(test::message_of<ShapeError>([&] { static_cast<void>(matrix.column_range(0, 3).values()); }),
            "MatrixView.values: rows of 3 columns lie 4 numbers apart; read them row by row");
}

TEST(CheckView, RefusesViewsOfNothing) {
  float number = 0;
  auto const said = [](MatrixView<float> const& view) {
    return test::message_of<ShapeError>([&] {
      check_view(view, "the input's", "a_call");
      return 0;
    });
  };
  EXPECT_EQ(said({nullptr, 5, 3}),
            "a_call: the input's view of 5 rows of 3 columns has no data; give the address of its first number");
  EXPECT_EQ(said({&number, -1, 3}), "a_call: the input's view has -1 rows of 3 columns; no count can be negative");
  EXPECT_EQ(said({&number, 1, -3}), "a_call: the input's view has 1 rows of -3 columns; no count can be negative");
  EXPECT_EQ(said({&number, 2, 3, 2}),
            "a_call: the input's rows of 3 columns lie 2 numbers apart; give a stride of at least as many");
  for (MatrixView<float> const& legal : {MatrixView<float>{nullptr, 0, 3}, {nullptr, 3, 0}, {&number, 1, 1}}) {
    check_view(legal, "the input's", "a_call");
  }
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
}  // namespace sparseconv::matrix_view_test
