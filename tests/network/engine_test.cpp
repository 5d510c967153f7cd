// Networks that run: against layers called by hand, prepared against as they are, on every policy of the host.
#include "sparseconv/network/engine.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/add.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/batch_statistics_norm.hpp"
#include "sparseconv/layers/broadcast.hpp"
#include "sparseconv/layers/cast.hpp"
#include "sparseconv/layers/concatenate.hpp"
#include "sparseconv/layers/global_pool.hpp"
#include "sparseconv/layers/inverse_conv.hpp"
#include "sparseconv/layers/layer_norm.hpp"
#include "sparseconv/layers/linear.hpp"
#include "sparseconv/layers/softmax.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/layers/transposed_conv.hpp"
#include "sparseconv/network/plan.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_network.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::engine_test {
namespace {

using test::message_of;

/// The numbers of a network's node, for a layer made by hand.
std::vector<double> numbers(Network const& net, std::string const& name) {
  std::vector<float> const& values = net.parameter(name).values;
  return {values.begin(), values.end()};
}

template <class Layer>
Layer with_numbers(Layer layer, Network const& net, std::string const& node) {
  layer.set_weights(numbers(net, node + ".weight"));
  if (net.parameters().contains(node + ".bias")) layer.set_bias(numbers(net, node + ".bias"));
  return layer;
}

constexpr Grid<2> room{.shape = {19, 23}, .batch_size = 3};

/// A network of every kind of node, and the same by hand.
struct EveryKind {
  Network net{"EveryKind", 5};

  EveryKind() {
    Value const x = net.input("x", {.axes = 2, .channels = 3});
    Value const stem =
        net.activate(net.batch_norm("stem.norm", net.submanifold_conv("stem", x, {.out_channels = 4})), relu);
    Value const down =
        net.sparse_conv("down", stem, {.out_channels = 6, .kernel_size = {3, 2}, .stride = 2, .bias = true});
    Value const norm = net.activate(net.batch_norm("down.norm", down, 1e-3, NormStatistics::batch), silu);
    Value const up = net.inverse_conv("up", norm, {.out_channels = 5, .undoes = down});
    Value const joined = net.concatenate({up, stem});
    Value const pooled = net.pool("pool", joined, {.kernel_size = 2, .pooling = Pooling::average});
    Value const wide =
        net.transposed_conv("wide", pooled, {.out_channels = 9, .kernel_size = 2, .stride = 2, .onto = x});
    Value const sum = net.add(wide, joined);
    Value const whole = net.global_pool(net.layer_norm("layer", sum), Pooling::max);
    Value const gate = net.activate(net.linear("gate", whole, {.out_channels = 9}), sigmoid);
    Value const gated = net.add(sum, net.broadcast(gate, x));
    net.output("classes", net.softmax(net.linear("head", gated, {.out_channels = 4, .bias = false})));
    net.output("gate", gate);
    net.output("stem", stem);
    test::RandomNumbers random(3);
    for (auto const& [name, parameter] : Network::Parameters(net.parameters())) {
      if (parameter.shape.size() > 1) continue;
      for (float& value : net.parameter(name).values) {
        value = name.ends_with("running_var") ? 1.5F + random.number<float>() : value + random.number<float>() / 2;
      }
    }
  }

