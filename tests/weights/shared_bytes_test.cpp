#include "sparseconv/weights/shared_bytes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::shared_bytes_test {
namespace {

using test::ByteWriter;

TEST(SharedBytes, HoldTheBytesThatTheyWereMadeOf) {
  std::vector<std::byte> bytes = ByteWriter("abcdef").bytes();
  std::byte const* const place = bytes.data();
  SharedBytes const shared(std::move(bytes));
  EXPECT_EQ(shared.data(), place);
  EXPECT_EQ(shared, SharedBytes(ByteWriter("abcdef").bytes()));
  EXPECT_NE(shared, SharedBytes(ByteWriter("abcdeg").bytes()));
  EXPECT_NE(shared, SharedBytes(ByteWriter("abcde").bytes()));
}

TEST(SharedBytes, ThatAreNoneAreLegal) {
  SharedBytes const none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none, none.part(0, 0));
  EXPECT_EQ(none, SharedBytes(std::vector<std::byte>()));
}

TEST(SharedBytes, KeepWhatTheyLieInUntilTheLastPartIsGone) {
  bool is_there = true;
  std::vector<std::byte> const bytes = ByteWriter("abcdef").bytes();
  SharedBytes part;
  {
    std::shared_ptr<void const> const owner(bytes.data(), [&](void const*) { is_there = false; });
    SharedBytes const whole(owner, bytes);
    part = whole.part(2, 3);
  }
  EXPECT_TRUE(is_there);
  EXPECT_EQ(part, SharedBytes(ByteWriter("cde").bytes()));
  SharedBytes const copy = std::exchange(part, {});
  EXPECT_TRUE(is_there);
  part = copy;
  EXPECT_EQ(part.data(), bytes.data() + 2);
}

}  // namespace
}  // namespace sparseconv::shared_bytes_test
