// Points that another library holds are voxelized where they lie, without a copy: a message laid out as ROS's PointCloud2, and
// structs as those of the point cloud library. Then: a cloud by pieces, several in one batch, and back to metres.

#include <sparseconv/sparseconv.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>
namespace sc = sparseconv;

/// A message with the members of sensor_msgs/PointCloud2 that say how its points lie; message_points takes either.
struct Message {
  struct Field {
    std::string name;
    std::uint32_t offset;
    std::uint8_t datatype;  // 1 int8, 2 uint8, 3 int16, 4 uint16, 5 int32, 6 uint32, 7 float32, 8 float64
  };
  std::uint32_t height;
  std::uint32_t width;
  std::vector<Field> fields;
  bool is_bigendian;
  std::uint32_t point_step;
  std::uint32_t row_step;
  std::vector<std::uint8_t> data;
};

/// A point with the layout of pcl::PointXYZRGB: positions in 16 bytes, then the colour's bytes.
struct alignas(16) ColouredPoint {
  float x, y, z, unused;
  std::uint8_t blue, green, red, alpha;
};

/// An organised message of 2 rows of 3 points, 22 bytes apart: x, y, z, a time of 8 bytes that is not asked for, a ring of 2.
Message message_of_six_points() {
  Message message{2, 3, {{"x", 0, 7}, {"y", 4, 7}, {"z", 8, 7}, {"time", 12, 8}, {"ring", 20, 4}}, false, 22, 66, {}};
  message.data.resize(132);
  for (std::uint16_t i = 0; i < 6; ++i) {
    std::array<float, 3> const position{static_cast<float>(i), 0.5F, 1.5F};
    std::memcpy(message.data.data() + i * 22, position.data(), 12);
    std::memcpy(message.data.data() + i * 22 + 20, &i, 2);
  }
  return message;
}

int main() {
  sc::VoxelGrid const grid{.voxel_size = {.5F, .5F, .5F}, .low = {0, 0, 0}, .high = {8, 4, 4}};

  Message const message = message_of_six_points();
  auto const scan = sc::voxelize(sc::cpu, sc::message_points(message, {"x", "y", "z", "ring"}), grid);
  std::printf("message: %td voxels of %td columns\n", scan.tensor.size(), scan.tensor.channels());

  std::vector<ColouredPoint> const cloud{{1, 2, 3, 1, 10, 20, 30, 255}, {1.1F, 2, 3, 1, 30, 20, 10, 255}};
  sc::StridedPoints const coloured =
      sc::strided_points(cloud, {{"x", offsetof(ColouredPoint, x)},
                                 {"y", offsetof(ColouredPoint, y)},
                                 {"z", offsetof(ColouredPoint, z)},
                                 {"red", offsetof(ColouredPoint, red), sc::ScalarType::uint8},
                                 {"green", offsetof(ColouredPoint, green), sc::ScalarType::uint8},
                                 {"blue", offsetof(ColouredPoint, blue), sc::ScalarType::uint8}});
  auto const colours = sc::voxelize(sc::cpu, coloured, grid);
  std::printf("structs: %td voxel, mean red %g\n", colours.tensor.size(),
              static_cast<double>(colours.tensor.features()(0, 3)));

  // By pieces, as a file that is larger than memory would come: the same voxels, bit for bit.
  sc::Voxelizer voxelizer(grid);
  for (int block = 0; block < 3; ++block) voxelizer.add(sc::cpu, coloured);
  std::printf("by pieces: %td points in %td voxel\n", voxelizer.points(), voxelizer.voxels());

  // Two clouds as one batch: each has its own offset, and its own rows.
  std::vector<sc::PointCloud> const two{sc::point_cloud_of(coloured), sc::point_cloud_of(coloured)};
  auto const batch = sc::voxelize(sc::cpu, two, grid);
  std::printf("batch: %d items, %td voxels\n", batch.tensor.grid().batch_size, batch.tensor.size());

  // Back to metres through a layer: sites are z, y, x; metres are x, y, z.
  sc::SparseConv3D<float> const down(
      {.in_channels = 4, .out_channels = 8, .kernel_size = 3, .stride = 2, .padding = 1});
  auto const output = down(sc::cpu, scan.tensor);
  std::array<double, 3> const metres = sc::cell_centre(grid, output.sites().coordinates()[0], sc::cell_centres(down));
  std::printf("the first of %td outputs is at (%g, %g, %g) m\n", output.size(), metres[0], metres[1], metres[2]);
}
