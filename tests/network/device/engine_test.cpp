// Networks that run on a device: the numbers of the host, no waiting once sites are known, and captures.
// Not run as PTX: its kernels and bodies are those of index_test, octree_test, on_device_test, activation_test, statistics_test,
// rows_test and taken_rows_test.
#include "sparseconv/network/engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sparseconv/network/plan.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/every_kind_of_node.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_engine_test {
namespace {

template <class Where>
class EngineOnDevice : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(EngineOnDevice, test::DevicePolicies);

constexpr Grid<2> room{.shape = {19, 23}, .batch_size = 3};

/// Every kind of node, and what some nodes in the middle give beside the result.
Network several_outputs() {
  Network net = test::every_kind_of_node(2, 3);
  for (char const* const name : {"stem", "up", "max_pool", "reached", "sum_norm", "gate"}) {
    net.output(name, *net.graph().find(name));
  }
  return net;
}

template <class Policy, class AnyEngine, class Outer>
auto run_there(Policy const& where, AnyEngine const& engine, SparseTensor<Outer, 2> const& x) {
  std::vector<SparseTensor<Outer, 2>> results;
  for (auto const& result : engine.run(where, copy_to(where, x))) results.push_back(copy_to_host(where, result));
  return results;
}

template <class T, class Policy>
void expect_numbers_of_the_host(Policy const& where, double tolerance) {
  using Outer = typename Engine<T, HostMemory>::Outer;
  Network const net = several_outputs();
  auto const engine = prepare<T>(where, net);
  for (std::int64_t const sites : {150, 0}) {
    auto const x = test::random_tensor<Outer>(test::random_site_set(room, sites, 1), 3, 2);
    auto const expected = prepare<T>(seq, net).run(seq, x);
    auto const results = run_there(where, engine, x);
    ASSERT_EQ(results.size(), 7U);
    for (std::size_t i = 0; i < results.size(); ++i) {
      SCOPED_TRACE(net.outputs()[i].name);
      ASSERT_TRUE(test::same_sites(results[i].sites(), expected[i].sites()));
      double largest = 1;
      for (double const value : expected[i].features().values()) largest = std::max(largest, std::fabs(value));
      EXPECT_LE(test::largest_difference(results[i].features(), expected[i].features()), tolerance * largest);
    }
  }
}

TYPED_TEST(EngineOnDevice, GivesTheNumbersOfTheHost) {
  expect_numbers_of_the_host<double>(TypeParam::policy(), 1e-11);
  expect_numbers_of_the_host<half>(TypeParam::policy(), 0.02);
}

TYPED_TEST(EngineOnDevice, WaitsForNewSitesAlone) {
  auto const& where = TypeParam::policy();
  Network const net = several_outputs();
  auto const engine = prepare<half>(where, net);
  auto const x = test::random_tensor<float>(test::random_site_set(room, 150, 1), 3, 2);
  auto const unplanned = copy_to(where, x);
  (void)engine.run(where, unplanned);
  test::expect_waits(where, 0, [&] { (void)engine.run(where, unplanned); });
  auto const planned = copy_to(where, x);
  plan(where, engine, planned.sites());
  auto const fresh = prepare<half>(where, net);
  test::expect_waits(where, 0, [&] { (void)fresh.run(where, planned); });
}

TYPED_TEST(EngineOnDevice, TakesInputsBesideOneAnother) {
  auto const& where = TypeParam::policy();
  Network net("Beside");
  Value const a = net.input("a", {.axes = 2, .channels = 1});
  Value const b = net.input_beside("b", a, 1);
  Value const of_a = net.embedding("of_a", a, {.count = 7, .out_channels = 3});
  net.output("y", net.add(of_a, net.embedding("of_b", b, {.count = 9, .out_channels = 3})));
  SiteSet<2> const sites = test::random_site_set(room, 150, 1);
  SparseTensor<float, 2> first(sites, 1);
  SparseTensor<float, 2> second(sites, 1);
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    first.features()(row, 0) = static_cast<float>(row % 7);
    second.features()(row, 0) = static_cast<float>(row % 9);
  }
  auto const expected = prepare<half>(seq, net).run(seq, first, second);
  auto const engine = prepare<half>(where, net);
  auto const first_there = copy_to(where, first);
  auto const beside = copy_to(where, second, first_there.sites());
  test::expect_waits(where, 0, [&] { (void)engine.run(where, first_there, beside); });
  for (auto const& results :
       {engine.run(where, first_there, beside), engine.run(where, first_there, copy_to(where, second))}) {
    auto const back = copy_to_host(where, results[0]);
    EXPECT_TRUE(test::same_bits(back.features(), expected[0].features()));
  }
}

