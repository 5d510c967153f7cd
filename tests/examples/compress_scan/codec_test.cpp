// The codec as a whole: what is decoded, on whatever instructions and threads, is what was encoded.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "compress_scan/decode_sites.hpp"
#include "compress_scan/encode_sites.hpp"
#include "compress_scan/parse_scan.hpp"
#include "compress_scan/quantize.hpp"
#include "compress_scan/trained_networks.hpp"
#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/io/read_point_cloud.hpp"
#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/shared_data.hpp"

namespace compress_scan::codec_test {
namespace {

namespace sc = sparseconv;
using sparseconv::test::instruction_sets;
using sparseconv::test::message_of;

using Bytes = std::vector<std::byte>;
using Sites = std::vector<sc::Coordinate<3>>;

Networks example_networks(std::uint64_t seed = 3) {
  return random_networks({.channels = 16, .seed = seed});
}

template <class Policy>
Bytes encoded(Policy const& where, Networks const& networks, Sites const& sites, float step = 64) {
  StageTimes times;
  auto const set = sc::build_site_set(where, sc::Grid<3>{}, sites).sites;
  ScanHeader const header{.step = step};
  return format_scan(encode_sites(where, CodecEngines<Policy>(where, networks), set, header, times).scan);
}

template <class Policy>
Sites decoded(Policy const& where, Networks const& networks, Bytes const& bytes) {
  StageTimes times;
  CodecEngines<Policy> const engines(where, networks);
  auto const set = SiteDecoder<Policy>(where, engines, "here", times).decode(parse_scan(bytes, "here"));
  return {set.coordinates().begin(), set.coordinates().end()};
}

Sites canonical(Sites sites) {
  std::sort(sites.begin(), sites.end());
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  return sites;
}

/// Sites on a bent sheet, and some by themselves, on both sides of 0.
Sites example_sites(int count = 3000) {
  std::mt19937 random(5);
  Sites sites;
  for (int i = 0; i < count; ++i) {
    auto const x = static_cast<std::int32_t>(random() % 200) - 90;
    auto const y = static_cast<std::int32_t>(random() % 150) - 80;
    bool const is_apart = i % 20 == 0;
    sites.push_back({0, {is_apart ? static_cast<std::int32_t>(random() % 90) - 40 : x * y / 700, y, x}});
  }
  return sites;
}

TEST(Codec, GivesTheSameFileAndSitesOnAllThatHaveOneArithmetic) {
  Networks const networks = example_networks();
  Sites const sites = example_sites();
  for (Arithmetic const arithmetic : {Arithmetic::fused, Arithmetic::separate}) {
    std::vector<sc::CpuPolicy> policies;
    for (sc::InstructionSet const set : instruction_sets()) {
      if (arithmetic_of(set) != arithmetic) continue;
      for (int const threads : {1, 3, 8}) policies.push_back(sc::cpu.threads(threads).instructions(set));
    }
    if (policies.empty()) continue;  // as without AVX2, or on ARM
    Bytes const file = encoded(policies[0], networks, sites);
    for (sc::CpuPolicy const& where : policies) {
      EXPECT_EQ(encoded(where, networks, sites), file) << to_string(where.instruction_set()) << where.thread_count();
      EXPECT_EQ(decoded(where, networks, file), canonical(sites));
    }
    if (arithmetic == Arithmetic::separate) {
      EXPECT_EQ(encoded(sc::seq, networks, sites), file);
      EXPECT_EQ(decoded(sc::seq, networks, file), canonical(sites));
    }
  }
}

TEST(Codec, TakesAnySites) {
  Networks const networks = example_networks();
  auto const where = sc::cpu.threads(2);
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  Sites block;
  for (std::int32_t i = 0; i < 512; ++i) block.push_back({0, {i / 64, i / 8 % 8, i % 8}});
  std::vector<Sites> const lists{{},
                                 {{0, {0, 0, 0}}},
                                 {{0, {-1, 5, 0}}},
                                 {{0, {low, low, low}}, {0, {high, high, high}}, {0, {low, high, 0}}},
                                 Sites(block.begin(), block.begin() + 63),
                                 Sites(block.begin(), block.begin() + 64),
                                 Sites(block.begin(), block.begin() + 65),
                                 block,
                                 example_sites(500)};
  for (Sites const& sites : lists)
    EXPECT_EQ(decoded(where, networks, encoded(where, networks, sites)), canonical(sites));
}

/// 70 sites far from each other, so that many halvings leave each alone.
TEST(Codec, GoesThroughAllLevels) {
  Networks const networks = example_networks();
  Sites sites;
  for (std::int32_t i = 0; i < 70; ++i)
    sites.push_back({0, {(i % 5 - 2) << 29, (i / 5 % 4 - 2) << 29, (i / 20 - 2) << 29}});
  EXPECT_EQ(decoded(sc::cpu, networks, encoded(sc::cpu, networks, sites)), canonical(sites));
}

TEST(Codec, CountsTheBitsOfItsLevels) {
  auto const where = sc::cpu.threads(1);
  CodecEngines<sc::CpuPolicy> const engines(where, example_networks());
  StageTimes times;
  auto const set = sc::build_site_set(where, sc::Grid<3>{}, example_sites()).sites;
  EncodedSites const result = encode_sites(where, engines, set, {.step = 64}, times);
  ASSERT_EQ(result.levels.size(), result.scan.levels.size());
  ASSERT_GT(result.levels.size(), 2U);
  for (LevelReport const& level : result.levels) {
    EXPECT_LE(static_cast<double>(level.bits), level.entropy_bits * 1.0001 + 18)
        << "two streams, a byte and a bit each";
    EXPECT_GE(static_cast<double>(level.bits), level.entropy_bits * 0.99)
        << "an end may be shorter than its symbols are likely";
  }
  EXPECT_GT(times.of(CodecStage::convolutions), 0);
  EXPECT_GT(times.total(), times.of(CodecStage::convolutions));
}

TEST(Codec, RefusesOtherWeightsAndOtherArithmetic) {
  auto const where = sc::cpu.threads(1);
  Bytes bytes = encoded(where, example_networks(), example_sites(300));
  std::string message = message_of<sc::FormatError>([&] { return decoded(where, example_networks(4), bytes); });
  EXPECT_EQ(message.rfind("here: the file was made with networks whose numbers have the fingerprint ", 0), 0U)
      << message;
  EXPECT_NE(message.find("give the weights of the encoder"), std::string::npos) << message;
  bytes[5] ^= std::byte{3};  // 1 becomes 2, and 2 becomes 1
  message = message_of<sc::FormatError>([&] { return decoded(where, example_networks(), bytes); });
  EXPECT_NE(message.find("which gives other numbers; decode with "), std::string::npos) << message;
}

/// Every bit of a small file: damage is found, by the checksum at last.
TEST(Codec, FindsDamage) {
  auto const where = sc::cpu.threads(1);
  Networks const networks = random_networks({.channels = 4, .seed = 1});
  CodecEngines<sc::CpuPolicy> const engines(where, networks);
  Bytes const bytes = encoded(where, networks, example_sites(200));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= static_cast<std::byte>(1U << i % 8);
    std::string const message = message_of<sc::FormatError>([&] {
      StageTimes times;
      return SiteDecoder<sc::CpuPolicy>(where, engines, "here", times).decode(parse_scan(changed, "here"));
    });
    EXPECT_EQ(message.rfind("here: ", 0), 0U) << "byte " << i << ": " << message;
  }
}

TEST(Codec, CompressesASimulatedScan) {
  ScanHeader const header{.step = 256};
  auto const points = quantize(simulated_scan::simulate({.seed = 1}), header);
  auto const where = sc::cpu.threads(2);
  Networks const networks = example_networks();
  EXPECT_EQ(decoded(where, networks, encoded(where, networks, points.sites, 256)), canonical(points.sites));
}

/// What was published for these weights and this scan.
class Published : public ::testing::Test {
 protected:
  void SetUp() override {
    weights_ = sparseconv::test::shared_data("trained/reno_kitti.pt").string();
    if (weights_.empty()) GTEST_SKIP() << "reno_kitti.pt is not there";
  }

