#include "sparseconv/primitive/counts_before.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/policies.hpp"

namespace sparseconv::counts_before_test {
namespace {

TEST(CountsBefore, AddUpOverStretches) {
  test::for_each_host_policy([](auto const& where) {
    // Stretches [0, 4), [4, 8), [8, 10) with 4, 6 and 4 in them.
    auto const before =
        counts_before(where, 10, 4, [](std::int64_t begin, std::int64_t end) { return end - begin + begin / 4 * 2; });
    EXPECT_EQ(std::vector<std::int64_t>(before.begin(), before.end()), (std::vector<std::int64_t>{0, 4, 10, 16}));
  });
}

TEST(CountsBefore, OfNothingAreNone) {
  auto const before = counts_before(cpu, 0, 4, [](std::int64_t, std::int64_t) -> std::int64_t {
    ADD_FAILURE();
    return 1;
  });
  ASSERT_EQ(before.size(), 1);
  EXPECT_EQ(before[0], 0);
}

}  // namespace
}  // namespace sparseconv::counts_before_test
