#include "sparseconv/weights/strided_copy.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace sparseconv::strided_copy_test {
namespace {

/// The numbers 0, 1, ... seen by shape and steps from `begin` on.
template <class T>
std::vector<T> seen(std::vector<std::int64_t> const& shape, std::vector<std::int64_t> const& steps, std::size_t begin) {
  std::vector<T> from(12);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i);
  std::size_t count = 1;
  for (std::int64_t const extent : shape) count *= static_cast<std::size_t>(extent);
  std::vector<T> to(count);
  copy_strided(sizeof(T), shape, steps, reinterpret_cast<std::byte const*>(from.data() + begin),
               reinterpret_cast<std::byte*>(to.data()));
  return to;
}

TEST(StridedCopy, PutsNumbersOfEverySizeInCOrder) {
  // 0 1 2 3
  // 4 5 6 7, seen from the side.
  EXPECT_EQ((seen<std::uint8_t>({4, 2}, {1, 4}, 0)), (std::vector<std::uint8_t>{0, 4, 1, 5, 2, 6, 3, 7}));
  EXPECT_EQ((seen<std::uint16_t>({4, 2}, {1, 4}, 0)), (std::vector<std::uint16_t>{0, 4, 1, 5, 2, 6, 3, 7}));
  EXPECT_EQ((seen<float>({2, 2}, {4, 2}, 1)), (std::vector<float>{1, 3, 5, 7}));
  EXPECT_EQ((seen<double>({2, 2, 2}, {1, 6, 2}, 0)), (std::vector<double>{0, 2, 6, 8, 1, 3, 7, 9}));
}

TEST(StridedCopy, TakesStepsOfZeroAndBackwards) {
  EXPECT_EQ((seen<float>({2, 3}, {0, 1}, 5)), (std::vector<float>{5, 6, 7, 5, 6, 7}));
  EXPECT_EQ((seen<float>({2, 2}, {-4, -1}, 7)), (std::vector<float>{7, 6, 3, 2}));
  EXPECT_EQ((seen<float>({}, {}, 3)), (std::vector<float>{3}));
}

}  // namespace
}  // namespace sparseconv::strided_copy_test
