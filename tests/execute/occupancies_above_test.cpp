#include "sparseconv/execute/occupancies_above.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"

namespace sparseconv::occupancies_above_test {
namespace {

TEST(OccupanciesAbove, HasABitForEachColumn) {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> scores(2 * 40, -1.0);  // two rows of 32 columns among 40
  scores[0] = 0.6;
  scores[1] = 0.5;
  scores[31] = 1;
  scores[40 + 2] = nan;
  scores[40 + 3] = 7;
  MatrixView<double const> const view = MatrixView<double const>{scores.data(), 2, 40}.column_range(0, 32);
  test::for_each_host_policy([&](auto const& where) {
    auto const occupancies = occupancies_above(where, view, 0.5);
    ASSERT_EQ(occupancies.size(), 2);
    EXPECT_EQ(occupancies[0], 0x80000001U);
    EXPECT_EQ(occupancies[1], 8U);
  });
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              return occupancies_above(seq, MatrixView<double const>{scores.data(), 2, 33}, 0).size();
            }),
            "occupancies_above: 33 columns of scores; an occupancy has 32 bits");
}

}  // namespace
}  // namespace sparseconv::occupancies_above_test