  template <class Policy>
  [[nodiscard]] std::vector<SparseTensor<double, 2>> by_hand(Policy const& where,
                                                             SparseTensor<double, 2> const& x) const {
    auto const layer = [&](auto made, char const* name) { return with_numbers(std::move(made), net, name); };
    SubmanifoldConv2D<double> const stem_conv =
        layer(SubmanifoldConv2D<double>({.in_channels = 3, .out_channels = 4}), "stem");
    BatchNorm<double> stem_norm(4);
    auto const scale = numbers(net, "stem.norm.weight");
    auto const shift = numbers(net, "stem.norm.bias");
    auto const mean = numbers(net, "stem.norm.running_mean");
    auto const variance = numbers(net, "stem.norm.running_var");
    stem_norm.set({.scale = scale, .shift = shift, .mean = mean, .variance = variance});
    SparseConv2D<double> const down_conv = layer(
        SparseConv2D<double>({.in_channels = 4, .out_channels = 6, .kernel_size = {3, 2}, .stride = 2, .bias = true}),
        "down");
    BatchStatisticsNorm<double> down_norm(6, 1e-3);
    down_norm.set(std::span<double const>(numbers(net, "down.norm.weight")),
                  std::span<double const>(numbers(net, "down.norm.bias")));
    InverseConv2D<double> const up_conv =
        layer(InverseConv2D<double>({.in_channels = 6, .out_channels = 5, .undoes = down_conv}), "up");
    TransposedConv2D<double> const wide_conv =
        layer(TransposedConv2D<double>({.in_channels = 9, .out_channels = 9, .kernel_size = 2, .stride = 2}), "wide");
    LayerNorm<double> layer_norm(9);
    layer_norm.set(std::span<double const>(numbers(net, "layer.weight")),
                   std::span<double const>(numbers(net, "layer.bias")));
    Linear<double> const gate_layer = layer(Linear<double>({.in_channels = 9, .out_channels = 9}), "gate");
    Linear<double> const head = layer(Linear<double>({.in_channels = 9, .out_channels = 4, .bias = false}), "head");

    auto const stem = activate(where, stem_norm(where, stem_conv(where, x)), relu);
    auto const down = down_conv(where, stem);
    auto const up = up_conv(where, activate(where, down_norm(where, down), silu), x.sites());
    auto const joined = concatenate(where, up, stem);
    auto const pooled = SparsePool2D({.kernel_size = 2, .pooling = Pooling::average})(where, joined);
    auto const sum = add(where, wide_conv(where, pooled, x.sites()), joined);
    auto const whole = GlobalPool{Pooling::max}(where, layer_norm(where, sum));
    auto const gate = activate(where, gate_layer(where, whole), sigmoid);
    auto const gated = add(where, sum, broadcast(where, gate, x.sites()));
    return {softmax(where, head(where, gated)), gate, stem};
  }
};

void expect_near(SparseTensor<double, 2> const& a, SparseTensor<double, 2> const& b) {
  ASSERT_TRUE(same_sites(seq, a.sites(), b.sites()));
  ASSERT_EQ(a.channels(), b.channels());
  EXPECT_LE(test::largest_difference(a.features(), b.features()), 1e-11);
}

TEST(Engine, DoesWhatItsLayersDoByHand) {
  EveryKind const every;
  auto const x = test::random_tensor<double>(test::random_site_set(room, 150, 1), 3, 2);
  auto const expected = every.by_hand(seq, x);
  test::for_each_host_policy([&](auto const& where) {
    for (bool const pass : {false, true}) {
      auto const engine = prepare<double>(where, every.net, {pass, pass, pass});
      auto const results = engine.run(where, x);
      ASSERT_EQ(results.size(), 3U);
      for (std::size_t i = 0; i < 3; ++i) expect_near(results[i], expected[i]);
      EXPECT_TRUE(results[0].sites().is(x.sites()));
    }
  });
}

TEST(Engine, TakesNothingAndEmptyItems) {
  EveryKind const every;
  auto const engine = prepare<float>(cpu, every.net);
  for (auto const& [items, sites] : {std::pair{0, 0}, {3, 0}, {7, 40}}) {
    Grid<2> const grid{.shape = room.shape, .batch_size = items};
    test::SiteRange range = test::range_of(Grid<2>{.shape = room.shape, .batch_size = 1});
    auto const x = test::random_tensor<float>(test::sites_of(grid, test::random_coordinates<2>(range, sites, 3)), 3, 4);
    auto const results = engine.run(cpu, x);
    EXPECT_EQ(results[0].size(), sites);
    EXPECT_EQ(results[0].channels(), 4);
    EXPECT_EQ(results[1].size(), items) << "a row for every item, those without a site too";
  }
}

TEST(Engine, GivesTheSameBitsForAnyThreadsAndOnEveryRun) {
  EveryKind const every;
  auto const x = test::random_tensor<float>(test::random_site_set(room, 200, 1), 3, 2);
  std::vector<SparseTensor<float, 2>> first;
  test::for_each_cpu_policy([&](auto const& where) {
    auto const engine = prepare<float>(where, every.net);
    for (int run = 0; run < 2; ++run) {
      auto const results = engine.run(where, x);
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(test::same_bits(std::as_const(results[i]).features(), std::as_const(first[i]).features()));
      }
    }
  });
}

