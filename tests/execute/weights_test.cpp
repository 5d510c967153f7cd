#include "sparseconv/execute/weights.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::weights_test {
namespace {

using test::message_of;

TEST(Weights, AreElementsThenInputsThenOutputs) {
  Buffer<float> values(2 * 3 * 4);
  for (std::int64_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  Weights<float> const weights(2, 3, 4, values);
  WeightsView<float> const view = weights;
  EXPECT_EQ(view.size(), 24);
  EXPECT_EQ(view.element(1).rows, 3);
  EXPECT_EQ(view.element(1).columns, 4);
  EXPECT_EQ(view.element(0)(2, 1), 9.f);
  EXPECT_EQ(view.element(1)(0, 3), 15.f);
}

TEST(Weights, AreSharedByTheirCopies) {
  Weights<double> const weights(1, 1, 2, Buffer<double>(2, 3.0));
  Weights<double> const copy = weights;
  EXPECT_EQ(copy.values().data(), weights.values().data());
  EXPECT_EQ(copy.view().derived, weights.view().derived) << "with what executors made of them";
  EXPECT_NE(Weights<double>(1, 1, 2, Buffer<double>(2, 3.0)).view().derived, weights.view().derived);
}

TEST(Weights, MayBeEmpty) {
  EXPECT_EQ(Weights<float>().view().size(), 0);
  EXPECT_EQ(Weights<float>(27, 0, 4, {}).view().elements, 27);
}

TEST(WeightsErrors, NameAllCounts) {
  EXPECT_EQ(message_of<ShapeError>([] { return Weights<float>(9, 3, 4, Buffer<float>(100, 0.f)); }),
            "Weights: 100 values for 9 kernel elements x 3 x 4 channels; give 108");
}

TEST(WeightsErrors, NameNegativeAndUncountableCounts) {
  EXPECT_EQ(message_of<ShapeError>([] { return Weights<float>(-1, 3, -4, Buffer<float>(12, 0.f)); }),
            "Weights: -1 kernel elements x 3 x -4 channels; no count can be negative");
  constexpr std::int64_t large = std::int64_t{1} << 32;
  EXPECT_EQ(message_of<CapacityError>([] { return Weights<float>(large, large, 1, {}); }),
            "Weights: 4294967296 kernel elements x 4294967296 x 1 channels cannot be addressed; take fewer "
            "channels or a smaller kernel");
}

}  // namespace
}  // namespace sparseconv::weights_test
