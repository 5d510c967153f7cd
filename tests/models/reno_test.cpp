// The networks of the codec RENO with random numbers: against plain loops in double, and their bits on every policy.
#include "sparseconv/models/reno.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::reno_test {
namespace {

using Rows = std::vector<std::vector<double>>;

/// The parts of the networks in plain loops, with the numbers of a network.
class Loops {
 public:
  explicit Loops(Network const& net) : net_(net) {}

  [[nodiscard]] Rows embed(std::string const& name, std::vector<int> const& numbers) const {
    Parameter const& table = net_.parameter(name + ".weight");
    auto const channels = static_cast<std::size_t>(table.shape[1]);
    Rows rows;
    for (int const number : numbers) {
      auto const from = table.values.begin() + static_cast<std::ptrdiff_t>(channels) * number;
      rows.emplace_back(from, from + static_cast<std::ptrdiff_t>(channels));
    }
    return rows;
  }

  /// A convolution of 3 x 3 x 3 on the sites themselves.
  [[nodiscard]] Rows conv(std::string const& name, SiteSet<3> const& sites, Rows const& input) const {
    Parameter const& weight = net_.parameter(name + ".weight");
    auto const in = static_cast<std::size_t>(weight.shape[1]);
    auto const out = static_cast<std::size_t>(weight.shape[2]);
    std::map<Coordinate<3>, std::size_t> row_at;
    for (Coordinate<3> const& site : sites.coordinates()) row_at.emplace(site, row_at.size());
    Rows result(input.size(), std::vector<double>(out, 0));
    for (auto const& [site, row] : row_at) {
      std::size_t element = 0;
      for (int z = -1; z <= 1; ++z) {
        for (int y = -1; y <= 1; ++y) {
          for (int x = -1; x <= 1; ++x, ++element) {
            auto const& at = site.position;
            auto const found = row_at.find({site.batch, {at[0] + z, at[1] + y, at[2] + x}});
            if (found == row_at.end()) continue;
            for (std::size_t i = 0; i < in; ++i) {
              for (std::size_t o = 0; o < out; ++o) {
                result[row][o] += input[found->second][i] * weight.values[(element * in + i) * out + o];
              }
            }
          }
        }
      }
    }
    return result;
  }

  [[nodiscard]] Rows resnet(std::string const& name, SiteSet<3> const& sites, Rows x) const {
    x = relu_of(conv(name + ".0", sites, x));
    for (std::string const block : {".2", ".3"}) {
      Rows const inner = relu_of(conv(name + block + ".conv0", sites, x));
      x = relu_of(sum(x, conv(name + block + ".conv1", sites, inner)));
    }
    return x;
  }

  [[nodiscard]] Rows head(std::string const& name, Rows const& x) const {
    return linear(name + ".2", relu_of(linear(name + ".0", x)));
  }

  [[nodiscard]] static Rows sum(Rows a, Rows const& b) {
    for (std::size_t row = 0; row < a.size(); ++row) {
      for (std::size_t c = 0; c < a[row].size(); ++c) a[row][c] += b[row][c];
    }
    return a;
  }

 private:
  [[nodiscard]] Rows linear(std::string const& name, Rows const& input) const {
    Parameter const& weight = net_.parameter(name + ".weight");
    auto const out = static_cast<std::size_t>(weight.shape[1]);
    Rows result;
    for (std::vector<double> const& row : input) {
      std::vector<float> const& bias = net_.parameter(name + ".bias").values;
      std::vector<double> made(bias.begin(), bias.end());
      for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::size_t o = 0; o < out; ++o) made[o] += row[i] * weight.values[i * out + o];
      }
      result.push_back(made);
    }
    return result;
  }

  [[nodiscard]] static Rows relu_of(Rows rows) {
    for (auto& row : rows) {
      for (double& number : row) number = std::max(number, 0.0);
    }
    return rows;
  }

  Network const& net_;
};

/// New biases are 0: others.
Network with_biases(Network net) {
  test::RandomNumbers random(3);
  for (auto const& [name, parameter] : Network::Parameters(net.parameters())) {
    if (parameter.shape.size() > 1) continue;
    for (float& value : net.parameter(name).values) value = random.number<float>();
  }
  return net;
}

