// A whole network from points to a map for a detection head: the middle extractor of SECOND, here with untrained weights.

#include <sparseconv/networks.hpp>

#include <cstdio>
namespace sc = sparseconv;

int main() {
  // Points of x, y, z in metres and intensity; voxels of 5 x 5 x 10 cm in front of the sensor, as KITTI's.
  sc::PointCloud const cloud{.columns = 4, .values = {10, 0, -1, .5F, 10.1F, 0, -1, .4F, 12, 3, 0, .2F}};
  sc::VoxelGrid const grid{
      .voxel_size = {.05F, .05F, .1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1};
  auto const engine = sc::prepare<float>(sc::cpu, sc::second(cloud.columns));
  auto const features = engine(sc::cpu, sc::voxelize(sc::cpu, cloud, grid).tensor);
  auto const map = sc::folded_to_map(sc::to_dense(sc::cpu, features));
  std::printf("a map of %td x %td x %td\n", map.shape[1], map.shape[2], map.shape[3]);
}
