// Nodes that lead to other sites, against sums by site.
#include "sparseconv/network/run_nodes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/network/plan.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::run_nodes_test {
namespace {

using test::message_of;

constexpr Grid<2> room{.shape = {19, 24}, .batch_size = 3};

using Rows = std::map<Coordinate<2>, std::vector<double>>;

Rows rows_of(SparseTensor<double, 2> const& tensor) {
  Rows rows;
  auto const sites = tensor.sites();
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    std::vector<double>& numbers = rows[sites.data()[row]];
    for (std::int64_t c = 0; c < tensor.channels(); ++c) numbers.push_back(tensor.features()(row, c));
  }
  return rows;
}

void add_to(Rows& sums, Coordinate<2> const& site, std::vector<double> const& numbers) {
  std::vector<double>& sum = sums.try_emplace(site, numbers.size(), 0.0).first->second;
  for (std::size_t c = 0; c < numbers.size(); ++c) sum[c] += numbers[c];
}

void expect_rows(SparseTensor<double, 2> const& result, Rows const& expected) {
  Rows const rows = rows_of(result);
  ASSERT_EQ(rows.size(), expected.size());
  for (auto const& [site, numbers] : expected) {
    ASSERT_TRUE(rows.contains(site)) << to_string(site);
    for (std::size_t c = 0; c < numbers.size(); ++c)
      ASSERT_NEAR(rows.at(site)[c], numbers[c], 1e-12) << to_string(site);
  }
}

/// Two levels on one grid: their sum where either has a site, side by side where both have, and along each axis.
struct Levels {
  Network net{"Levels"};

  Levels() {
    Value const x = net.input("x", {.axes = 2, .channels = 2});
    Value const down = net.pool("down", x, {.kernel_size = 3, .stride = 2, .padding = 1, .pooling = Pooling::max});
    Value const coarse = net.scale_sites(down, x, 2);
    Value const any = net.unite_sites({x, coarse});
    Value const each = net.intersect_sites({coarse, x});
    Value const sum = net.add(net.onto_sites(x, any), net.onto_sites(coarse, any));
    net.output("down", down);
    net.output("any", sum);
    net.output("each", net.concatenate({net.onto_sites(x, each), net.onto_sites(coarse, each)}));
    net.output("along y", net.axis_pool(sum, 0, Pooling::sum));
    net.output("along x", net.axis_pool(sum, 1, Pooling::sum));
  }
};

TEST(NodeRun, JoinsLevels) {
  Levels const levels;
  for (std::int64_t const sites : {130, 1, 0}) {
    auto const x = test::random_tensor<double>(test::random_site_set(room, sites, 1), 2, 2);
    test::for_each_host_policy([&](auto const& where) {
      for (bool const pass : {false, true}) {
        auto const results = prepare<double>(where, levels.net, {pass, pass, pass}).run(where, x);
        Rows const fine = rows_of(x);
        Rows any = fine;
        Rows each;
        for (auto const& [site, numbers] : rows_of(results[0])) {
          Coordinate<2> const there{site.batch, {2 * site.position[0], 2 * site.position[1]}};
          if (fine.contains(there)) {
            each[there] = fine.at(there);
            each[there].insert(each[there].end(), numbers.begin(), numbers.end());
          }
          add_to(any, there, numbers);
        }
        std::array<Rows, 2> along;
        for (auto const& [site, numbers] : any) {
          add_to(along[0], {site.batch, {0, site.position[1]}}, numbers);
          add_to(along[1], {site.batch, {site.position[0], 0}}, numbers);
        }
        expect_rows(results[1], any);
        expect_rows(results[2], each);
        expect_rows(results[3], along[0]);
        expect_rows(results[4], along[1]);
        EXPECT_EQ(results[1].grid(), room);
        EXPECT_EQ(results[3].grid(), (Grid<2>{.shape = {1, 24}, .batch_size = 3}));
        if (HasFailure()) return;
      }
    });
  }
}

TEST(NodeRun, FindsJoinedSitesAgain) {
  Levels const levels;
  auto const x = test::random_tensor<float>(test::random_site_set(room, 130, 1), 2, 2);
  EXPECT_EQ(plan(cpu, levels.net, x.sites()), std::vector<std::string>{});
  std::int64_t const planned = x.sites().derived_bytes();
  auto const engine = prepare<float>(cpu, levels.net);
  auto const first = engine.run(cpu, x);
  auto const second = engine.run(cpu, x);
  EXPECT_EQ(x.sites().derived_bytes(), planned);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(first[i].sites().is(second[i].sites())) << i;
}

/// A decoder: every site that a transposed convolution reaches, those with scores above 0.25, of these the best of each item.
struct Decoder {
  Network net{"Decoder", 3};

