#include "sparseconv/network/node_fields.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sparseconv::node_fields_test {
namespace {

template <std::size_t... Places>
std::multiset<std::string_view> names_of_kinds(std::index_sequence<Places...>) {
  return {name_in_file(std::variant_alternative_t<Places, Operation>{})...};
}

TEST(NodeFields, GiveEachKindANameOfItsOwn) {
  constexpr std::size_t kinds = std::variant_size_v<Operation>;
  std::multiset<std::string_view> const names = names_of_kinds(std::make_index_sequence<kinds>());
  EXPECT_EQ(std::set<std::string_view>(names.begin(), names.end()).size(), kinds);
  EXPECT_FALSE(names.contains(""));
}

/// The words of an enumeration from 0 to the first number without one.
template <class Enumeration>
std::string words() {
  std::string all;
  for (int i = 0; !name_in_file(static_cast<Enumeration>(i)).empty(); ++i)
    all += std::string(name_in_file(static_cast<Enumeration>(i))) + " ";
  return all;
}

TEST(NodeFields, HaveAWordForEachChoice) {
  EXPECT_EQ(words<NormStatistics>(), "running batch ");
  EXPECT_EQ(words<Pooling>(), "max sum average average_over_kernel ");
  EXPECT_EQ(words<OutputDefinition>(), "regular submanifold floor ");
  EXPECT_EQ(words<SiteJoin>(), "unite intersect ");
  EXPECT_EQ(words<SiteChoice>(), "above largest ");
  EXPECT_EQ(words<Activation::Kind>(), "none relu leaky_relu relu6 gelu gelu_tanh silu sigmoid tanh ");
}

TEST(NodeFields, AreTheMembersThemselves) {
  BatchNormNode node;
  std::string names;
  for_each_field(node, [&](std::string_view name, auto& member) {
    names += std::string(name) + " ";
    if constexpr (std::same_as<decltype(member), double&>) member = 3;
  });
  EXPECT_EQ(names, "input epsilon statistics activation ");
  EXPECT_EQ(node.epsilon, 3);
}

}  // namespace
}  // namespace sparseconv::node_fields_test
