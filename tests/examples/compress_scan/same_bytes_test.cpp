// A file has the same bytes on every machine: those that an x86-64 wrote, on whatever this is compiled for.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compress_scan/decode_sites.hpp"
#include "compress_scan/encode_sites.hpp"
#include "compress_scan/parse_scan.hpp"
#include "support/instruction_sets.hpp"

namespace compress_scan::same_bytes_test {
namespace {

namespace sc = sparseconv;

using Bytes = std::vector<std::byte>;
using Sites = std::vector<sc::Coordinate<3>>;

/// Sites on a bent sheet and some beside it, from integers alone.
Sites example_sites() {
  Sites sites;
  std::uint32_t state = 1;
  auto const below = [&](std::uint32_t end) {
    state = state * 1664525 + 1013904223;
    return static_cast<std::int32_t>((state >> 8) % end);
  };
  for (int i = 0; i < 900; ++i) {
    std::int32_t const x = below(60) - 20;
    std::int32_t const y = below(50) - 30;
    std::int32_t const z = i % 12 == 0 ? below(40) - 9 : x * y / 90;
    sites.push_back({0, {z, y, x}});
  }
  std::sort(sites.begin(), sites.end());
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  return sites;
}

/// A file as a test can keep it: its size and its checksum, which is over the bytes of all streams too.
struct Fingerprint {
  std::size_t size;
  std::uint32_t checksum;

  bool operator==(Fingerprint const&) const = default;
};

/// What GCC 12 and Clang 14 made on x86-64. Whoever changes these changes what files decode to: see Arithmetic.
Fingerprint expected(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::fused ? Fingerprint{2188, 4241742977} : Fingerprint{2187, 2579171085};
}

template <class Policy>
void expect_same_bytes(Policy const& where, std::string const& name) {
  Sites const sites = example_sites();
  CodecEngines<Policy> const engines(where, random_networks({.seed = 5}));
  StageTimes times;
  auto const set = sc::build_site_set(where, sc::Grid<3>{}, sites).sites;
  Bytes const file = format_scan(encode_sites(where, engines, set, {.step = 64}, times).scan);
  Checksum checksum;
  checksum.add(file);
  EXPECT_EQ(checksum.value(), expected(arithmetic_of(where)).checksum) << name;
  EXPECT_EQ(file.size(), expected(arithmetic_of(where)).size) << name;
  auto const decoded = SiteDecoder<Policy>(where, engines, "here", times).decode(parse_scan(file, "here"));
  EXPECT_EQ(Sites(decoded.coordinates().begin(), decoded.coordinates().end()), sites) << name;
}

TEST(SameBytes, OnEveryInstructionSetAndNumberOfThreads) {
  for (sc::InstructionSet const set : sc::test::instruction_sets()) {
    for (int const threads : {1, 3})
      expect_same_bytes(sc::cpu.threads(threads).instructions(set), sc::error_message({to_string(set), ", ", threads}));
  }
}

TEST(SameBytes, OnPlainLoops) {
  expect_same_bytes(sc::seq, "seq");
}

/// Their numbers are drawn, not read: the same for the seed on every machine.
TEST(SameBytes, OfRandomWeights) {
  EXPECT_EQ(fingerprint(random_networks({.seed = 5})), 3936131999U);
}

}  // namespace
}  // namespace compress_scan::same_bytes_test
