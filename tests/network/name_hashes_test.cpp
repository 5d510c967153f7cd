#include "sparseconv/network/name_hashes.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sparseconv::name_hashes_test {
namespace {

TEST(NameHashes, FindTheFirstPlaceOfAName) {
  std::vector<std::string> const names{"stem", "", "stem.norm", "stem"};
  NameHashes hashes;
  auto const found = [&](std::string const& name) {
    return hashes.find(name, [&](std::size_t place) -> std::string const& { return names[place]; });
  };
  EXPECT_EQ(found("stem"), std::nullopt);
  for (std::string const& name : names) hashes.add(name);
  EXPECT_EQ(found("stem"), 0U);
  EXPECT_EQ(found(""), 1U);
  EXPECT_EQ(found("stem.norm"), 2U);
  EXPECT_EQ(found("ste"), std::nullopt);
}

TEST(NameHashes, ForgetTheLastNames) {
  std::vector<std::string> const names{"a", "b", "c"};
  NameHashes hashes;
  for (std::string const& name : names) hashes.add(name);
  auto const found = [&](std::string const& name) {
    return hashes.find(name, [&](std::size_t place) -> std::string const& { return names[place]; });
  };
  hashes.keep_first(5);
  EXPECT_EQ(found("c"), 2U);
  hashes.keep_first(1);
  EXPECT_EQ(found("a"), 0U);
  EXPECT_EQ(found("c"), std::nullopt);
}

TEST(NameHashes, TellNoNameByItsHashAlone) {
  NameHashes hashes;
  hashes.add("a");
  EXPECT_EQ(hashes.find("a", [](std::size_t) { return std::string("b"); }), std::nullopt);
}

TEST(NameHashes, ReadNoNameThatIsAnother) {
  std::string const begin(1000, 'n');
  NameHashes hashes;
  int read = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string const name = begin + std::to_string(1000 + i);
    EXPECT_EQ(hashes.find(name, [&](std::size_t) { return ++read, std::string(); }), std::nullopt);
    hashes.add(name);
  }
  EXPECT_EQ(read, 0);
}

}  // namespace
}  // namespace sparseconv::name_hashes_test
