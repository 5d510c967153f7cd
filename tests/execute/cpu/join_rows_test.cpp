#include "sparseconv/execute/cpu/join_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "support/instruction_sets.hpp"

namespace sparseconv::cpu_join_rows_test {
namespace {

constexpr std::int64_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 17};
constexpr std::int64_t channel_counts[] = {1, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 65};

/// Tells in which order numbers came, and of which channel they were.
struct Line {
  std::vector<std::pair<double, std::int64_t>> came;
};
struct NoteAll {
  template <class Number>
  void operator()(Line& line, Number number, std::int64_t channel) const {
    line.came.emplace_back(static_cast<double>(number), channel);
  }
};

/// Numbers that all element types have: row * 256 + channel would be too many, so they only differ from row to row and to the sides.
double number_at(std::int64_t row, std::int64_t channel) {
  return static_cast<double>((row * 7 + channel * 3) % 127 - 63);
}

template <class T>
void expect_every_number_in_order(CpuPolicy const& where) {
  for (std::int64_t const count : counts) {
    for (std::int64_t const channels : channel_counts) {
      for (std::int64_t const gap : {0, 1, 8}) {
        std::int64_t const stride = channels + gap;
        std::int64_t const before = 3;  // rows that are not asked for
        std::vector<T> numbers(static_cast<std::size_t>((count + 2 * before) * stride), T(100.0F));
        for (std::int64_t row = 0; row < count; ++row)
          for (std::int64_t c = 0; c < channels; ++c)
            numbers[static_cast<std::size_t>((before + row) * stride + c)] = T(static_cast<float>(number_at(row, c)));
        MatrixView<T const> const matrix{numbers.data(), count + 2 * before, channels, stride};
        std::vector<Line> lines(static_cast<std::size_t>(channels));
        on_cpu::join_rows(where, matrix, before, before + count, lines.data(), NoteAll{});
        for (std::int64_t c = 0; c < channels; ++c) {
          Line const& line = lines[static_cast<std::size_t>(c)];
          ASSERT_EQ(static_cast<std::int64_t>(line.came.size()), count) << "channel " << c << " of " << channels;
          for (std::int64_t row = 0; row < count; ++row)
            ASSERT_EQ(line.came[static_cast<std::size_t>(row)], std::pair(number_at(row, c), c))
                << count << " rows of " << channels << " channels, row " << row;
        }
      }
    }
  }
}

TEST(JoinRows, TakesEachNumberOfEachChannelFromTheFirstRowToTheLast) {
  for (InstructionSet const set : test::instruction_sets()) {
    expect_every_number_in_order<float>(cpu.instructions(set));
    expect_every_number_in_order<double>(cpu.instructions(set));
    expect_every_number_in_order<half>(cpu.instructions(set));
    expect_every_number_in_order<bfloat16>(cpu.instructions(set));
  }
}

/// The largest by comparisons of one number after the other; the first NaN stays.
template <class Number>
void expect_largest() {
  constexpr Number infinity = std::numeric_limits<Number>::infinity();
  constexpr Number nan = std::numeric_limits<Number>::quiet_NaN();
  const std::vector<Number> special{infinity,
                                    -infinity,
                                    nan,
                                    Number{0},
                                    std::numeric_limits<Number>::max(),
                                    std::numeric_limits<Number>::denorm_min()};
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    for (std::int64_t const count : counts) {
      for (std::int64_t const channels : channel_counts) {
        std::vector<Number> numbers(static_cast<std::size_t>(count * channels));
        for (Number& number : numbers)
          number = random() % 16 == 0 ? special[random() % special.size()]
                                      : static_cast<Number>(static_cast<int>(random() % 2001) - 1500);
        std::vector<Number> kept(static_cast<std::size_t>(channels), -infinity);
        on_cpu::join_rows(numbers.data(), channels, count, channels, kept.data(), on_cpu::KeepLarger{});
        for (std::int64_t c = 0; c < channels; ++c) {
          Number expected = -infinity;
          bool has_nan = false;
          for (std::int64_t row = 0; row < count; ++row) {
            Number const number = numbers[static_cast<std::size_t>(row * channels + c)];
            has_nan = has_nan || std::isnan(number);
            if (number > expected) expected = number;
          }
          Number const found = kept[static_cast<std::size_t>(c)];
          if (has_nan) {
            ASSERT_TRUE(std::isnan(found)) << "channel " << c << " of " << channels << ", " << count << " rows";
          } else {
            ASSERT_EQ(found, expected) << "channel " << c << " of " << channels << ", " << count << " rows";
          }
        }
      }
    }
  }
}

TEST(KeepLarger, KeepsTheLargestAndEveryNaN) {
  expect_largest<float>();
  expect_largest<double>();
}

// The bits must not depend on which channels are taken together: of 0 and -0 the first stays.
TEST(KeepLarger, KeepsTheFirstOfTwoZeros) {
  for (float const first : {0.0F, -0.0F}) {
    std::vector<float> numbers(8 * 13, -first);
    std::fill(numbers.begin(), numbers.begin() + 13, first);
    std::vector<float> kept(13, -1.0F);
    on_cpu::join_rows(numbers.data(), 13, 8, 13, kept.data(), on_cpu::KeepLarger{});
    for (float const number : kept)
      EXPECT_EQ(std::bit_cast<std::uint32_t>(number), std::bit_cast<std::uint32_t>(first));
  }
}

}  // namespace
}  // namespace sparseconv::cpu_join_rows_test
