#include "sparseconv/network/profile.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "sparseconv/network/prepare.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::profile_test {
namespace {

/// The first words of the row of a node, one blank apart.
std::string row_of(std::string const& table, std::string const& node, int words) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream row(line);
    std::string text;
    row >> text;
    if (text != node) continue;
    for (std::string word; words > 1 && row >> word; --words) text += " " + word;
    return text;
  }
  return "no row";
}

TEST(Profile, ShowsHowManySitesANodeWithoutFeaturesGives) {
  Network net("Chosen");
  Value const x = net.input("x", {.axes = 2, .channels = 1});
  Value const best = net.sites_of_largest(x, 5);
  Value const all = net.unite_sites({best, x});
  net.output("y", net.onto_sites(net.onto_sites(x, best), all));
  auto const input = test::random_tensor<float>(test::random_site_set(Grid<2>{.shape = {9, 8}}, 30, 1), 1, 2);
  NetworkProfile const watched = profile(seq, prepare<float>(seq, net), input);
  ASSERT_EQ(watched.nodes.size(), 5U);
  EXPECT_EQ(watched.nodes[1].channels, 0);
  EXPECT_EQ(watched.nodes[1].sites, 5);
  EXPECT_EQ(watched.nodes[2].sites, 30);
  std::string const table = to_string(watched);
  EXPECT_EQ(row_of(table, "x", 5), "x input 1 30 0");
  EXPECT_EQ(row_of(table, "sites_of_largest1", 7), "sites_of_largest1 sites of the 5 largest 5");
  EXPECT_EQ(row_of(table, "unite_sites2", 4), "unite_sites2 unite sites 30");
  EXPECT_EQ(row_of(table, "onto_sites3", 5), "onto_sites3 onto sites 1 5");
  EXPECT_EQ(row_of(table, "total", 3), "total 0 0.000") << "sites are not added up";
}

}  // namespace
}  // namespace sparseconv::profile_test