  Decoder() {
    Value const x = net.input("x", {.axes = 2, .channels = 3});
    Value const up = net.transposed_conv("up", x, {.out_channels = 4, .kernel_size = 2, .stride = 2});
    Value const score = net.linear("score", up, {.out_channels = 1});
    Value const above = net.sites_above(score, 0.25);
    Value const kept = net.onto_sites(up, above);
    Value const best = net.sites_of_largest(net.onto_sites(score, above), 5);
    net.output("up", up);
    net.output("score", score);
    net.output("kept", kept);
    net.output("body", net.submanifold_conv("body", kept, {.out_channels = 2}));
    net.output("best", net.onto_sites(kept, best));
  }
};

TEST(NodeRun, ChoosesSitesByScores) {
  Decoder const decoder;
  for (std::int64_t const sites : {90, 2, 0}) {
    auto const x = test::random_tensor<double>(test::random_site_set(room, sites, 1), 3, 2);
    test::for_each_host_policy([&](auto const& where) {
      auto const engine = prepare<double>(where, decoder.net);
      auto const results = engine.run(where, x);
      Rows const up = rows_of(results[0]);
      Rows kept;
      std::map<std::int32_t, std::vector<std::pair<double, Coordinate<2>>>> by_item;
      for (auto const& [site, score] : rows_of(results[1])) {
        if (!(score[0] > 0.25)) continue;
        kept[site] = up.at(site);
        by_item[site.batch].push_back({-score[0], site});
      }
      EXPECT_LT(kept.size(), std::max<std::size_t>(up.size(), 1));
      expect_rows(results[2], kept);
      EXPECT_TRUE(results[3].sites().is(results[2].sites())) << "values on chosen sites lie on one set";
      Rows best;
      for (auto& [item, scores] : by_item) {
        std::ranges::sort(scores);
        for (std::size_t i = 0; i < std::min<std::size_t>(scores.size(), 5); ++i) {
          best[scores[i].second] = up.at(scores[i].second);
        }
      }
      expect_rows(results[4], best);
      auto const again = engine.run(where, x);
      expect_rows(again[4], best);
      EXPECT_FALSE(again[2].sites().is(results[2].sites())) << "chosen sites are new in each run";
    });
  }
}

TEST(NodeRun, KeepsNothingOfChosenSites) {
  Decoder const decoder;
  auto const x = test::random_tensor<float>(test::random_site_set(room, 90, 1), 3, 2);
  auto const engine = prepare<float>(cpu, decoder.net);
  (void)engine.run(cpu, x);
  std::int64_t const after_one = x.sites().derived_bytes();
  for (int run = 0; run < 5; ++run) (void)engine.run(cpu, x);
  EXPECT_EQ(x.sites().derived_bytes(), after_one);
}

TEST(Plan, NamesTheNodesThatARunHasToFind) {
  Decoder const decoder;
  auto const sites = test::random_site_set(room, 90, 1);
  std::vector<std::string> const left = plan(cpu, decoder.net, sites);
  EXPECT_EQ(left, (std::vector<std::string>{"sites_above3", "onto_sites4", "onto_sites5", "sites_of_largest6", "body",
                                            "onto_sites8"}));
  EXPECT_GT(sites.derived_bytes(), 0) << "the others are planned";
}

TEST(NodeRun, NamesTheNodeWhoseSitesDoNotFit) {
  Network net("Other");
  Value const a = net.input("a", {.axes = 2, .channels = 1});
  Value const b = net.input("b", {.axes = 2, .channels = 1});
  Value const any = net.unite_sites({a, b});
  net.output("y", net.onto_sites(a, any));
  auto const engine = prepare<float>(cpu, net);
  SparseTensor<float, 2> const in_room(test::random_site_set(room, 20, 1), 1);
  SparseTensor<float, 2> const in_hall(test::random_site_set(Grid<2>{.shape = {9, 9}, .batch_size = 3}, 20, 1), 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return engine.run(cpu, in_room, in_hall).size(); }),
            "Other, unite_sites2: unite_sites: the first sites lie on a grid of shape 19 x 24 and batch_size 3, the "
            "others on shape 9 x 9 and batch_size 3; make both on one grid");
  Network scaled("Scaled");
  Value const x = scaled.input("x", {.axes = 2, .channels = 1});
  scaled.output("y", scaled.scale_sites(x, x, 30));
  EXPECT_EQ(message_of<CoordinateError>([&] { return prepare<float>(cpu, scaled)(cpu, in_hall).size(); }).substr(0, 48),
            "Scaled, scale_sites1: scale_sites: sites from (b");
  Network flat("Flat");
  flat.output("y", flat.axis_pool(flat.input("x", {.axes = 2, .channels = 1}), 0, Pooling::sum));
  SparseTensor<float, 2> const open(test::random_site_set(Grid<2>{}, 20, 1), 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return prepare<float>(cpu, flat)(cpu, open).size(); }),
            "Flat, axis_pool1: axis_pool: the grid has no extents, so no kernel covers an axis of it; give the grid a "
            "shape");
}

}  // namespace
}  // namespace sparseconv::run_nodes_test
