// Calls the listed verbs that no example calls: points that come back, and sites that are chosen and joined.
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/sparseconv.hpp"

namespace sc = sparseconv;

namespace {

template <int D>
std::int64_t choose(auto const& where, sc::SparseTensor<float, D> const& tensor,
                    sc::MatrixView<float const> positions) {
  auto const mask = sc::mask_above(where, tensor, 0.5);
  auto const some = sc::prune(where, tensor, sc::select_sites(where, tensor.sites(), mask));
  auto const best = sc::prune(where, tensor, sc::mask_largest(where, tensor, std::vector<std::int64_t>{3}));
  auto const both = sc::intersect_sites(where, some.sites(), best.sites());
  auto const joined = sc::onto_sites(where, some, sc::unite_sites(where, some.sites(), best.sites()));
  auto const rows = sc::matching_rows(where, some.sites(), best.sites());
  auto const level = sc::octree_level(where, tensor.sites());
  auto const parents = sc::space_to_channel(where, tensor, level);
  auto const children = sc::channel_to_space(where, parents, level);
  auto const occupancy = sc::occupancy_above(where, parents, 0.5);
  auto const map = sc::build_interpolation_map(where, tensor.sites(), positions);
  auto const features = sc::interpolate(where, tensor, map);
  return both.sites.size() + joined.size() + rows.size() + children.size() + occupancy.size() + features.size();
}

std::int64_t bring_back(auto const& where, std::vector<sc::PointCloud> const& clouds, sc::VoxelGrid const& grid) {
  auto const sites = sc::voxelize(where, clouds[0], grid).tensor.sites();
  auto const rows = sc::rows_of_points(where, sites, clouds[0], grid);
  auto const map = sc::build_interpolation_map(where, sites, clouds[0], grid);
  return rows.size() + map.size() + sc::build_interpolation_map(where, sites, clouds, grid).size();
}

void take(auto const& where, std::span<sc::Row const> rows, sc::MatrixView<float const> from,
          sc::MatrixView<float> to) {
  sc::take_rows_or_zeros(where, rows, from, to);
}

}  // namespace

std::int64_t in_all(sc::SparseTensor<float, 1> const& one, sc::SparseTensor<float, 2> const& two,
                    sc::SparseTensor<float, 3> const& three, sc::SparseTensor<float, 4> const& four,
                    std::vector<sc::PointCloud> const& clouds, sc::VoxelGrid const& grid, std::span<sc::Row const> rows,
                    sc::MatrixView<float> to) {
  auto const all = [&](auto const& where) {
    take(where, rows, clouds[0].view(), to);
    return bring_back(where, clouds, grid) + choose(where, one, to) + choose(where, two, to) +
           choose(where, three, to) + choose(where, four, to);
  };
  return all(sc::cpu) + all(sc::seq);
}
