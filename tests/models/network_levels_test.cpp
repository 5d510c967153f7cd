// The sites and pairs of every node of the field's networks on a real scan, against a counter that knows nothing of sorted lists, keys
// or rulebooks: it asks a set of cells for every neighbour.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "sparseconv/io/records.hpp"
#include "sparseconv/models/minkunet.hpp"
#include "sparseconv/models/pillars.hpp"
#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/models/spunet.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/models/voxelnext.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "support/shared_data.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::network_levels_test {
namespace {

using Cell = std::array<std::int64_t, 3>;  // axes that a network does not have stay at 0

struct CellHash {
  std::size_t operator()(Cell const& cell) const {
    std::uint64_t hash = 0;
    for (std::int64_t const c : cell) hash = hash * 1'000'003 + static_cast<std::uint64_t>(c) + 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(hash);
  }
};

struct Level {
  std::unordered_set<Cell, CellHash> cells;
  Cell extents{1, 1, 1};
};

/// Counts by a network's geometries alone.
class Counter {
 public:
  Counter(Graph const& graph, Level input) : graph_(graph), axes_(graph.type({0}).axes) {
    levels_[0] = std::move(input);
  }

  Level const& level(std::int32_t sites) {
    if (auto const found = levels_.find(sites); found != levels_.end()) return found->second;
    SiteOrigin const& origin = graph_.sites()[static_cast<std::size_t>(sites)];
    Level const& from = level(origin.from.front());
    NodeGeometry const& g = origin.geometry;
    Level to;
    if (origin.step != SiteStep::geometry) return levels_[sites] = other_level(origin);
    for (std::size_t a = 0; a < axes(); ++a) {
      std::int64_t const reach = (kernel(g, a) - 1) * dilation(g, a);
      to.extents[a] = g.definition == OutputDefinition::floor
                          ? (from.extents[a] + stride(g, a) - 1) / stride(g, a)
                          : (from.extents[a] + 2 * padding(g, a) - reach - 1) / stride(g, a) + 1;
    }
    for (Cell const& cell : from.cells) {
      if (g.definition == OutputDefinition::floor) {
        Cell out{};
        for (std::size_t a = 0; a < axes(); ++a) out[a] = cell[a] / stride(g, a);
        to.cells.insert(out);
        continue;
      }
      for_each_element(g, [&](Cell const& offset) {
        Cell out{};
        for (std::size_t a = 0; a < axes(); ++a) {
          std::int64_t const product = cell[a] + padding(g, a) - offset[a];
          if (product % stride(g, a) != 0) return;
          out[a] = product / stride(g, a);
          if (product < 0 || out[a] >= to.extents[a]) return;
        }
        to.cells.insert(out);
      });
    }
    return levels_[sites] = std::move(to);
  }

  /// Pairs of a forward kernel from one level to another: an input cell for an output's element.
  std::int64_t pairs(std::int32_t from, std::int32_t to, NodeGeometry const& g) {
    level(from);
    level(to);
    auto const& inputs = (g.transposed ? levels_[to] : levels_[from]).cells;
    auto const& outputs = (g.transposed ? levels_[from] : levels_[to]).cells;
    std::int64_t count = 0;
    for (Cell const& out : outputs) {
      for_each_element(g, [&](Cell const& offset) {
        Cell in{};
        for (std::size_t a = 0; a < axes(); ++a) in[a] = out[a] * stride(g, a) - padding(g, a) + offset[a];
        count += inputs.contains(in) ? 1 : 0;
      });
    }
    return count;
  }

 private:
  [[nodiscard]] std::size_t axes() const { return static_cast<std::size_t>(axes_); }
  static std::int64_t kernel(NodeGeometry const& g, std::size_t a) { return g.kernel_size[static_cast<int>(a)]; }
  static std::int64_t stride(NodeGeometry const& g, std::size_t a) { return g.stride[static_cast<int>(a)]; }
  static std::int64_t padding(NodeGeometry const& g, std::size_t a) { return g.padding[static_cast<int>(a)]; }
  static std::int64_t dilation(NodeGeometry const& g, std::size_t a) { return g.dilation[static_cast<int>(a)]; }

  /// Of steps that have no kernel.
  Level other_level(SiteOrigin const& origin) {
    Level to;
    to.extents = level(origin.from.front()).extents;
    for (std::int32_t const from : origin.from) {
      if (origin.step == SiteStep::scaled && from != origin.from.back()) continue;  // its grid alone
      for (Cell cell : level(from).cells) {
        for (std::size_t a = 0; a < axes(); ++a) {
          if (origin.step == SiteStep::scaled) cell[a] *= stride(origin.geometry, a);
        }
        if (origin.step == SiteStep::axis) cell[static_cast<std::size_t>(origin.axis)] = 0;
        to.cells.insert(cell);
      }
    }
    if (origin.step == SiteStep::axis) to.extents[static_cast<std::size_t>(origin.axis)] = 1;
    return to;
  }