TEST(Engine, RunsInSeveralThreadsAtOnce) {
  EveryKind const every;
  auto const engine = prepare<float>(cpu, every.net);
  auto const x = test::random_tensor<float>(test::random_site_set(room, 200, 1), 3, 2);
  auto const expected = engine.run(cpu, x);
  x.sites().release_derived();
  std::vector<std::vector<SparseTensor<float, 2>>> results(3);
  {
    std::vector<std::future<void>> runs;  // waited for
    for (auto& result : results)
      runs.push_back(std::async(std::launch::async, [&] { result = engine.run(cpu.threads(2), x); }));
  }
  for (auto const& result : results) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(test::same_bits(std::as_const(result[i]).features(), std::as_const(expected[i]).features()));
    }
  }
}

template <class T, class W>
void expect_narrow_is_near(double tolerance) {
  EveryKind const every;
  auto const x = test::random_tensor<float>(test::random_site_set(room, 150, 1), 3, 2);
  auto const expected = prepare<float>(cpu, every.net).run(cpu, x);
  auto const engine = prepare<T, W>(cpu, every.net);
  auto const results = engine.run(cpu, x);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LE(test::largest_difference(results[i].features(), expected[i].features()), tolerance);
  }
}

TEST(Engine, RunsInNarrowTypes) {
  expect_narrow_is_near<half, half>(0.02);
  expect_narrow_is_near<bfloat16, bfloat16>(0.15);
  expect_narrow_is_near<half, float>(0.02);
}

TEST(Engine, BuildsNoMapAfterAPlan) {
  EveryKind const every;
  auto const x = test::random_tensor<float>(test::random_site_set(room, 150, 1), 3, 2);
  plan(cpu, every.net, x.sites());
  auto const engine = prepare<float>(cpu, every.net);
  std::int64_t const planned = x.sites().derived_bytes();
  (void)engine.run(cpu, x);
  EXPECT_EQ(x.sites().derived_bytes(), planned);
  EXPECT_GT(planned, 0);
  EXPECT_EQ(
      message_of<ShapeError>([&] {
        plan(cpu, every.net, test::random_site_set(Grid<3>{}, 0, 1));
        return 0;
      }),
      "plan: sites of 3 axes for 'EveryKind', which has 1 inputs, the first of 2 axes; it must be one, of the sites' "
      "axes");
}