/// Two levels of an octree: what the networks take of the parents and the children of the upper one, and the children's occupancies.
struct TwoLevels {
  OctreeLevel<3> below;
  OctreeLevel<3> level;
  SparseTensor<float, 3> occupancy;
  SparseTensor<float, 3> place;
  SparseTensor<float, 3> low;

  explicit TwoLevels(SiteSet<3> const& sites)
      : below(octree_level(seq, sites)),
        level(octree_level(seq, below.parents)),
        occupancy(level.parents, 1),
        place(level.children, 1),
        low(level.children, 1) {
    for (std::int64_t row = 0; row < level.parents.size(); ++row) {
      occupancy.features()(row, 0) = static_cast<float>(level.occupancy[row]);
    }
    for (std::int64_t row = 0; row < level.children.size(); ++row) {
      place.features()(row, 0) = static_cast<float>(level.places[row]);
      low.features()(row, 0) = static_cast<float>(below.occupancy[row] & 15U);
    }
  }
};

SiteSet<3> some_sites(std::int64_t count) {
  return test::random_site_set(Grid<3>{.shape = {17, 24, 23}, .batch_size = 2}, count, 1);
}

void expect_near(SparseTensor<double, 3> const& found, Rows const& expected) {
  double largest = 1;
  for (auto const& row : expected) {
    for (double const number : row) largest = std::max(largest, std::fabs(number));
  }
  ASSERT_EQ(found.size(), std::ssize(expected));
  for (std::int64_t row = 0; row < found.size(); ++row) {
    auto const& of_row = expected[static_cast<std::size_t>(row)];
    ASSERT_EQ(found.channels(), std::ssize(of_row));
    for (std::int64_t c = 0; c < found.channels(); ++c) {
      ASSERT_NEAR(found.features()(row, c), of_row[static_cast<std::size_t>(c)], 1e-12 * largest) << row << ", " << c;
    }
  }
}

SparseTensor<double, 3> widened(SparseTensor<float, 3> const& x) {
  SparseTensor<double, 3> wide(x.sites(), x.channels());
  for (std::int64_t row = 0; row < x.size(); ++row) wide.features()(row, 0) = x.features()(row, 0);
  return wide;
}

TEST(Reno, ComputesWhatPlainLoopsDo) {
  TwoLevels const two(some_sites(900));
  RenoOptions const options{.channels = 5, .seed = 2};
  Network const level = with_biases(reno_level(options));
  Network const high = with_biases(reno_high_bits(options));
  auto const outputs = prepare<double>(cpu, level).run(cpu, widened(two.occupancy), widened(two.place));
  auto const of_high = prepare<double>(cpu, high).run(cpu, outputs[0], widened(two.low));

  std::vector<int> occupancies;
  std::vector<int> places;
  std::vector<int> lows;
  for (std::uint32_t const bits : two.level.occupancy) occupancies.push_back(static_cast<int>(bits));
  for (std::uint8_t const place : two.level.places) places.push_back(place);
  for (std::uint32_t const bits : two.below.occupancy) lows.push_back(static_cast<int>(bits % 16));
  Loops const loops(level);
  Rows const of_parents = loops.resnet("prior_resnet", two.level.parents, loops.embed("prior_embedding", occupancies));
  Rows of_children;
  for (Row const row : *two.level.parent_rows) of_children.push_back(of_parents[static_cast<std::size_t>(row)]);
  Rows const features = loops.resnet("target_resnet", two.level.children,
                                     Loops::sum(of_children, loops.embed("place_embedding", places)));
  expect_near(outputs[0], features);
  expect_near(outputs[1], loops.head("low_head", features));
  Loops const high_loops(high);
  expect_near(of_high[0], high_loops.head("high_head", Loops::sum(features, high_loops.embed("low_embedding", lows))));
}

/// What both networks give on a policy, of sites of its own, so that nothing is found that another policy made.
template <class Policy>
std::vector<SparseTensor<float, 3>> run_on(Policy const& where, Network const& level, Network const& high) {
  TwoLevels const two(some_sites(2500));
  auto results = prepare<float>(where, level).run(where, two.occupancy, two.place);
  results.push_back(prepare<float>(where, high).run(where, results[0], two.low)[0]);
  return results;
}

