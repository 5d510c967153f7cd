#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/networks.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

// Operands of one layer that lie in grids of different extents: what is computed, and what is refused.

namespace sparseconv::other_grids_test {
namespace {

using test::here;
using test::message_of;
using test::there;

Grid<2> const fine{.shape = {8, 10}, .batch_size = 2};
std::vector<Coordinate<2>> const fine_list{{0, {0, 9}}, {0, {7, 0}}, {1, {2, 2}}, {1, {3, 3}}};
std::vector<Coordinate<2>> const coarse_list{{0, {0, 4}}, {0, {3, 0}}, {1, {1, 1}}};

template <class Body>
void for_each_policy(Body const& body) {
  test::for_each_host_policy(body);
  body(test::EmulatedGpu{});
}

SparseTensor<float, 2> random_on(Grid<2> const& grid, std::vector<Coordinate<2>> const& list, std::int64_t channels) {
  return test::random_tensor<float>(test::sites_of(grid, list), channels, 3);
}

SparseConv2D<float> const down({.in_channels = 2, .out_channels = 3, .kernel_size = 3, .stride = 2, .padding = 1});
TransposedConv2D<float> const up({.in_channels = 3, .out_channels = 2, .kernel_size = 2, .stride = 2});
SparsePool2D const pool({.kernel_size = 2});

// The cells count, and not the extents of the grid that they come with.
TEST(OtherGrids, GivenSitesMayLieInAGridOfTheirOwn) {
  for_each_policy([](auto const& where) {
    auto const onto_all = [&](auto const& layer, SparseTensor<float, 2> const& input,
                              std::vector<Coordinate<2>> const& list) {
      auto const placed = there(where, layer);
      auto const input_there = there(where, input);
      auto const onto = [&](Grid<2> const& grid) {
        return here(where, placed(where, input_there, there(where, test::sites_of(grid, list))));
      };
      auto const expected = onto({.batch_size = 2});
      for (Grid<2> const& grid :
           {Grid<2>{.shape = {8, 10}, .batch_size = 2}, Grid<2>{.shape = {99, 40}, .batch_size = 2},
            Grid<2>{.shape = {8, 10}, .batch_size = 7}}) {
        auto const result = onto(grid);
        EXPECT_EQ(result.grid(), grid);
        EXPECT_EQ(test::features_of(result), test::features_of(expected));
      }
    };
    onto_all(down, random_on(fine, fine_list, 2), coarse_list);
    onto_all(up, random_on({.shape = {4, 5}, .batch_size = 2}, coarse_list, 3), fine_list);
  });
}

TEST(OtherGrids, GivenSitesOfAnotherLevelAreRefusedOnceOneIsOutOfReach) {
  for_each_policy([](auto const& where) {
    auto const input = there(where, random_on(fine, fine_list, 2));
    EXPECT_EQ(
        message_of<CoordinateError>([&] { (void)there(where, down)(where, input, input.sites()); }),
        "SparseConv2D: the given sites (grid 8 x 10) lie from 0 to 7 along axis 0; from the input's grid of 8 x 10 "
        "the layer reaches 0 to 4; give sites in cells of the output grid");
    EXPECT_EQ(
        message_of<CoordinateError>([&] { (void)pool(where, input, input.sites()); }),
        "SparsePool2D: the given sites (grid 8 x 10) lie from 0 to 7 along axis 0; from the input's grid of 8 x 10 "
        "the layer reaches 0 to 3; give sites in cells of the output grid");
    auto const coarse = there(where, random_on({.shape = {2, 5}, .batch_size = 2}, {{0, {1, 4}}}, 3));
    EXPECT_EQ(
        message_of<CoordinateError>([&] { (void)there(where, up)(where, coarse, input.sites()); }),
        "TransposedConv2D: the given sites (grid 8 x 10) lie from 0 to 7 along axis 0; from the input's grid of 2 x "
        "5 the layer reaches 0 to 4; give sites in cells of the output grid");
    InverseConv2D<float> const back({.in_channels = 2, .out_channels = 2, .undoes = {down.geometry(), std::nullopt}});
    EXPECT_EQ(
        message_of<CoordinateError>([&] { (void)there(where, back)(where, input, input.sites()); }),
        "InverseConv of given sites: the given sites (grid 8 x 10) lie from 0 to 7 along axis 0; from the input's "
        "grid of 8 x 10 the layer reaches 0 to 4; give sites in cells of the output grid");
  });
}

// Equal lists of sites in grids of other extents: the message names both grids, for the numbers of sites are equal.
TEST(OtherGrids, ResidualsAndSumsOfAnotherGridAreRefused) {
  std::string const grids = " (their grids differ: shape 8 x 11, batch_size 2, and shape 8 x 10, batch_size 2); give ";
  Grid<2> const longer{.shape = {8, 11}, .batch_size = 2};
  auto const refused_for_its_grid = [&](std::string const& begin, auto const& call) {
    std::string const message = message_of<ShapeError>(call);
    EXPECT_EQ(message.substr(0, begin.size() + grids.size()), begin + grids);
  };
  for_each_policy([&](auto const& where) {
    auto const x = there(where, random_on(fine, fine_list, 2));
    auto const other = there(where, random_on(longer, fine_list, 2));
    refused_for_its_grid("add: the second tensor's 4 sites are not the first's 4", [&] { (void)add(where, x, other); });
    refused_for_its_grid("concatenate: the 4 sites of tensor 1 are not the first's 4",
                         [&] { (void)concatenate(where, x, other); });
    SubmanifoldConv2D<float> const body({.in_channels = 2, .out_channels = 2});
    refused_for_its_grid("SubmanifoldConv2D.with_residual: the residual's 4 sites are not the result's 4",
                         [&] { (void)there(where, body).with_residual(where, x, other); });
    Linear<float> const linear({.in_channels = 2, .out_channels = 2});
    refused_for_its_grid("Linear.with_residual: the residual's 4 sites are not the input's 4",
                         [&] { (void)there(where, linear).with_residual(where, x, other); });
    InverseConv2D<float> const back({.in_channels = 2, .out_channels = 2, .undoes = body});
    refused_for_its_grid(
        "InverseConv2D: the input's 4 sites are not the 4 to which the layer that it undoes leads from the 4 target "
        "sites",
        [&] { (void)there(where, back)(where, other, x.sites()); });
    Network net("Two");
    Value const first = net.input("first", {.axes = 2, .channels = 2});
    net.output("sum", net.add(first, net.input_beside("second", first, 2)));
    auto const engine = prepare<float>(where, net);
    refused_for_its_grid("Two, second: its 4 sites are not those of 'first', which has 4",
                         [&] { (void)engine.run(where, x, other); });
  });
}

}  // namespace
}  // namespace sparseconv::other_grids_test