TEST(Engine, HoldsAtMostTheFeaturesThatAreStillRead) {
  Network net;
  Value x = net.input("x", {.axes = 1, .channels = 16});
  for (int i = 0; i < 6; ++i) x = net.linear("layer" + std::to_string(i), x, {.out_channels = 16});
  net.output("y", x);
  auto const where = cpu.threads(1);
  auto const engine = prepare<float>(where, net);
  Grid<1> const line{.shape = 5000, .batch_size = 1};
  auto const input = test::random_tensor<float>(test::random_site_set(line, 2000, 1), 16, 2);
  where.memory()->reset_peak();
  auto const before = where.memory()->bytes_in_use();
  (void)engine(where, input);
  std::int64_t const matrix = input.size() * 16 * 4;
  auto const peak = static_cast<std::int64_t>(where.memory()->peak_bytes_in_use() - before);
  EXPECT_GE(peak, 2 * matrix);
  EXPECT_LT(peak, 3 * matrix + 100'000) << "what a layer reads and what it writes";
}

TEST(Engine, NamesTheNodeInErrors) {
  Network net("Deep");
  Value const x = net.input("x", {.axes = 2, .channels = 1});
  net.output("y", net.sparse_conv("down", x, {.out_channels = 1, .kernel_size = 9}));
  auto const engine = prepare<float>(cpu, net);
  auto const tensor = [](std::int64_t channels) {
    return test::random_tensor<float>(test::random_site_set(Grid<2>{.shape = {5, 5}}, 3, 1), channels, 2);
  };
  auto const said = [&](auto const& call) { return message_of<ShapeError>([&] { return call(); }); };
  EXPECT_EQ(said([&] { return engine(cpu, tensor(1)).size(); }).substr(0, 68),
            "Deep, down: output_sites: no output is left along axis 0: the kernel");
  EXPECT_EQ(said([&] { return engine(cpu, tensor(2)).size(); }),
            "Deep, x: input has 2 channels, the network takes 1; they must be equal");
  auto const solid = test::random_tensor<float>(test::random_site_set(Grid<3>{.shape = {5, 5, 5}}, 3, 1), 1, 2);
  EXPECT_EQ(said([&] { return engine(cpu, solid).size(); }),
            "Deep, x: input has 3 axes, the network takes 2; they must be equal");
  EXPECT_EQ(said([&] { return engine.run(cpu, tensor(1), tensor(1)).size(); }),
            "Deep: 2 inputs for a network of 1; give one for each");
  net.output("z", x);
  EXPECT_EQ(said([&] { return prepare<float>(cpu, net)(cpu, tensor(1)).size(); }),
            "Deep: the network has 2 outputs; use run, which gives a list");
  EXPECT_EQ(said([&] { return prepare<float>(cpu, Network("None")).outputs().size(); }),
            "None: the network has no output; name one with output(name, value)");
}

TEST(Engine, SaysThatItWasMovedFrom) {
  Network net("Moved");
  net.output("y", net.input("x", {.axes = 2, .channels = 1}));
  auto engine = prepare<float>(cpu, net);
  auto const x = test::random_tensor<float>(test::random_site_set(room, 3, 1), 1, 2);
  auto const kept = std::move(engine);
  std::string const expected = "Engine: this one was moved from; use the engine that it was moved to";
  EXPECT_EQ(message_of<ShapeError>([&] { return engine(cpu, x).size(); }), expected);
  EXPECT_EQ(message_of<ShapeError>([&] { return engine.run(cpu, x).size(); }), expected);
  auto const y = kept(cpu, x);
  EXPECT_TRUE(test::same_bits(x.features(), y.features())) << "an output may be an input";
}

TEST(Engine, NamesTheNodeWhoseGivenSitesAreNotReached) {
  Network net("Onto");
  Value const x = net.input("x", {.axes = 2, .channels = 1});
  Value const y = net.input("y", {.axes = 2, .channels = 1});
  net.output("z", net.transposed_conv("up", x, {.out_channels = 1, .kernel_size = 2, .stride = 2, .onto = y}));
  auto const tensor = [](Grid<2> const& grid) {
    return test::random_tensor<float>(test::random_site_set(grid, 5, 1), 1, 2);
  };
  auto const engine = prepare<float>(cpu, net);
  EXPECT_EQ(message_of<CoordinateError>([&] {
              return engine.run(cpu, tensor({.shape = {4, 4}}), tensor({.shape = {8, 8}, .batch_size = 9})).size();
            }).substr(0, 49),
            "Onto, up: onto: the given sites have batch items ");
}

/// Children with a row of their parents, and of two tables; y = relu(parent + first table + second table).
struct Family {
  Network net{"Family"};
  SiteSet<2> parents = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-1, 2}}, {0, {0, 0}}, {0, {0, 1}}});
  SiteSet<2> children =
      test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-1, 5}}, {0, {0, 0}}, {0, {1, 1}}, {0, {1, 2}}});
  SparseTensor<float, 2> of_parents{parents, 2, list_of({-1, -2, 10, 20, 30, 40})};
  SparseTensor<float, 2> first{children, 1, list_of({2, 0, 1, 1})};
  SparseTensor<float, 2> second{children, 1, list_of({0, 1, 1, 0})};

  Family() {
    Value const x = net.input("parents", {.axes = 2, .channels = 2});
    Value const a = net.input("first", {.axes = 2, .channels = 1});
    Value const b = net.input_beside("second", a, 1);
    Value const one = net.embedding("one", a, {.count = 3, .out_channels = 2});
    Value const two = net.embedding("two", b, {.count = 2, .out_channels = 2});
    Value const taken = net.unpool(x, a);
    net.output("y", net.activate(net.add(net.add(taken, one), two), relu));
    net.parameter("one.weight").values = {0, 0, 1, 2, 3, 4};
    net.parameter("two.weight").values = {0, 0, 100, 200};
  }

  static Buffer<float> list_of(std::vector<float> const& list) { return Buffer<float>(std::span<float const>(list)); }
};