TYPED_TEST(EngineOnDevice, RunsInACaptureOnceItRan) {
  auto const& where = TypeParam::policy();
  if constexpr (requires { where.set_capturing(true); }) {
    auto const engine = prepare<half>(where, test::every_kind_of_node(2, 3));
    auto const x = test::random_tensor<float>(test::random_site_set(room, 150, 1), 3, 2);
    auto const known = copy_to(where, x);
    plan(where, engine, known.sites());
    auto const expected = copy_to_host(where, engine(where, known));
    auto const unknown = copy_to(where, x);
    where.set_capturing(true);
    auto const captured = engine(where, known);
    std::string const message = test::message_of<CudaError>([&] { return engine(where, unknown).size(); });
    where.set_capturing(false);
    auto const result = copy_to_host(where, captured);
    EXPECT_TRUE(test::same_bits(result.features(), expected.features()));
    EXPECT_EQ(
        message,
        "EveryKindOfNode, stem: cached_row_map: the stream is being captured in a CUDA graph, to which all that is "
        "built now would belong; run once before the capture, so that sites, maps and packed weights are in "
        "place");
    EXPECT_EQ(unknown.sites().derived_bytes(), 0);
  } else {
    GTEST_SKIP() << "a real device captures in another test";
  }
}

/// New sites by a transposed convolution, some of them by their scores, and of these the best of each item. The scores are whole
/// numbers, so that no rounding chooses.
Network decoder() {
  Network net("Decoder");
  Value const x = net.input("x", {.axes = 2, .channels = 1});
  Value const up = net.transposed_conv("up", x, {.out_channels = 1, .kernel_size = 2, .stride = 2});
  Value const some = net.sites_above(up, 3);
  Value const kept = net.onto_sites(up, some);
  net.output("kept", kept);
  net.output("body", net.submanifold_conv("body", kept, {.out_channels = 1}));
  net.output("best", net.onto_sites(up, net.sites_of_largest(kept, 7)));
  net.parameter("up.weight").values = {1, -1, 2, 1};
  net.parameter("body.weight").values = {1, 2, 1, 0, 3, 0, -1, 2, 1};
  return net;
}

TYPED_TEST(EngineOnDevice, ChoosesTheSitesOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const engine = prepare<half>(where, decoder());
  for (std::int64_t const sites : {150, 0}) {
    SparseTensor<float, 2> x(test::random_site_set(room, sites, 1), 1);
    for (std::int64_t row = 0; row < x.size(); ++row) x.features()(row, 0) = static_cast<float>(row % 9);
    auto const expected = prepare<half>(seq, decoder()).run(seq, x);
    auto const results = run_there(where, engine, x);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(results[i].size() == 0, sites == 0);
      ASSERT_TRUE(test::same_sites(results[i].sites(), expected[i].sites()));
      EXPECT_TRUE(test::same_bits(results[i].features(), expected[i].features()));
    }
    auto const there = copy_to(where, x);
    EXPECT_EQ(plan(where, engine, there.sites()).size(), 5U);
    test::expect_waits(where, 2, [&] { (void)engine.run(where, there); });  // for the number of sites of each choice
  }
}

TYPED_TEST(EngineOnDevice, RefusesToChooseSitesInACapture) {
  auto const& where = TypeParam::policy();
  if constexpr (requires { where.set_capturing(true); }) {
    Network net("Chosen");
    Value const x = net.input("x", {.axes = 2, .channels = 1});
    net.output("y", net.onto_sites(x, net.sites_above(x, 0)));
    auto const engine = prepare<half>(where, net);
    auto const input = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 150, 1), 1, 2));
    std::int64_t const chosen = engine(where, input).size();
    where.set_capturing(true);
    std::string const message = test::message_of<CudaError>([&] { return engine(where, input).size(); });
    where.set_capturing(false);
    EXPECT_EQ(message,
              "Chosen, sites_above1: choose_sites: the stream is being captured in a CUDA graph, and sites that scores "
              "choose are new in each run; capture a network that ends at the scores, and run what is behind them "
              "without a capture");
    EXPECT_EQ(engine(where, input).size(), chosen);
  } else {
    GTEST_SKIP() << "a real device captures in another test";
  }
}

}  // namespace
}  // namespace sparseconv::device_engine_test
