// expect: build_interpolation_map: a list of clouds in braces would copy them; put them into a std::vector
// errors: 1
#include "sparseconv/points/build_interpolation_map_batch.hpp"

auto points(sparseconv::SiteSet<3> const& sites, sparseconv::PointCloud const& a, sparseconv::PointCloud const& b,
            sparseconv::VoxelGrid const& grid) {
  return sparseconv::build_interpolation_map(sparseconv::cpu, sites, {a, b}, grid).size();
}
