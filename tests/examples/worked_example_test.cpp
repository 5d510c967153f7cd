#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "support/policies.hpp"
#include "worked_example/reach_picture.hpp"
#include "worked_example/walk_through.hpp"

namespace worked_example::worked_example_test {
namespace {

using Pair = std::tuple<std::int64_t, sc::Row, sc::Row>;  // kernel element, input row, output row

std::vector<Pair> pairs_of(sc::RulebookView<> const& rules) {
  std::vector<Pair> pairs;
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    for (std::size_t i = 0; i < rules.inputs_of(k).size(); ++i) {
      pairs.emplace_back(k, rules.inputs_of(k)[i], rules.outputs_of(k)[i]);
    }
  }
  return pairs;
}

std::vector<sc::Coordinate<2>> sites_of(Convolved const& convolved) {
  auto const sites = convolved.result.sites().coordinates();
  return {sites.begin(), sites.end()};
}

/// The two channels of each row against numbers worked out by hand; at most 6 terms below 2 are added in float.
void expect_features(Convolved const& convolved, std::vector<std::array<double, 2>> const& expected) {
  ASSERT_EQ(convolved.result.size(), static_cast<std::int64_t>(expected.size()));
  ASSERT_EQ(convolved.result.channels(), 2);
  for (std::int64_t row = 0; row < convolved.result.size(); ++row) {
    for (std::int64_t c = 0; c < 2; ++c) {
      double const value = expected[static_cast<std::size_t>(row)][static_cast<std::size_t>(c)];
      EXPECT_NEAR(static_cast<double>(convolved.result.features()(row, c)), value, 1e-6) << row << ", " << c;
    }
  }
}

template <class Where>
class WorkedExample : public ::testing::Test {
 protected:
  static Convolved run(std::size_t definition) {
    return convolve(Where::policy(), image(Where::policy()), definitions().at(definition));
  }
};
TYPED_TEST_SUITE(WorkedExample, sparseconv::test::Policies);

// Element (ky, kx) has number 3 ky + kx. Input row 0 is A = (1, 2) with 0.1, row 1 is B = (2, 3) with 0.2.
// Without padding output o takes A by element A - o and B by element B - o, where those are inside the kernel:
//
//   o       A - o     B - o     channel 0           channel 1: 0.1 k_A + 0.2 k_B
//   (0, 0)  (1, 2) 5  (2, 3) -  0.3                 0.5
//   (0, 1)  (1, 1) 4  (2, 2) 8  0.3 + 0.6 = 0.9     0.4 + 1.6 = 2.0
//   (0, 2)  (1, 0) 3  (2, 1) 7  0.9                 0.3 + 1.4 = 1.7
//   (1, 0)  (0, 2) 2  (1, 3) -  0.3                 0.2
//   (1, 1)  (0, 1) 1  (1, 2) 5  0.9                 0.1 + 1.0 = 1.1
//   (1, 2)  (0, 0) 0  (1, 1) 4  0.9                 0.0 + 0.8 = 0.8
//   (2, 0)  (-1, 2) - (0, 3) -  not active
//   (2, 1)  (-1, 1) - (0, 2) 2  0.6                 0.4
//   (2, 2)  (-1, 0) - (0, 1) 1  0.6                 0.2
TYPED_TEST(WorkedExample, RegularReachesAllCellsButOne) {
  Convolved const convolved = TestFixture::run(0);
  EXPECT_EQ(convolved.result.grid().shape, (sc::Shape<2>{3, 3}));
  EXPECT_EQ(
      sites_of(convolved),
      (std::vector<sc::Coordinate<2>>{
          {0, {0, 0}}, {0, {0, 1}}, {0, {0, 2}}, {0, {1, 0}}, {0, {1, 1}}, {0, {1, 2}}, {0, {2, 1}}, {0, {2, 2}}}));
  EXPECT_EQ(pairs_of(convolved.rules), (std::vector<Pair>{{0, 0, 5},
                                                          {1, 0, 4},
                                                          {1, 1, 7},
                                                          {2, 0, 3},
                                                          {2, 1, 6},
                                                          {3, 0, 2},
                                                          {4, 0, 1},
                                                          {4, 1, 5},
                                                          {5, 0, 0},
                                                          {5, 1, 4},
                                                          {7, 1, 2},
                                                          {8, 1, 1}}));
  expect_features(convolved, {{.3, .5}, {.9, 2.}, {.9, 1.7}, {.3, .2}, {.9, 1.1}, {.9, .8}, {.6, .4}, {.6, .2}});
  EXPECT_EQ(convolved.output_table.find({0, {2, 0}}), sc::no_row);
  EXPECT_EQ(convolved.output_table.find({0, {2, 1}}), 6);
}

// The centre (1, 1) covers A for o = (0, 1) and B for o = (1, 2); their lines stand in the table above.
TYPED_TEST(WorkedExample, SubmanifoldWithoutPaddingShiftsAndCrops) {
  Convolved const convolved = TestFixture::run(1);
  EXPECT_EQ(convolved.result.grid().shape, (sc::Shape<2>{3, 3}));
  EXPECT_EQ(sites_of(convolved), (std::vector<sc::Coordinate<2>>{{0, {0, 1}}, {0, {1, 2}}}));
  EXPECT_EQ(pairs_of(convolved.rules), (std::vector<Pair>{{0, 0, 1}, {4, 0, 0}, {4, 1, 1}, {8, 1, 0}}));
  expect_features(convolved, {{.9, 2.}, {.9, .8}});
}

TYPED_TEST(WorkedExample, SubmanifoldByDefaultKeepsTheInputsSites) {
  Convolved const convolved = TestFixture::run(2);
  EXPECT_EQ(convolved.result.grid().shape, (sc::Shape<2>{5, 5}));
  EXPECT_EQ(sites_of(convolved), (std::vector<sc::Coordinate<2>>{{0, {1, 2}}, {0, {2, 3}}}));
  EXPECT_EQ(pairs_of(convolved.rules), (std::vector<Pair>{{0, 0, 1}, {4, 0, 0}, {4, 1, 1}, {8, 1, 0}}));
  expect_features(convolved, {{.9, 2.}, {.9, .8}});
}

TYPED_TEST(WorkedExample, LayersGiveWhatTheStepsGive) {
  auto const& where = TypeParam::policy();
  sc::SparseTensor<float, 2> const input = image(where);
  sc::SparseConv2D<float> regular({.in_channels = 3, .out_channels = 2, .kernel_size = 3, .stride = 1, .padding = 0});
  sc::SubmanifoldConv2D<float> cropped({.in_channels = 3, .out_channels = 2, .kernel_size = 3, .padding = 0});
  sc::SubmanifoldConv2D<float> same({.in_channels = 3, .out_channels = 2, .kernel_size = 3});
  auto const expect_same = [&](auto& layer, std::size_t definition) {
    layer.set_weights(readable_weights().values());
    Convolved const steps = TestFixture::run(definition);
    sc::SparseTensor<float, 2> const result = layer(where, input);
    EXPECT_TRUE(std::ranges::equal(result.sites().coordinates(), steps.result.sites().coordinates()));
    EXPECT_TRUE(std::ranges::equal(result.features().values(), steps.result.features().values()));
  };
  expect_same(regular, 0);
  expect_same(cropped, 1);
  expect_same(same, 2);
}

std::string printed(auto const& where) {
  std::ostringstream text;
  print_walk_through(text, where);
  return text.str();
}

TEST(WorkedExampleText, ShowsTheInput) {
  EXPECT_NE(printed(sc::seq).find("Data list\n"
                                  "  row  channel 0  channel 1  channel 2\n"
                                  "  ---  ---------  ---------  ---------\n"
                                  "    0        0.1        0.1        0.1\n"
                                  "    1        0.2        0.2        0.2\n"
                                  "\n"
                                  "Coordinate list\n"
                                  "  row  batch  y  x\n"
                                  "  ---  -----  -  -\n"
                                  "    0      0  1  2\n"
                                  "    1      0  2  3\n"),
            std::string::npos);
}

// The box of the two sites is 2 x 2 cells at (1, 2): one bit for y, one for x; A has key 0b00, B 0b11. Both hash to slot
// 0 of 8 (splitmix64's finaliser takes 0 to 0 and 3 to ...000), so that B, which comes second, moves on by one.
TEST(WorkedExampleText, ShowsTheHashTableOfTheInput) {
  ASSERT_EQ(sc::hash_key(std::uint64_t{0}) % 8, 0U);
  ASSERT_EQ(sc::hash_key(std::uint64_t{3}) % 8, 0U);
  EXPECT_NE(printed(sc::seq).find("  slot  hash  key  (y, x)  row\n"
                                  "  ----  ----  ---  ------  ---\n"
                                  "     0     0    0  (1, 2)    0\n"
                                  "     1     0    3  (2, 3)    1\n"
                                  "  6 of 8 slots are free.\n"),
            std::string::npos);
}

TEST(WorkedExampleText, ShowsTheRulebookOfTheRegularDefinition) {
  EXPECT_NE(printed(sc::seq).find("  element  (y, x)  count  input row  output row\n"
                                  "  -------  ------  -----  ---------  ----------\n"
                                  "        0  (0, 0)      1          0           5\n"
                                  "        1  (0, 1)      2          0           4\n"
                                  "                                  1           7\n"
                                  "        2  (0, 2)      2          0           3\n"
                                  "                                  1           6\n"
                                  "        3  (1, 0)      1          0           2\n"
                                  "        4  (1, 1)      2          0           1\n"
                                  "                                  1           5\n"
                                  "        5  (1, 2)      2          0           0\n"
                                  "                                  1           4\n"
                                  "        6  (2, 0)      0          -           -\n"
                                  "        7  (2, 1)      1          1           2\n"
                                  "        8  (2, 2)      1          1           1\n"
                                  "  12 pairs.\n"),
            std::string::npos);
}

TEST(WorkedExampleText, ShowsTheResultAsListAndDense) {
  std::string const text = printed(sc::seq);
  EXPECT_NE(text.find("  row  channel 0  channel 1\n"
                      "  ---  ---------  ---------\n"
                      "    0        0.3        0.5\n"
                      "    1        0.9        2.0\n"
                      "    2        0.9        1.7\n"
                      "    3        0.3        0.2\n"
                      "    4        0.9        1.1\n"
                      "    5        0.9        0.8\n"
                      "    6        0.6        0.4\n"
                      "    7        0.6        0.2\n"),
            std::string::npos);
  EXPECT_NE(text.find("  shape [1, 2, 3, 3]\n"
                      "  channel 0\n"
                      "    0.3 0.9 0.9\n"
                      "    0.3 0.9 0.9\n"
                      "    0.0 0.6 0.6\n"
                      "  channel 1\n"
                      "    0.5 2.0 1.7\n"
                      "    0.2 1.1 0.8\n"
                      "    0.0 0.4 0.2\n"),
            std::string::npos);
}

TEST(WorkedExampleText, GoesThroughTheDefinitionsInOrder) {
  std::string const text = printed(sc::seq);
  auto const regular = text.find("Convolution: regular, padding 0\n");
  auto const cropped = text.find("Convolution: submanifold, padding 0\n");
  auto const same = text.find("Convolution: submanifold, default padding (1, 1)\n");
  ASSERT_NE(regular, std::string::npos);
  ASSERT_NE(cropped, std::string::npos);
  ASSERT_NE(same, std::string::npos);
  EXPECT_LT(regular, cropped);
  EXPECT_LT(cropped, same);
  EXPECT_NE(text.find("  4 pairs.\n", cropped), std::string::npos);
  EXPECT_LT(text.find("  4 pairs.\n", cropped), same);
  EXPECT_NE(text.find("  shape [1, 2, 5, 5]\n", same), std::string::npos);
}

TEST(WorkedExampleText, IsTheSameOnOneThread) {
  EXPECT_EQ(printed(sc::cpu.threads(1)), printed(sc::seq));
}

std::int64_t count_of(std::string const& text, std::string const& part) {
  std::int64_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST(WorkedExamplePicture, HasALinkForEachPairAndABoxForEachOutputRow) {
  std::ostringstream picture;
  draw_picture(picture, sc::seq);
  std::string const text = picture.str();
  EXPECT_EQ(count_of(text, "<line "), 12 + 4 + 4);
  EXPECT_EQ(count_of(text, ">row 7 at (2, 2)<"), 1);
  EXPECT_EQ(count_of(text, ">row 1 at (2, 3)<"), 1);
  EXPECT_EQ(text.rfind("<svg xmlns=", 0), 0U);
  EXPECT_EQ(text.substr(text.size() - 7), "</svg>\n");
}

}  // namespace
}  // namespace worked_example::worked_example_test
