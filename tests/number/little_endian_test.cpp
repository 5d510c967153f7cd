#include "sparseconv/number/little_endian.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::little_endian_test {
namespace {

using test::ByteWriter;

TEST(LittleEndian, AssemblesLowestByteFirst) {
  ByteWriter writer;
  writer.numbers<std::uint8_t>(0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88);
  std::byte const* bytes = writer.bytes().data();
  EXPECT_EQ(assemble_little_endian<std::uint8_t>(bytes), 0x01);
  EXPECT_EQ(assemble_little_endian<std::uint16_t>(bytes), 0x0201);
  EXPECT_EQ(assemble_little_endian<std::uint32_t>(bytes), 0x84030201u);
  EXPECT_EQ(assemble_little_endian<std::uint64_t>(bytes), 0x8807060584030201u);
}

TEST(LittleEndian, LoadsUnalignedNumbers) {
  ByteWriter writer;
  writer.numbers<std::uint8_t>(7).numbers<std::int16_t>(-2).numbers<float>(1.5).numbers<double>(-0.1);
  writer.numbers<std::int64_t>(std::numeric_limits<std::int64_t>::min());
  std::byte const* bytes = writer.bytes().data();
  EXPECT_EQ(load_little_endian<std::int16_t>(bytes + 1), -2);
  EXPECT_EQ(load_little_endian<float>(bytes + 3), 1.5f);
  EXPECT_EQ(load_little_endian<double>(bytes + 7), -0.1);
  EXPECT_EQ(load_little_endian<std::int64_t>(bytes + 15), std::numeric_limits<std::int64_t>::min());
}

TEST(LittleEndian, StoresUnalignedNumbers) {
  std::vector<std::byte> bytes(16, std::byte{9});
  store_little_endian<std::uint8_t>(7, bytes.data());
  store_little_endian<std::int16_t>(-2, bytes.data() + 1);
  store_little_endian(1.5f, bytes.data() + 3);
  store_little_endian(-0.1, bytes.data() + 7);
  ByteWriter writer;
  writer.numbers<std::uint8_t>(7).numbers<std::int16_t>(-2).numbers<float>(1.5).numbers<double>(-0.1);
  EXPECT_EQ(bytes, writer.numbers<std::uint8_t>(9).bytes());
}

}  // namespace
}  // namespace sparseconv::little_endian_test