TEST(Engine, EmbedsIntegersAndTakesRowsOfParents) {
  Family const family;
  std::vector<float> const expected{2, 2, 110, 220, 111, 222, 31, 42};
  test::for_each_host_policy([&](auto const& where) {
    for (bool const pass : {false, true}) {
      auto const check = [&](auto const& engine) {
        auto const y = engine.run(where, family.of_parents, family.first, family.second);
        auto const values = y[0].features().values();
        EXPECT_EQ(std::vector<float>(values.begin(), values.end()), expected);
      };
      check(prepare<float>(where, family.net, {pass, pass, pass}));
      check(prepare<half>(where, family.net, {pass, pass, pass}));
      check(prepare<bfloat16, float>(where, family.net, {pass, pass, pass}));
    }
  });
  EXPECT_GT(family.children.derived_bytes(), 0) << "rows of parents are kept with the children";
}

TEST(Engine, PutsInputsOfOneSiteSetSideBySide) {
  Network net("Beside");
  Value const x = net.input("x", {.axes = 2, .channels = 2});
  Value const y = net.input_beside("y", x, 3);
  net.output("both", net.concatenate({x, y}));
  net.output("y", y);
  auto const first = test::random_tensor<float>(test::random_site_set(room, 50, 1), 2, 2);
  auto const second = test::random_tensor<float>(first.sites(), 3, 3);
  test::for_each_host_policy([&](auto const& where) {
    auto const results = prepare<float>(where, net).run(where, first, second);
    for (std::int64_t row = 0; row < first.size(); ++row) {
      for (std::int64_t c = 0; c < 5; ++c) {
        float const expected = c < 2 ? first.features()(row, c) : second.features()(row, c - 2);
        ASSERT_EQ(results[0].features()(row, c), expected);
      }
    }
    EXPECT_TRUE(test::same_bits(std::as_const(results[1]).features(), second.features()));
    auto const narrow = prepare<bfloat16>(where, net).run(where, first, second);
    EXPECT_LE(test::largest_difference(narrow[0].features(), results[0].features()), 0.01);
  });
}

TEST(Engine, NamesWhatIsWrongWithIntegersAndParents) {
  Family const family;
  auto const engine = prepare<float>(cpu, family.net);
  SparseTensor<float, 2> const wrong(family.children, 1, Family::list_of({2, 0, 3, 1}));
  EXPECT_EQ(message_of<ShapeError>([&] { return engine.run(cpu, family.of_parents, wrong, family.second).size(); }),
            "Family, one: embed_rows: row 2 has the number 3, and the table has 3 rows; give integers from 0 to 2");
  SparseTensor<float, 2> const elsewhere(family.parents, 1, Family::list_of({0, 0, 0}));
  EXPECT_EQ(message_of<ShapeError>([&] { return engine.run(cpu, family.of_parents, family.first, elsewhere).size(); }),
            "Family, second: its 3 sites are not those of 'first', which has 4; give tensors on one site set");
  auto const list = family.children.coordinates();
  SiteSet<2> const equal = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>(list.begin(), list.end()));
  SparseTensor<float, 2> const same(equal, 1, Family::list_of({0, 1, 1, 0}));
  EXPECT_EQ(engine.run(cpu, family.of_parents, family.first, same)[0].features()(1, 1), 220) << "an equal set will do";
  SiteSet<2> const few = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-1, 2}}, {0, {0, 0}}});
  SparseTensor<float, 2> const of_few(few, 2, Family::list_of({0, 0, 0, 0}));
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return engine.run(cpu, of_few, family.first, family.second).size(); }),
      "Family, unpool5: parent_rows: site (batch 0; 1, 2) has no parent: (batch 0; 0, 1) is none of the 2 sites at "
      "stride 2 x 2; give the parents of all sites, or leave such sites out");
}

