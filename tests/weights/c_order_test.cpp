#include "sparseconv/weights/c_order.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::c_order_test {
namespace {

using test::ByteWriter;

std::vector<std::byte> bytes_of(std::vector<int> const& numbers) {
  ByteWriter writer;
  for (int const number : numbers) writer.numbers<std::uint8_t>(number);
  return writer.bytes();
}

TEST(COrder, TurnsAMatrix) {
  // 1 2 3
  // 4 5 6    by columns: 1 4 2 5 3 6
  EXPECT_EQ(to_c_order(std::vector<std::int64_t>{2, 3}, 1, bytes_of({1, 4, 2, 5, 3, 6})), bytes_of({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(to_c_order(std::vector<std::int64_t>{1, 3}, 1, bytes_of({1, 2, 3})), bytes_of({1, 2, 3}));
  EXPECT_EQ(to_c_order(std::vector<std::int64_t>{3, 1}, 1, bytes_of({1, 2, 3})), bytes_of({1, 2, 3}));
}

TEST(COrder, LeavesALineANumberAndNothingAsTheyAre) {
  EXPECT_EQ(to_c_order(std::vector<std::int64_t>{3}, 1, bytes_of({1, 2, 3})), bytes_of({1, 2, 3}));
  EXPECT_EQ(to_c_order({}, 2, bytes_of({1, 2})), bytes_of({1, 2}));
  EXPECT_TRUE(to_c_order(std::vector<std::int64_t>{std::int64_t{1} << 62, 0, 5}, 4, {}).empty());
}

TEST(COrder, TurnsEachSizeOnManyAxes) {
  const std::vector<std::int64_t> shape = {3, 1, 2, 5, 4};
  constexpr std::size_t count = 120;
  for (const std::size_t size : {1u, 2u, 4u, 8u}) {
    std::vector<std::byte> from(count * size);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::byte>((i * 7 + i / 251) % 256);
    const std::vector<std::byte> to = to_c_order(shape, size, from);
    ASSERT_EQ(to.size(), from.size());
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t d = 0; d < 5; ++d)
          for (std::size_t e = 0; e < 4; ++e)
            for (std::size_t byte = 0; byte < size; ++byte)
              ASSERT_EQ(to[(((a * 2 + c) * 5 + d) * 4 + e) * size + byte],
                        from[(a + 3 * (c + 2 * (d + 5 * e))) * size + byte]);
  }
}

}  // namespace
}  // namespace sparseconv::c_order_test
