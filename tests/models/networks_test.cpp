// The networks of the field: as many learned numbers as their authors have.
#include <gtest/gtest.h>

#include <cstdint>

#include "sparseconv/models/minkunet.hpp"
#include "sparseconv/models/pillars.hpp"
#include "sparseconv/models/pooled.hpp"
#include "sparseconv/models/reno.hpp"
#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/models/spunet.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/models/voxelnext.hpp"

namespace sparseconv::networks_test {
namespace {

TEST(Models, HaveAsManyLearnedNumbersAsPublished) {
  EXPECT_EQ(second(4).parameter_count(), 711'872);
  EXPECT_EQ(centerpoint(5).parameter_count(), 2'695'312);
  EXPECT_EQ(minkunet14a(3, 20).parameter_count(), 8'024'500);
  EXPECT_EQ(minkunet18a(3, 20).parameter_count(), 15'493'172);
  EXPECT_EQ(minkunet34c(3, 20).parameter_count(), 37'856'052);
  EXPECT_EQ(spunet(6, 20).parameter_count(), 39'157'844);
  EXPECT_EQ(reno_level().parameter_count() + reno_high_bits().parameter_count(), 288'608)
      << "as the checkpoint of its authors, without the convolution that they do not use";
  EXPECT_EQ(tree_unet().parameter_count(), 551'928) << "as the checkpoint of its authors";
  EXPECT_EQ(voxelnext().parameter_count(), 7'981'398) << "as spconv's modules of these layers; the others, too";
  EXPECT_EQ(voxelnext(5, voxelnext_heads_of_waymo()).parameter_count(), 8'257'308);
  EXPECT_EQ(voxelnext_2d(32, voxelnext_heads_of_waymo()).parameter_count(), 19'053'260);
  EXPECT_EQ(pooled(3).parameter_count(),
            27 * (3 * 64 + 64 * 64 + 64 * 96 + 96 * 96 + 96 * 128 + 128 * 128 + 128 * 160 + 160 * 160 + 160 * 192 +
                  192 * 192 + 192 * 224 + 224 * 224 + 224 * 256 + 256 * 256));
}

}  // namespace
}  // namespace sparseconv::networks_test
