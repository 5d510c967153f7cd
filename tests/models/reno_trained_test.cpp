// The network that RENO's authors trained: the bits that occupancies of real scans take by its shares. Sizes of files betray every
// mistake: another order of a kernel's elements makes them half as large again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/models/reno.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/weights/torch_checkpoint.hpp"
#include "support/shared_data.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::reno_trained_test {
namespace {

/// The sites of a scan over z, y, x: round((x / 0.001 + 131072) / step), in float and halves to even, as its authors have it.
SiteSet<3> quantized(PointCloud const& cloud, float step) {
  std::vector<Coordinate<3>> points;
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    Coordinate<3> point;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      float const metres = cloud.values[static_cast<std::size_t>(i * cloud.columns) + axis];
      point.position[2 - axis] = static_cast<std::int32_t>(std::nearbyint((metres / 0.001f + 131072.0f) / step));
    }
    points.push_back(point);
  }
  return build_site_set(cpu, Grid<3>{}, std::span<Coordinate<3> const>(points)).sites;
}

/// The bits of some rows' choices among 16, by the shares that logits stand for.
template <class Choice>
double bits_of(SparseTensor<float, 3> const& logits, Choice const& choice) {
  double bits = 0;
  for (std::int64_t row = 0; row < logits.size(); ++row) {
    double sum = 0;
    double const chosen = logits.features()(row, choice(row));
    for (std::int64_t c = 0; c < 16; ++c) sum += std::exp(static_cast<double>(logits.features()(row, c)) - chosen);
    bits += std::log2(sum);
  }
  return bits;
}

struct Sizes {
  std::vector<std::int64_t> levels;  ///< sites from the top on
  double bits = 0;                   ///< of all occupancies
  double header_bits = 0;
};

class RenoTrained : public ::testing::Test {
 protected:
  void SetUp() override {
    auto const file = test::shared_data("trained/reno_kitti.pt");
    if (file.empty()) GTEST_SKIP() << "the trained network of RENO is not here";
    auto const arrays = read_torch_checkpoint(file).arrays;
    BindReport const report = bind_parameters(level_, arrays, {.tables = name_tables(level_)});
    EXPECT_EQ(report.bound.size(), 16U);
    EXPECT_EQ(bind_parameters(high_, arrays, {.tables = name_tables(high_)}).bound.size(), 5U);
  }

  /// The scan's sizes, or nothing if it is not here.
  [[nodiscard]] Sizes sizes_of(char const* name, float step) const {
    auto const scan = test::shared_data(name);
    if (scan.empty()) return {};
    auto const engine = prepare<float>(cpu, level_);
    auto const high_engine = prepare<float>(cpu, high_);
    SiteSet<3> sites = quantized(read_records(scan, {.columns = 4}), step);
    std::vector<OctreeLevel<3>> levels;
    while (sites.size() >= 64) {
      levels.push_back(octree_level(cpu, sites));
      sites = levels.back().parents;
    }
    Sizes sizes{.levels = {sites.size()}};
    sizes.header_bits = 8.0 * (6 + 13 * static_cast<double>(sites.size()) + 2);
    for (std::size_t i = levels.size(); i-- > 1;) {
      OctreeLevel<3> const& level = levels[i];
      Buffer<std::uint32_t> const& coded = levels[i - 1].occupancy;
      SparseTensor<float, 3> occupancy(level.parents, 1);
      SparseTensor<float, 3> place(level.children, 1);
      SparseTensor<float, 3> low(level.children, 1);
      std::ranges::copy(level.occupancy, occupancy.features().data);
      std::ranges::copy(level.places, place.features().data);
      std::ranges::transform(coded, low.features().data,
                             [](std::uint32_t bits) { return static_cast<float>(bits & 15U); });
      auto const known = engine.run(cpu, occupancy, place);
      auto const high = high_engine.run(cpu, known[0], low);
      sizes.bits += bits_of(known[1], [&](std::int64_t row) { return coded[row] & 15U; });
      sizes.bits += bits_of(high[0], [&](std::int64_t row) { return coded[row] >> 4; });
      sizes.header_bits += 2 * 32;  // the length of each of two streams
      sizes.levels.push_back(level.children.size());
    }
    return sizes;
  }

  Network level_ = reno_level();
  Network high_ = reno_high_bits();
};

TEST_F(RenoTrained, TakesTheBitsOfItsAuthorsForAViewOfTheRoad) {
  Sizes const coarse = sizes_of("kitti_000008.bin", 64);
  if (coarse.levels.empty()) GTEST_SKIP() << "the scan is not here";
  EXPECT_EQ(coarse.levels, (std::vector<std::int64_t>{55, 121, 298, 753, 1958, 4387, 8281}));
  EXPECT_NEAR(coarse.bits, 63'346, 0.0005 * 63'346);
  EXPECT_NEAR(sizes_of("kitti_000008.bin", 16).bits, 146'510, 0.0005 * 146'510);
}

// What they published for the whole turn; SPARSECONV_TEST_ROUNDS above 1 takes all seven steps.
TEST_F(RenoTrained, TakesTheBitsOfItsAuthorsForATurn) {
  struct Published {
    float step;
    double bits;
  };
  std::vector<Published> published{{512, 41'008}, {64, 417'376}};
  if (test::test_rounds() > 1) {
    published = {{512, 41'008}, {256, 102'256}, {128, 227'568}, {64, 417'376},
                 {32, 662'056}, {16, 954'944},  {8, 1'265'624}};
  }
  for (auto const& [step, bits] : published) {
    Sizes const sizes = sizes_of("kitti_000001_full.bin", step);
    if (sizes.levels.empty()) GTEST_SKIP() << "the scan is not here";
    EXPECT_NEAR(sizes.bits + sizes.header_bits, bits, 0.001 * bits) << step;
  }
}

}  // namespace
}  // namespace sparseconv::reno_trained_test
