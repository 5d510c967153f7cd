#include "sparseconv/layers/embed.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::embed_test {
namespace {

TEST(Embed, ReadsTheTableAtEachSite) {
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {4, 5}}, 3, 1);
  SparseTensor<float, 2> const integers(sites, 1, Buffer<float>(std::span<float const>(std::vector<float>{2, 0, 2})));
  std::vector<float> const table{1, 2, 3, 4, 5, 6};
  test::for_each_host_policy([&](auto const& where) {
    auto const result = embed(where, integers, {table.data(), 3, 2});
    EXPECT_TRUE(result.sites().is(sites));
    auto const values = result.features().values();
    EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{5, 6, 1, 2, 5, 6}));
  });
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              return embed(cpu, integers, {table.data(), 2, 3}).size();
            }),
            "embed_rows: row 0 has the number 2, and the table has 2 rows; give integers from 0 to 1");
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              return embed(cpu, integers, {nullptr, 2, 3}).size();
            }),
            "embed: the table's view of 2 rows of 3 columns has no data; give the address of its first number");
}

}  // namespace
}  // namespace sparseconv::embed_test
