#include "sparseconv/weights/pickle_value.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace sparseconv::pickle_value_test {
namespace {

const Pickle pickle{.values = {{},
                               {.kind = PickleKind::text, .text = "a"},
                               {.kind = PickleKind::text, .text = "torch"},
                               {.kind = PickleKind::global, .items = {2, 1}},
                               {.kind = PickleKind::dict, .items = {1, 2, 2, 0, 1, 3}},
                               {.kind = PickleKind::call, .items = {3, 0, 0}},
                               {.kind = PickleKind::call, .items = {1, 0, 0}},
                               {.kind = PickleKind::boolean, .integer = 1},
                               {.kind = PickleKind::integer, .integer = -80},
                               {.kind = PickleKind::real, .real = 0.5},
                               {.kind = PickleKind::bytes, .text = "abc"},
                               {.kind = PickleKind::tuple, .items = {1, 1}}},
                    .top = 4};

TEST(PickleValue, FindsWhatAKeyWasSetToLast) {
  EXPECT_EQ(pickle.find(4, "a"), 3u);
  EXPECT_EQ(pickle.find(4, "torch"), 0u);
  EXPECT_EQ(pickle.find(4, "b"), std::nullopt);
  EXPECT_EQ(pickle.find(3, "torch"), std::nullopt) << "no dict";
}

TEST(PickleValue, KnowsGlobalsByModuleAndName) {
  EXPECT_TRUE(pickle.is_global(3, "torch", "a"));
  EXPECT_FALSE(pickle.is_global(3, "a", "torch"));
  EXPECT_FALSE(pickle.is_global(1, "torch", "a"));
}

TEST(PickleValue, DescribesEachKind) {
  EXPECT_EQ(pickle.describe(0), "none");
  EXPECT_EQ(pickle.describe(1), "text \"a\"");
  EXPECT_EQ(pickle.describe(3), "global torch.a");
  EXPECT_EQ(pickle.describe(4), "dict of 3");
  EXPECT_EQ(pickle.describe(5), "opaque torch.a");
  EXPECT_EQ(pickle.describe(6), "opaque value");
  EXPECT_EQ(pickle.describe(7), "true");
  EXPECT_EQ(pickle.describe(8), "integer -80");
  EXPECT_EQ(pickle.describe(9), "real 0.5");
  EXPECT_EQ(pickle.describe(10), "3 bytes");
  EXPECT_EQ(pickle.describe(11), "tuple of 2");
}

}  // namespace
}  // namespace sparseconv::pickle_value_test
