#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/network/profile.hpp"
#include "support/golden_case.hpp"
#include "support/shared_data.hpp"

// A U-Net with the outputs that spconv 2.3.8 has for it.

namespace sparseconv::unet_golden_test {
namespace {

using test::GoldenCase;
using test::largest_difference;

Grid<3> const grid{.shape = {32, 32, 32}, .batch_size = 4};

float as_it_is(float number) {
  return number;
}

/// A kernel of the shape [Co, kd, kh, kw, Ci] in the order [K, Ci, Co].
void set_kernel(Parameter& to, std::vector<float> const& from) {
  auto const elements = static_cast<std::size_t>(to.shape[0]);
  auto const inputs = static_cast<std::size_t>(to.shape[1]);
  auto const outputs = static_cast<std::size_t>(to.shape[2]);
  ASSERT_EQ(from.size(), elements * inputs * outputs);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t k = 0; k < elements; ++k)
      for (std::size_t i = 0; i < inputs; ++i)
        to.values[(k * inputs + i) * outputs + o] = from[(o * elements + k) * inputs + i];
}

Network golden_network(GoldenCase const& golden) {
  Network net("Golden");
  auto const norm = [&](std::string const& name, Value from) {
    return net.activate(net.batch_norm(name, from, 1e-5, NormStatistics::batch), relu);
  };
  Value const x = net.input("x", {.axes = 3, .channels = 6});
  Value const first = norm("stem.1", net.submanifold_conv("stem.0", x, {.out_channels = 16}));
  Value const stem = net.submanifold_conv("stem.3", first, {.out_channels = 16});
  Value const down = net.sparse_conv("down", stem, {.out_channels = 32, .stride = 2, .padding = 1});
  Value const mid = norm("mid.1", net.submanifold_conv("mid.0", down, {.out_channels = 32}));
  Value const up = net.inverse_conv("up", mid, {.out_channels = 16, .undoes = down});
  net.output("out", net.linear("head", net.concatenate({up, stem}), {.out_channels = 8}));
  for (std::string const name : {"stem.0.weight", "stem.3.weight", "down.weight", "mid.0.weight", "up.weight"})
    set_kernel(net.parameter(name), golden.numbers("state_dict." + name));
  // The memory of a kernel of one cell is [Ci, Co], whatever its shape says.
  for (std::string const name :
       {"head.weight", "head.bias", "stem.1.weight", "stem.1.bias", "mid.1.weight", "mid.1.bias"})
    net.parameter(name).values = golden.numbers("state_dict." + name);
  return net;
}

TEST(UNetGolden, GivesTheNumbersOfAnotherLibraryInFloat) {
  auto const path = test::shared_data("trained/spconv_unet_golden.pt");
  if (path.empty()) GTEST_SKIP() << "trained/spconv_unet_golden.pt is not beside the checkout";
  GoldenCase const golden(path, 0);
  Network const net = golden_network(golden);
  SparseTensor<float, 3> const x = golden.input(grid);
  SparseTensor<float, 3> const expected = golden.expected(grid);
  double scale = 0;
  for (float const number : expected.features().values())
    scale = std::max(scale, std::abs(static_cast<double>(number)));
  EXPECT_LE(largest_difference(prepare<float>(cpu, net)(cpu, x), expected, as_it_is), 1e-6 * scale);
  EXPECT_LE(largest_difference(evaluate(cpu, net, x), expected, as_it_is), 1e-6 * scale);
}

TEST(UNetGolden, GivesTheNumbersOfAnotherLibraryInHalf) {
  auto const path = test::shared_data("trained/spconv_unet_golden.pt");
  if (path.empty()) GTEST_SKIP() << "trained/spconv_unet_golden.pt is not beside the checkout";
  GoldenCase const golden(path, 1);
  auto const engine = prepare<half>(cpu, golden_network(golden));
  EXPECT_LE(largest_difference(engine(cpu, golden.input(grid)), golden.expected(grid), as_it_is), 0.061);
}

TEST(UNetGolden, HasThePairsOfAnotherLibrary) {
  auto const path = test::shared_data("trained/spconv_unet_golden.pt");
  if (path.empty()) GTEST_SKIP() << "trained/spconv_unet_golden.pt is not beside the checkout";
  GoldenCase const golden(path, 0);
  auto const engine = prepare<float>(cpu, golden_network(golden));
  std::map<std::string, std::int64_t> pairs;
  for (NodeProfile const& node : profile(cpu, engine, golden.input(grid)).nodes) pairs[node.name] = node.pairs;
  EXPECT_EQ(pairs.at("stem.0"), 53572);
  EXPECT_EQ(pairs.at("stem.3"), 53572);
  EXPECT_EQ(pairs.at("down"), 25477);
  EXPECT_EQ(pairs.at("mid.0"), 128668);
  EXPECT_EQ(pairs.at("up"), 25477);
}

}  // namespace
}  // namespace sparseconv::unet_golden_test