void expect_same_bits(std::vector<SparseTensor<float, 3>> const& a, std::vector<SparseTensor<float, 3>> const& b) {
  ASSERT_EQ(a.size(), 3U);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(test::same_bits(a[i].features(), b[i].features())) << i;
}

// A decoder has to compute what the encoder did.
TEST(Reno, HasTheSameBitsForAnyThreadsAndAllSetsThatRoundOnce) {
  Network const level = with_biases(reno_level());
  Network const high = with_biases(reno_high_bits());
  auto const reference = run_on(seq, level, high);  // rounds twice
  std::vector<SparseTensor<float, 3>> once;
  for (InstructionSet const set : test::instruction_sets()) {
    for (int const threads : {1, 3, 8}) {
      SCOPED_TRACE(to_string(set) + ", " + std::to_string(threads));
      auto const results = run_on(cpu.threads(threads).instructions(set), level, high);
      if (!rounds_products_once(set)) {
        expect_same_bits(results, reference);
        continue;
      }
      if (once.empty()) once = results;
      expect_same_bits(results, once);
    }
  }
}

/// The logits of a level, and those of the high bits, for the coder that stands between.
std::vector<SparseTensor<float, 3>> logits_of(CpuPolicy const& where, Engine<float, HostMemory> const& level_engine,
                                              Engine<float, HostMemory> const& high_engine, OctreeLevel<3> const& level,
                                              Buffer<std::uint32_t> const& coded) {
  SparseTensor<float, 3> occupancy(level.parents, 1);
  SparseTensor<float, 3> place(level.children, 1);
  SparseTensor<float, 3> low(level.children, 1);
  std::ranges::copy(level.occupancy, occupancy.features().data);
  std::ranges::copy(level.places, place.features().data);
  std::ranges::transform(coded, low.features().data, [](std::uint32_t bits) { return static_cast<float>(bits & 15U); });
  auto logits = level_engine.run(where, occupancy, place);
  logits.push_back(high_engine.run(where, logits[0], low)[0]);
  return logits;
}

// An encoder goes up from the sites with one policy, a decoder down from the top with another: both see the same logits at every level,
// and the same sites in the end.
TEST(Reno, ADecoderSeesWhatTheEncoderSaw) {
  Network const level_net = with_biases(reno_level({.channels = 16}));
  Network const high_net = with_biases(reno_high_bits({.channels = 16}));
  CpuPolicy const up = cpu.threads(1);
  CpuPolicy const down = cpu.threads(3);
  auto const up_engine = prepare<float>(up, level_net);
  auto const up_high = prepare<float>(up, high_net);
  auto const down_engine = prepare<float>(down, level_net);
  auto const down_high = prepare<float>(down, high_net);
  test::SiteRange const range{{-300, -300, -300}, {300, 300, 300}, {0}};
  SiteSet<3> const sites = test::sites_of(Grid<3>{}, test::random_coordinates<3>(range, 1500, 4));
  std::vector<OctreeLevel<3>> levels;
  for (SiteSet<3> left = sites; left.size() >= 16; left = levels.back().parents) {
    levels.push_back(octree_level(up, left));
  }
  ASSERT_GT(levels.size(), 5U);
  auto const list = levels.back().parents.coordinates();
  SiteSet<3> known = test::sites_of(Grid<3>{}, std::vector<Coordinate<3>>(list.begin(), list.end()));
  for (std::size_t i = levels.size(); i-- > 0;) {
    OctreeLevel<3> const decoded = octree_children(down, known, levels[i].occupancy);
    known = decoded.children;
    if (i == 0) break;
    auto const saw = logits_of(up, up_engine, up_high, levels[i], levels[i - 1].occupancy);
    auto const sees = logits_of(down, down_engine, down_high, decoded, levels[i - 1].occupancy);
    expect_same_bits(saw, sees);
  }
  EXPECT_TRUE(std::ranges::equal(known.coordinates(), sites.coordinates()));
}

}  // namespace
}  // namespace sparseconv::reno_test
