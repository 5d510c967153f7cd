// A stream of scans through one engine and one policy: what came before a frame, a refused frame too, changes no bit of it, and
// memory stops growing.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sparseconv/network/prepare.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"
#include "support/point_clouds.hpp"
#include "support/small_unet.hpp"

namespace sparseconv::frames_test {
namespace {

Network small_unet() {
  return test::small_unet(5, 24, 3);
}

/// What a sensor may send: scans of all sizes, none, one point, a scan with faults, and one ten times as large.
std::vector<PointCloud> scans() {
  std::vector<PointCloud> all;
  for (std::int64_t const points : {300, 40, 0, 500, 1, 250, 5000, 330, 120}) {
    all.push_back(test::random_cloud(points));
    if (points == 0) all.back().columns = all.front().columns;
  }
  for (std::size_t i = 0; i < all[5].values.size(); i += 3) {
    all[5].values[i] = std::numeric_limits<float>::quiet_NaN();
  }
  for (std::size_t i = 0; i < all[8].values.size(); ++i) all[8].values[i] = 1e30F;
  return all;
}

template <class Engine>
std::vector<float> run(CpuPolicy const& where, Engine const& engine, PointCloud const& scan) {
  return test::list_of(engine(where, voxelize(where, scan, test::fine_grid).tensor));
}

TEST(Frames, HaveTheBitsOfAFreshPolicyWhateverCameBefore) {
  std::vector<PointCloud> const all = scans();
  auto const fresh = prepare<float>(cpu.threads(1), small_unet());
  std::vector<std::vector<float>> expected;
  for (PointCloud const& scan : all) expected.push_back(run(cpu.threads(1), fresh, scan));
  ASSERT_FALSE(expected[0].empty());
  ASSERT_TRUE(expected[2].empty());
  ASSERT_TRUE(expected[8].empty());
  for (int const threads : {1, 2}) {
    CpuPolicy const where = cpu.threads(threads);
    auto const engine = prepare<float>(where, small_unet());
    for (std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {  // all frames, in three orders
      for (std::size_t i = 0; i < all.size(); ++i) {
        std::size_t const frame = i * step % all.size();
        ASSERT_EQ(run(where, engine, all[frame]), expected[frame]) << "frame " << frame << ", threads " << threads;
      }
    }
  }
}

TEST(Frames, ComeToAskTheSystemForNothing) {
  std::vector<PointCloud> const all = scans();
  CpuPolicy const where = cpu.threads(1);
  auto const engine = prepare<float>(where, small_unet());
  auto const all_frames = [&] {
    for (PointCloud const& scan : all) (void)run(where, engine, scan);
  };
  (void)run(where, engine, all[1]);
  std::int64_t const weights = where.memory()->bytes_in_use();  // packed by the first run
  for (int round = 0; round < 3; ++round) all_frames();
  std::int64_t const taken = where.memory()->bytes_from_system();
  for (int round = 0; round < 3; ++round) all_frames();
  EXPECT_EQ(where.memory()->bytes_from_system(), taken);
  EXPECT_EQ(where.memory()->bytes_in_use(), weights) << "a frame leaves nothing in use";
}

TEST(Frames, BeyondTheLimitAreRefusedAndTheNextOnesAreNot) {
  std::vector<PointCloud> const all = scans();
  CpuPolicy const where = cpu.threads(2);
  MemoryPool& pool = *where.memory();
  auto const engine = prepare<float>(where, small_unet());
  std::vector<float> const small = run(where, engine, all[1]);
  std::vector<float> const large = run(where, engine, all[6]);
  pool.release();
  std::int64_t const weights = pool.bytes_in_use();

  int refused = 0;
  int given = 0;
  for (std::int64_t limit = weights; given < 3 && refused < 10000; limit += limit / 30 + 64) {
    pool.set_limit(limit);
    pool.reset_peak();
    try {
      ASSERT_EQ(run(where, engine, all[6]), large);
      ++given;
    } catch (CapacityError const&) {
      ++refused;
    }
    ASSERT_EQ(pool.bytes_in_use(), weights) << "nothing of a refused frame stays";
    ASSERT_LE(pool.peak_bytes_in_use(), limit);
    ASSERT_LE(pool.bytes() + weights, limit);
    pool.set_limit(MemoryPool::no_limit);
    ASSERT_EQ(run(where, engine, all[1]), small) << "limit " << limit;
  }
  EXPECT_GT(refused, 20);
  EXPECT_EQ(given, 3);
}

TEST(Frames, ThatAreRefusedSayWhereAndWhy) {
  CpuPolicy const where = cpu.threads(1);
  auto const engine = prepare<float>(where, small_unet());
  auto const voxels = voxelize(where, scans()[6], test::fine_grid);
  where.memory()->release();
  where.memory()->set_limit(where.memory()->bytes_in_use() + 1000);
  std::string const message = test::message_of<CapacityError>([&] { return engine(where, voxels.tensor); });
  EXPECT_TRUE(message.starts_with("UNet, stem: MemoryPool: ")) << message;
  EXPECT_TRUE(message.ends_with("raise it by set_limit, or give less at a time, as by VoxelLimits")) << message;
}

}  // namespace
}  // namespace sparseconv::frames_test
