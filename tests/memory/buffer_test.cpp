#include "sparseconv/memory/buffer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::buffer_test {
namespace {

using test::message_of;

std::vector<int> list(Buffer<int> const& buffer) {
  return {buffer.begin(), buffer.end()};
}

TEST(Buffer, HoldsWhatItWasFilledWith) {
  EXPECT_EQ(list(Buffer<int>(3, 7)), (std::vector{7, 7, 7}));
  std::array const values{1, 2, 3};
  Buffer<int> const buffer{std::span<int const>(values)};
  EXPECT_EQ(list(buffer), (std::vector{1, 2, 3}));
  EXPECT_EQ(buffer.bytes(), 12);
}

TEST(Buffer, StartsOnACacheLine) {
  for (std::int64_t const size : {1, 3, 1000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(Buffer<char>(size).data()) % 64, 0u) << size;
  }
}

TEST(Buffer, MayBeEmpty) {
  Buffer<double> const none;
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(Buffer<double>(0).empty());
  EXPECT_TRUE(Buffer<double>(none).empty());
  EXPECT_EQ(none.begin(), none.end());
}

TEST(Buffer, CopiesAreApart) {
  Buffer<int> first(2, 1);
  Buffer<int> second = first;
  second[0] = 9;
  EXPECT_EQ(list(first), (std::vector{1, 1}));
  first = second;
  EXPECT_EQ(list(first), (std::vector{9, 1}));
  Buffer<int> const& itself = first;
  first = itself;
  EXPECT_EQ(list(first), (std::vector{9, 1}));
}

TEST(Buffer, MovesWithoutCopyingAndLeavesNothing) {
  Buffer<int> from(4, 5);
  int const* const place = from.data();
  Buffer<int> to = std::move(from);
  EXPECT_EQ(to.data(), place);
  EXPECT_EQ(from.size(), 0);  // NOLINT: that a moved-from buffer is empty is what is tested
  EXPECT_EQ(from.begin(), from.end());
}

TEST(Buffer, RefusesSizesThatCannotBeAddressed) {
  EXPECT_EQ(message_of<CapacityError>([] { return Buffer<double>(-1); }),
            "Buffer: -1 elements of 8 bytes cannot be addressed; ask for 0 or more, and fewer than 2^63 bytes");
  EXPECT_EQ(message_of<CapacityError>([] { return Buffer<double>(std::int64_t{1} << 60); }),
            "Buffer: 1152921504606846976 elements of 8 bytes cannot be addressed; ask for 0 or more, and fewer than "
            "2^63 bytes");
}

TEST(CheckList, RefusesListsOfNothingWithASize) {
  std::span<float const> const nothing(static_cast<float const*>(nullptr), 3);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return Buffer<float>(nothing); }),
            "Buffer: the values' list of 3 has no data; give the address of its first element");
  EXPECT_TRUE(Buffer<float>(std::span<float const>()).empty());
  check_list(std::span<float const>(), "an empty", "call");
}

}  // namespace
}  // namespace sparseconv::buffer_test