  template <class Body>
  void for_each_element(NodeGeometry const& g, Body const& body) const {
    Cell last{};
    for (std::size_t a = 0; a < axes(); ++a) last[a] = kernel(g, a) - 1;
    for (std::int64_t i = 0; i <= last[0]; ++i) {
      for (std::int64_t j = 0; j <= last[1]; ++j) {
        for (std::int64_t k = 0; k <= last[2]; ++k) {
          Cell offset{i, j, k};
          for (std::size_t a = 0; a < axes(); ++a) offset[a] *= dilation(g, a);
          body(offset);
        }
      }
    }
  }

  Graph const& graph_;
  int axes_;
  std::map<std::int32_t, Level> levels_;
};

/// Compares all nodes of a network; returns the sites and pairs of those that have a map, by name.
template <int D>
std::map<std::string, std::array<std::int64_t, 2>> expect_counts(Network const& net, SiteSet<D> const& sites) {
  Graph const& graph = net.graph();
  SCOPED_TRACE(net.name());
  Level input;
  for (Coordinate<D> const& site : sites.coordinates()) {
    Cell cell{};
    std::copy(site.position.begin(), site.position.end(), cell.begin());
    input.cells.insert(cell);
  }
  for (int a = 0; a < D; ++a) input.extents[static_cast<std::size_t>(a)] = sites.grid().shape[a];
  Counter counter(graph, input);
  NodeSites<CpuPolicy, D> nodes(cpu, graph);
  nodes.set({0}, sites);
  std::map<std::string, std::array<std::int64_t, 2>> counts;
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    Value const self{i};
    SCOPED_TRACE(graph.node(self).name);
    std::int32_t const to = graph.type(self).sites;
    EXPECT_EQ(nodes.of(self).size(), std::ssize(counter.level(to).cells));
    Operation const& operation = graph.node(self).operation;
    auto const check = [&](auto const& node, std::int64_t expected) {
      std::int64_t const pairs = nodes.map(self, node).rules->pair_count();
      EXPECT_EQ(pairs, expected);
      counts[graph.node(self).name] = {nodes.of(self).size(), pairs};
    };
    if (auto const* conv = std::get_if<ConvNode>(&operation)) {
      check(*conv, counter.pairs(graph.type(conv->input).sites, to, conv->geometry));
    } else if (auto const* pool = std::get_if<PoolNode>(&operation)) {
      check(*pool, counter.pairs(graph.type(pool->input).sites, to, pool->geometry));
    } else if (auto const* inverse = std::get_if<InverseConvNode>(&operation)) {
      check(*inverse, counter.pairs(to, graph.type(inverse->input).sites, graph.geometry(inverse->undoes)));
    }
  }
  return counts;
}

using Counts = std::array<std::int64_t, 2>;

TEST(NetworksOnKitti, HaveTheSitesAndPairsOfACounter) {
  auto const path = test::shared_data("kitti_000008.bin");
  if (path.empty()) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  auto const cloud = read_records(path, {.columns = 4});
  VoxelGrid const grid{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1};
  auto const sites = voxelize(cpu, cloud, grid).tensor.sites();
  ASSERT_EQ(sites.size(), 13092);

  auto const second_counts = expect_counts(second(), sites);
  EXPECT_EQ(second_counts.at("conv1"), (Counts{13092, 55906}));
  EXPECT_EQ(second_counts.at("conv2.0"), (Counts{20309, 44136}));
  EXPECT_EQ(second_counts.at("conv2.2"), (Counts{20309, 230351}));
  EXPECT_EQ(second_counts.at("conv3.0"), (Counts{12361, 67846}));
  EXPECT_EQ(second_counts.at("conv3.1"), (Counts{12361, 177683}));
  EXPECT_EQ(second_counts.at("conv4.0"), (Counts{5298, 39986}));
  EXPECT_EQ(second_counts.at("conv4.1"), (Counts{5298, 78864}));
  EXPECT_EQ(second_counts.at("conv_out"), (Counts{4236, 7116}));
  expect_counts(minkunet14a(), sites);
  expect_counts(spunet(), sites);
  expect_counts(tree_unet(), sites);
  expect_counts(voxelnext(4, {.classes = {1}}), sites);

  std::vector<Coordinate<2>> ground;
  for (Coordinate<3> const& site : sites.coordinates()) ground.push_back({0, {site.position[1], site.position[2]}});
  auto const pillars = build_site_set<CpuPolicy, 2>(cpu, {.shape = {1600, 1408}, .batch_size = 1}, ground).sites;
  expect_counts(pillar(), pillars);
  if (test::test_rounds() == 1) return;  // the others' geometries are those of the networks above
  expect_counts(centerpoint(), sites);
  expect_counts(sparse_encoder(), sites);
  expect_counts(spvnas_minkunet(), sites);
  expect_counts(pillar_res18(), pillars);
}

}  // namespace
}  // namespace sparseconv::network_levels_test
