#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "compress_scan/range_decoder.hpp"
#include "compress_scan/range_encoder.hpp"

namespace compress_scan::range_coder_test {
namespace {

using Bytes = std::vector<std::byte>;

/// The likely symbol gets all but one for each other.
SymbolPartition nearly_sure(int likely) {
  SymbolPartition partition;
  std::uint32_t next = 0;
  for (int s = 0; s < symbols; ++s) {
    partition.starts[static_cast<std::size_t>(s)] = static_cast<std::uint16_t>(next);
    next += s == likely ? whole - symbols + 1 : 1;
  }
  return partition;
}

SymbolPartition equal_parts() {
  SymbolPartition partition;
  for (std::size_t s = 0; s < symbols; ++s) partition.starts[s] = static_cast<std::uint16_t>(4096 * s);
  return partition;
}

struct Message {
  std::vector<SymbolPartition> partitions;
  std::vector<int> symbols;

  void add(SymbolPartition const& partition, int symbol) {
    partitions.push_back(partition);
    symbols.push_back(symbol);
  }
  [[nodiscard]] double entropy() const {
    double bits = 0;
    for (std::size_t i = 0; i < symbols.size(); ++i) bits -= std::log2(partitions[i].size(symbols[i]) / 65536.0);
    return bits;
  }
  [[nodiscard]] Bytes encoded() const {
    RangeEncoder encoder;
    for (std::size_t i = 0; i < symbols.size(); ++i) encoder.encode(partitions[i], symbols[i]);
    return encoder.finish();
  }
};

/// The symbols that the bytes lead to, and whether they end there.
struct Reading {
  std::vector<int> symbols;
  bool is_at_end;
};

Reading decoded(Message const& message, Bytes const& bytes) {
  RangeDecoder decoder(bytes);
  Reading reading;
  for (SymbolPartition const& partition : message.partitions) reading.symbols.push_back(decoder.decode(partition));
  reading.is_at_end = decoder.is_at_end();
  return reading;
}

/// Symbols by chance, as their probabilities say, or any where `surprising`.
Message random_message(unsigned seed, int count, bool surprising) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 2.5F);
  Message message;
  for (int i = 0; i < count; ++i) {
    std::array<float, 16> logits;
    for (float& logit : logits) logit = normal(random);
    SymbolPartition const partition = i % 5 == 4 ? nearly_sure(i / 5 % 16) : partition_by_logits(logits.data());
    std::uint32_t const number = random() % 65536;
    int symbol = 15;
    while (partition.start(symbol) > number) --symbol;
    message.add(partition, surprising ? static_cast<int>(random() % 16) : symbol);
  }
  return message;
}

void expect_round_trip(Message const& message) {
  Bytes const bytes = message.encoded();
  Reading const reading = decoded(message, bytes);
  EXPECT_EQ(reading.symbols, message.symbols);
  EXPECT_TRUE(reading.is_at_end);
  EXPECT_LE(static_cast<double>(bytes.size()) * 8, message.entropy() * 1.00001 + 9);
}

TEST(RangeCoder, WritesNothingOfNothing) {
  Message const none;
  EXPECT_TRUE(none.encoded().empty());
  expect_round_trip(none);
}

/// With parts of 2^-4 each symbol is four bits of the number.
TEST(RangeCoder, WritesSymbolsOfEqualPartsAsTheirDigits) {
  Message message;
  for (int const symbol : {1, 2, 3, 4, 5, 6}) message.add(equal_parts(), symbol);
  Bytes const bytes = message.encoded();
  ASSERT_EQ(bytes.size(), 3U);
  EXPECT_EQ(std::to_integer<int>(bytes[0]), 0x12);
  EXPECT_EQ(std::to_integer<int>(bytes[1]), 0x34);
  EXPECT_EQ(std::to_integer<int>(bytes[2]), 0x56);
  expect_round_trip(message);
}

TEST(RangeCoder, ReadsWhatItWrote) {
  for (int const count : {1, 2, 3, 7, 16, 100, 1000}) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      expect_round_trip(random_message(seed, count, false));
      expect_round_trip(random_message(seed, count, true));
    }
  }
}

TEST(RangeCoder, StaysAtTheEntropyOfLongStreams) {
  Message const message = random_message(3, 300000, false);
  auto const bits = static_cast<double>(message.encoded().size()) * 8;
  EXPECT_LE(bits, message.entropy() * 1.00001 + 8);
  EXPECT_GE(bits, message.entropy() - 8);
  expect_round_trip(message);
}

/// The number 2^-4 lies a little above the lower ends of the ranges that lead to it, 0f ff ff ..., which are written while it is not
/// known yet whether the number passes them.
TEST(RangeCoder, CarriesAsFarAsItTakes) {
  Bytes const bytes{std::byte{0x10}};
  for (int const count : {9, 30, 100, 1000}) {
    RangeDecoder decoder(bytes);
    Message message;
    for (int i = 0; i < count; ++i) message.add(equal_parts(), decoder.decode(equal_parts()));
    expect_round_trip(message);
    Bytes expected(static_cast<std::size_t>(count) / 8 * 4,
                   std::byte{0});  // a word for each eight symbols of four bits
    expected[0] = std::byte{0x10};
    EXPECT_EQ(message.encoded(), expected);
  }
}

/// No other bytes are taken for the same symbols: what is left out, added or changed is found, or leads to other symbols.
TEST(RangeCoder, KnowsItsEnd) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Message const message = random_message(seed, 40, false);
    Bytes const bytes = message.encoded();
    auto const expect_refused = [&](Bytes const& other) {
      Reading const reading = decoded(message, other);
      EXPECT_FALSE(reading.is_at_end && reading.symbols == message.symbols);
    };
    Bytes changed = bytes;
    changed.push_back(std::byte{0});
    EXPECT_FALSE(decoded(message, changed).is_at_end);
    changed.resize(bytes.size() - 1);
    expect_refused(changed);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      changed = bytes;
      changed[i] ^= static_cast<std::byte>(1U << seed % 8);
      expect_refused(changed);
    }
  }
}

TEST(RangeDecoder, ReadsAnyBytesAndNoneBeyondThem) {
  std::mt19937 random(7);
  Message const message = random_message(9, 300, true);
  for (int i = 0; i < 500; ++i) {
    Bytes bytes(random() % 30);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(i % 3 == 0 ? 0xffU : random());
    bytes.shrink_to_fit();
    Reading const reading = decoded(message, bytes);
    for (int const symbol : reading.symbols) EXPECT_TRUE(symbol >= 0 && symbol < 16);
    EXPECT_FALSE(reading.is_at_end) << "300 symbols take more than 30 bytes";
  }
}

}  // namespace
}  // namespace compress_scan::range_coder_test
