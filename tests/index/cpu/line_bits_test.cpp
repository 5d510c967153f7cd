#include "sparseconv/index/cpu/line_bits.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_line_bits_test {
namespace {

template <int D>
Box<D> box_of(WideCoordinate<D> const& low, WideCoordinate<D> const& high) {
  Box<D> box;
  box.include(low);
  box.include(high);
  return box;
}

template <int D>
std::vector<Coordinate<D>> sites_in(on_cpu::LineBits<D> const& bits) {
  auto const found = bits.sites(cpu, "test").coordinates;
  return {found.begin(), found.end()};
}

TEST(LineBits, ALineBeginsWithAWord) {
  // Batch 0 to 1, lines 3 to 5, cells -2 to 70: 73 cells are two words, 6 lines 12 words.
  Box<2> const box = box_of<2>({0, 3, -2}, {1, 5, 70});
  EXPECT_EQ(on_cpu::LineBits<2>::bytes_needed(box), 96);
  on_cpu::LineBits<2> bits(cpu, box);
  EXPECT_EQ(bits.first_word({0, 3, 0}), 0);
  EXPECT_EQ(bits.first_word({0, 5, 0}), 4);
  EXPECT_EQ(bits.first_word({1, 4, 0}), 8);
  EXPECT_EQ(bits.first_cell(), -2);
  EXPECT_EQ(bits.last_cell(), 70);
  EXPECT_TRUE(bits.contains_line({1, 5, 1000}));
  EXPECT_FALSE(bits.contains_line({2, 5, 0}));
  EXPECT_FALSE(bits.contains_line({0, 2, 0}));
  EXPECT_TRUE(sites_in(bits).empty());
  bits.set(bits.first_word({1, 4, 0}), {1, 2}, true);
  bits.set(bits.first_word({0, 5, 0}), {0, 1}, true);
  EXPECT_EQ(sites_in(bits), (std::vector<Coordinate<2>>{{0, {5, -2}}, {1, {4, 63}}}));
  EXPECT_EQ(bits.words()[9], 2U);
}

TEST(LineBits, CellsOfOneWordAreOnePart) {
  using Bits = on_cpu::LineBits<1>;
  Bits::Part parts[6];
  Bits::Part* end = Bits::add_parts(parts, parts, 3, 2);
  end = Bits::add_parts(parts, end, 4, 2);
  end = Bits::add_parts(parts, end, 62, 3);
  end = Bits::add_parts(parts, end, 66, 1);
  ASSERT_EQ(end - parts, 2);
  EXPECT_EQ(parts[0].word, 0);
  EXPECT_EQ(parts[0].bits, (std::uint64_t{3} << 62 | 7U << 3));
  EXPECT_EQ(parts[1].word, 1);
  EXPECT_EQ(parts[1].bits, 5U);
}

TEST(LineBits, SetsRunsAcrossWords) {
  for (std::int64_t const first : {0, 1, 62, 63, 64, 65, 100}) {
    for (std::int64_t const count : {1, 2, 63, 64, 65, 128, 129, 200}) {
      for (bool const alone : {true, false}) {
        on_cpu::LineBits<1> bits(cpu, box_of<1>({0, 10}, {0, 10 + 399}));
        std::vector<on_cpu::LineBits<1>::Part> parts(static_cast<std::size_t>(on_cpu::LineBits<1>::most_parts(count)));
        auto* const parts_end = on_cpu::LineBits<1>::add_parts(parts.data(), parts.data(), first, count);
        for (auto* part = parts.data(); part != parts_end; ++part) bits.set(0, *part, alone);
        std::vector<Coordinate<1>> expected;
        for (std::int64_t i = 0; i < count; ++i) expected.push_back({0, {static_cast<std::int32_t>(10 + first + i)}});
        EXPECT_EQ(sites_in(bits), expected) << first << ", " << count;
      }
    }
  }
}

TEST(LineBits, GivesBackTheSitesThatWereSetAndTheirRanks) {
  // 200 lines of five words: more than a thread takes at a time.
  Box<3> const box = box_of<3>({-3, -7, 2, -100}, {1, 2, 5, 200});
  auto const sites = test::sites_of(Grid<3>{.shape = {}, .batch_size = 2},
                                    test::random_coordinates<3>({{-7, 2, -100}, {2, 5, 200}, {0, 1}}, 3000, 4));
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    on_cpu::LineBits<3> bits(where, box);
    Buffer<Row> const ranks = bits.set_and_rank(where, sites.data(), sites.size());
    auto const found = bits.sites(where, "test");
    EXPECT_TRUE(std::equal(found.coordinates.begin(), found.coordinates.end(), sites.coordinates().begin(),
                           sites.coordinates().end()));
    EXPECT_EQ(found.box.low, sites.bounding_box().low);
    EXPECT_EQ(found.box.high, sites.bounding_box().high);
    for (std::int64_t row = 0; row < sites.size(); ++row) {
      Coordinate<3> const& site = sites.data()[row];
      std::int64_t const cell = site.position[2] + 100;
      std::int64_t const word = bits.first_word(widen(site)) + cell / 64;
      std::uint64_t const below = bits.words()[word] & ((std::uint64_t{1} << (cell % 64)) - 1);
      ASSERT_EQ(ranks[word] + std::popcount(below), row);
    }
  });
}

TEST(LineBits, SaysHowMuchItNeedsWhateverTheBox) {
  constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(on_cpu::LineBits<2>::bytes_needed(Box<2>{}), 0);
  EXPECT_EQ(on_cpu::LineBits<1>::bytes_needed(box_of<1>({0, least}, {0, most})), std::int64_t{1} << 29);
  EXPECT_EQ(
      on_cpu::LineBits<4>::bytes_needed(box_of<4>({0, least, least, least, least}, {most, most, most, most, most})),
      std::int64_t{1} << 62);
  EXPECT_EQ(sites_in(on_cpu::LineBits<2>(cpu, Box<2>{})).size(), 0U);
}

TEST(LineBits, SaysWhichPositionDoesNotFit) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  on_cpu::LineBits<2> bits(cpu, box_of<2>({0, most - 1, 7}, {0, most + 1, 8}));
  bits.set(0, {0, 2}, true);
  EXPECT_EQ(sites_in(bits), (std::vector<Coordinate<2>>{{0, {static_cast<std::int32_t>(most - 1), 8}}}))
      << "only what is set has to fit";
  bits.set(bits.first_word({0, most + 1, 7}), {0, 1}, true);
  EXPECT_EQ(test::message_of<CoordinateError>([&] { return bits.sites(cpu, "output_sites").coordinates.size(); }),
            "output_sites: an output at position 2147483648 of axis 0 does not fit 32 bits; give the grid a shape, or "
            "move the sites towards 0");
}

}  // namespace
}  // namespace sparseconv::cpu_line_bits_test
