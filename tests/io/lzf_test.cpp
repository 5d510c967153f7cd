#include "sparseconv/io/lzf.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/lzf_packer.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::lzf_test {
namespace {

using test::ByteWriter;
using test::message_of;

std::string unpacked(ByteWriter const& packed, std::uint64_t size) {
  auto const bytes = unpack_lzf(packed.bytes(), size, "read");
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

TEST(Lzf, UnpacksByHand) {
  EXPECT_EQ(unpacked(ByteWriter(), 0), "");
  // A run of 3 bytes.
  EXPECT_EQ(unpacked(ByteWriter("\x02"
                                "abc"),
                     3),
            "abc");
  // 3 bytes from 1 back: (1 << 5) + 0, 0.
  EXPECT_EQ(unpacked(ByteWriter("\x01"
                                "ab")
                         .numbers<std::uint8_t>(1 << 5, 0),
                     5),
            "abbbb");
  // 4 bytes from 2 back, which this copy itself makes: (2 << 5) + 0, 1.
  EXPECT_EQ(unpacked(ByteWriter("\x01"
                                "ab")
                         .numbers<std::uint8_t>(2 << 5, 1),
                     6),
            "ababab");
}

TEST(Lzf, UnpacksWhatWasPacked) {
  test::RandomNumbers random(3);
  for (int round = 0; round < 60; ++round) {
    ByteWriter writer;
    auto const different = random.between(1, 200);
    for (auto left = random.between(0, 20000 / (1 + round)); left > 0; --left)
      writer.numbers<std::uint8_t>(random.between(0, different));
    EXPECT_EQ(unpack_lzf(test::pack_lzf(writer.bytes()), writer.size(), "read"), writer.bytes());
  }
}

TEST(Lzf, NamesWhatIsWrong) {
  auto const failure = [](ByteWriter const& packed, std::uint64_t size) {
    return message_of<FormatError>([&] { return unpack_lzf(packed.bytes(), size, "read"); });
  };
  auto const sentence = [](std::string const& reason) {
    return "read: the packed data cannot be unpacked, " + reason + "; the file is damaged";
  };
  EXPECT_EQ(failure(ByteWriter("\x02"
                               "ab"),
                    3),
            sentence("it ends within a run of bytes"));
  EXPECT_EQ(failure(ByteWriter("\x02"
                               "abc"),
                    2),
            sentence("more bytes than it claims come out of it"));
  EXPECT_EQ(failure(ByteWriter("\x02"
                               "abc"),
                    4),
            sentence("fewer bytes than it claims come out of it"));
  ByteWriter const one(
      "\x01"
      "ab");
  EXPECT_EQ(failure(ByteWriter(one).numbers<std::uint8_t>(32), 5), sentence("it ends within a reference"));
  EXPECT_EQ(failure(ByteWriter(one).numbers<std::uint8_t>(7 << 5, 0), 11), sentence("it ends within a reference"));
  EXPECT_EQ(failure(ByteWriter(one).numbers<std::uint8_t>(32, 2), 5),
            sentence("a reference goes back behind its beginning"));
  EXPECT_EQ(failure(ByteWriter(one).numbers<std::uint8_t>(32, 1), 4),
            sentence("more bytes than it claims come out of it"));
  EXPECT_EQ(failure(one, std::uint64_t{1} << 40), sentence("it claims more bytes than LZF makes of those in the file"));
}

}  // namespace
}  // namespace sparseconv::lzf_test
