#include "sparseconv/models/voxelnext.hpp"

#include <gtest/gtest.h>

#include "sparseconv/network/prepare.hpp"
#include "support/error_message.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::voxelnext_test {
namespace {

VoxelNextExtractor narrow(int last_kernel) {
  return {.kernel_sizes = {3, 4, 5, last_kernel}, .channels = {1, 1, 1, 1, 1}, .out_channels = 1};
}

// Levels whose extents are even and odd, down to one cell.
TEST(VoxelNext, JoinsLevelsOfKernelsOfEachOddSize) {
  for (int const size : {1, 3, 5}) {
    auto const engine = prepare<float>(seq, voxelnext(1, {.classes = {1}}, narrow(size)));
    for (Shape<3> const& shape : {Shape<3>{9, 16, 17}, Shape<3>{1, 33, 40}}) {
      auto const x = test::random_tensor<float>(test::random_site_set(Grid<3>{.shape = shape}, 40, 1), 1, 2);
      EXPECT_GT(engine.run(seq, x).front().size(), 0) << size;
    }
  }
}

TEST(VoxelNext, RefusesAnEvenKernelOfTheCoarseStages) {
  EXPECT_EQ(test::message_of<ShapeError>([] { return voxelnext(1, {}, narrow(4)).graph().size(); }),
            "voxelnext: kernel_sizes has 4 for conv5 and conv6, whose sites join those of conv4; give an odd one");
}

}  // namespace
}  // namespace sparseconv::voxelnext_test