  struct Coded {
    Bytes bytes;
    EncodedSites sites;
    Sites expected;
  };

  [[nodiscard]] Coded encode(char const* scan, float step) const {
    auto const where = sc::cpu;
    StageTimes times;
    ScanHeader const header{.step = step};
    auto const points =
        quantize(sc::read_point_cloud(sparseconv::test::shared_data(scan), {.records = {.columns = 4}}), header);
    auto const set = sc::build_site_set(where, sc::Grid<3>{}, points.sites).sites;
    Coded coded{.bytes = {},
                .sites = encode_sites(where, CodecEngines(where, networks()), set, header, times),
                .expected = canonical(points.sites)};
    coded.bytes = format_scan(coded.sites.scan);
    return coded;
  }

  [[nodiscard]] Networks networks() const { return trained_networks(weights_); }

 private:
  std::string weights_;
};

TEST_F(Published, SizesOfAWholeTurn) {
  if (sparseconv::test::shared_data("kitti_000001_full.bin").empty())
    GTEST_SKIP() << "kitti_000001_full.bin is not there";
  struct Size {
    float step;
    double bits;
  };
  for (Size const size :
       {Size{512, 41008}, {256, 102256}, {128, 227568}, {64, 417376}, {32, 662056}, {16, 954944}, {8, 1265624}}) {
    Coded const coded = encode("kitti_000001_full.bin", size.step);
    auto const bits = static_cast<double>(coded.bytes.size()) * 8;
    EXPECT_NEAR(bits / size.bits, 1, 0.002) << size.step << ": " << bits;
    // The published layout: 6 bytes, 13 a site of the top, 2, and 4 before each stream.
    double published = 8.0 * (6 + 13 * static_cast<double>(coded.sites.scan.top.size()) + 2);
    for (LevelReport const& level : coded.sites.levels) published += static_cast<double>(level.bits) + 64;
    EXPECT_NEAR(published / size.bits, 1, 0.0005) << size.step << ": " << published;
    if (size.step >= 256) {
      EXPECT_EQ(decoded(sc::cpu, networks(), coded.bytes), coded.expected);
    }
  }
}

TEST_F(Published, EntropiesOfAPartOfATurn) {
  if (sparseconv::test::shared_data("kitti_000008.bin").empty()) GTEST_SKIP() << "kitti_000008.bin is not there";
  auto const entropy = [&](float step) {
    double bits = 0;
    for (LevelReport const& level : encode("kitti_000008.bin", step).sites.levels) bits += level.entropy_bits;
    return bits;
  };
  EXPECT_NEAR(entropy(64), 63346, 63346 * 0.0002);
  EXPECT_NEAR(entropy(16), 146510, 146510 * 0.0002);
}

}  // namespace
}  // namespace compress_scan::codec_test