TEST(Prepare, RefusesIntegersThatFeaturesDoNotHold) {
  Network net("Wide");
  net.output("y", net.embedding("table", net.input("x", {.channels = 1}), {.count = 2050, .out_channels = 1}));
  EXPECT_EQ(
      message_of<CapacityError>([&] { return prepare<half>(cpu, net).outputs().size(); }),
      "Wide: table takes integers up to 2049, and features of the type that it is prepared for hold them up to 2048 "
      "exactly; prepare the network with features of a wider type");
  EXPECT_EQ(prepare<float>(cpu, net).outputs().size(), 1U);
  Network few("Few");
  few.output("y", few.embedding("table", few.input("x", {.channels = 1}), {.count = 2, .out_channels = 1}));
  few.parameter("table.weight").values = {1, 1e9F};
  EXPECT_EQ(
      message_of<CapacityError>([&] { return prepare<half, float>(cpu, few).outputs().size(); }),
      "Few: table.weight has 1e+09, which the type of the features does not hold; prepare the network with features "
      "of a wider type");
}

TEST(Prepare, RefusesNumbersThatDoNotFit) {
  Network net("Wrong");
  Value const x = net.input("x", {.channels = 2});
  net.output("y", net.batch_norm("norm", net.linear("linear", x, {.out_channels = 2})));
  auto const said = [](Network const& changed) {
    return message_of<Error>([&] { return prepare<half>(cpu, changed).outputs().size(); });
  };
  Network changed = net;
  changed.parameter("linear.weight").values.pop_back();
  EXPECT_EQ(said(changed), "Wrong: parameter 'linear.weight' has 3 numbers of a shape 2 x 2; the node takes 2 x 2");
  changed = net;
  changed.parameter("linear.bias").values.clear();
  EXPECT_EQ(said(changed), "Wrong: parameter 'linear.bias' has 0 numbers of a shape 2; the node takes 2")
      << "before the norm is folded into it";
  changed = net;
  changed.parameter("linear.weight").values[1] = 1e6F;
  EXPECT_EQ(
      said(changed),
      "Wrong: linear.weight has 999995, which the type of the weights does not hold; prepare the network with weights "
      "of a wider type, or without folding its norms");
  changed = net;
  changed.parameter("norm.running_var").values[1] = -2;
  EXPECT_EQ(said(changed),
            "Wrong, norm: BatchNorm.set: variance + epsilon of channel 1 is -1.99999; it must be positive");
}

/// A network prepared on seq with nothing folded or fused against what it is prepared to, on two policies.
void check_prepared(Network const& net, std::vector<SparseTensor<double, 2>> const& x) {
  auto const run = [](auto const& engine, auto const& where, auto const& inputs) {
    return inputs.size() == 1 ? engine.run(where, inputs[0]) : engine.run(where, inputs[0], inputs[1]);
  };
  auto const expected = run(prepare<double>(seq, net, {false, false, false}), seq, x);
  std::vector<SparseTensor<float, 2>> x_float;
  for (auto const& input : x) x_float.push_back(cast<float>(seq, input));
  auto const check = [&](auto const& where) {
    auto const results = run(prepare<double>(where, net), where, x);
    auto const results_float = run(prepare<float>(where, net), where, x_float);
    ASSERT_EQ(results.size(), expected.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      ASSERT_TRUE(same_sites(seq, results[i].sites(), expected[i].sites()));
      double largest = 1;
      for (double const value : expected[i].features().values()) largest = std::max(largest, std::fabs(value));
      EXPECT_LE(test::largest_difference(results[i].features(), expected[i].features()), 1e-9 * largest);
      EXPECT_LE(test::largest_difference(results_float[i].features(), expected[i].features()), 2e-3 * largest)
          << "norms are folded";
    }
  };
  check(seq);
  check(test::OnCpu<2>::policy());
}

TEST(RandomNetworks, RunPreparedAsTheyAre) {
  for (std::uint32_t seed = 1; seed <= 60 * test::test_rounds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::RandomNetworks draws(seed);
    int const inputs = seed % 4 == 0 ? 2 : 1;
    Network const net = draws.next(2, 14, inputs);
    std::vector<SparseTensor<double, 2>> x;
    for (Value const input : net.inputs()) {
      auto const sites =
          test::random_site_set(room, draws.random().between(0, 120), seed + static_cast<std::uint32_t>(x.size()));
      x.push_back(test::random_tensor<double>(sites, net.graph().type(input).channels, seed + 1));
    }
    check_prepared(net, x);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sparseconv::engine_test
