#include "sparseconv/execute/cast_rows.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/nearest_number.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::cast_rows_test {
namespace {

template <class Where>
class CastRows : public ::testing::Test {};
TYPED_TEST_SUITE(CastRows, test::Policies);

template <class To, class From, class Policy>
std::vector<To> cast_list(Policy const& where, std::vector<From> const& list) {
  std::vector<To> result(list.size());
  auto const count = static_cast<std::int64_t>(list.size());
  cast_rows(where, MatrixView<From const>{list.data(), count, 1}, MatrixView<To>{result.data(), count, 1});
  return result;
}

// Half has steps of 2^-10 from 1 on, bfloat16 of 2^-7, float of 2^-23. What stands behind the tie is lost in float, so that who
// rounds a double to float first goes the wrong way.
TYPED_TEST(CastRows, RoundsOnceByHand) {
  auto const& where = TypeParam::policy();
  std::vector<double> const numbers{1 + 0x1p-11, 1 + 0x1p-11 + 0x1p-40, 1 + 3 * 0x1p-11, 65520, -65519, -0.0, 1e300};
  std::vector<half> const halves = cast_list<half>(where, numbers);
  std::vector<float> const expected{1, 1 + 0x1p-10F, 1 + 0x1p-9F, INFINITY, -65504, 0, INFINITY};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(static_cast<float>(halves[i]), expected[i]) << i;
  EXPECT_EQ(halves[5].bits(), 0x8000) << "the sign of a zero stays";
  EXPECT_EQ(cast_list<bfloat16>(where, std::vector<double>{1 + 0x1p-8 + 0x1p-40})[0], bfloat16(1 + 0x1p-7F));
  EXPECT_EQ(cast_list<bfloat16>(where, std::vector<half>{half(1 + 0x1p-8F)})[0], bfloat16(1.F));
  EXPECT_EQ(cast_list<half>(where, std::vector<bfloat16>{bfloat16(0x1p100F)})[0], half(INFINITY));
  EXPECT_EQ(cast_list<float>(where, std::vector<double>{1 + 0x1p-24, 1 + 0x1p-24 + 0x1p-50}),
            (std::vector<float>{1, 1 + 0x1p-23F}));
  EXPECT_EQ(cast_list<double>(where, std::vector<bfloat16>{bfloat16(-3.F)}), (std::vector<double>{-3}));
}

/// The nearest number of the type that is not that of the library: by search, or by the integer next to a scaled significand.
template <class To>
double nearest(double value) {
  static test::NearestNumber const halves(5, 10);
  static test::NearestNumber const bfloats(8, 7);
  auto const found = [&](test::NearestNumber const& numbers) {
    std::size_t const bits = numbers.bits_of(value);
    std::size_t const magnitude = bits & 0x7fff;
    double const number = magnitude == numbers.infinity_bits() ? INFINITY : numbers[magnitude];
    return bits >= 0x8000 ? -number : number;
  };
  if constexpr (std::same_as<To, half>) {
    return found(halves);
  } else if constexpr (std::same_as<To, bfloat16>) {
    return found(bfloats);
  } else if constexpr (std::same_as<To, float>) {
    if (std::isinf(value)) return value;
    int exponent = 0;
    double const significand = std::frexp(value, &exponent);
    int const digits = exponent < -125 ? 24 - (-125 - exponent) : 24;  // fewer below the smallest normal number
    return std::ldexp(std::nearbyint(std::ldexp(significand, digits)), exponent - digits);
  } else {
    return value;
  }
}

/// A type's numbers: all of two bytes, else random ones of many magnitudes.
template <class From>
std::vector<From> numbers_of() {
  std::vector<From> list;
  if constexpr (is_narrow<From>) {
    for (int bits = 0; bits < 0x10000; ++bits) list.push_back(From::from_bits(static_cast<std::uint16_t>(bits)));
  } else {
    test::RandomNumbers random(1);
    for (int i = 0; i < 4000; ++i) {
      auto const exponent = static_cast<int>(random.between(-150, 120));
      list.push_back(static_cast<From>(std::ldexp(random.number<double>(), exponent)));
      list.push_back(static_cast<From>(std::ldexp(random.number<double>(), exponent % 16)));
    }
    for (double const number :
         {0.0, -0.0, static_cast<double>(INFINITY), static_cast<double>(-INFINITY), std::nan("")}) {
      list.push_back(static_cast<From>(number));
    }
  }
  return list;
}

/// Each number against the nearest, on every policy; and all policies bit for bit, but for what no number is.
template <class From, class To>
void expect_nearest() {
  std::vector<From> const list = numbers_of<From>();
  auto const results = cast_list<To>(seq, list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto const value = static_cast<double>(list[i]);
    auto const result = static_cast<double>(results[i]);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(result)) << i;
    } else {
      ASSERT_EQ(result, nearest<To>(value)) << value;
      ASSERT_EQ(std::signbit(result), std::signbit(value)) << value;
    }
  }
  for (InstructionSet const set : test::instruction_sets()) {
    auto const others = cast_list<To>(test::OnCpu<3>::policy().instructions(set), list);
    for (std::size_t i = 0; i < list.size(); ++i) {
      bool const both_nan = std::isnan(static_cast<double>(results[i])) && std::isnan(static_cast<double>(others[i]));
      ASSERT_TRUE(both_nan || std::memcmp(&results[i], &others[i], sizeof(To)) == 0) << to_string(set) << ' ' << i;
    }
  }
}

template <class From>
class CastFrom : public ::testing::Test {};
using Features = ::testing::Types<float, double, half, bfloat16>;
TYPED_TEST_SUITE(CastFrom, Features);

TYPED_TEST(CastFrom, GoesToTheNearestNumberOfEveryType) {
  expect_nearest<TypeParam, float>();
  expect_nearest<TypeParam, double>();
  expect_nearest<TypeParam, half>();
  expect_nearest<TypeParam, bfloat16>();
}

TYPED_TEST(CastRows, ReadsAndWritesColumnsOfWiderMatrices) {
  auto const& where = TypeParam::policy();
  for (std::int64_t const columns : {1, 3, 5, 17, 33}) {
    std::int64_t const rows = 300;
    auto const input = test::random_numbers<float>(rows * (columns + 2), 1);
    std::vector<half> output(static_cast<std::size_t>(rows * (columns + 3)), half(-7.F));
    cast_rows(where, MatrixView<float const>{input.data(), rows, columns, columns + 2},
              MatrixView<half>{output.data(), rows, columns, columns + 3});
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t c = 0; c < columns + 3; ++c) {
        half const number = output[static_cast<std::size_t>(row * (columns + 3) + c)];
        ASSERT_EQ(number, c < columns ? half(input[row * (columns + 2) + c]) : half(-7.F)) << row << ", " << c;
      }
    }
  }
  cast_rows(where, MatrixView<float const>{nullptr, 0, 4}, MatrixView<half>{nullptr, 0, 4});
  cast_rows(where, MatrixView<bfloat16>{nullptr, 4, 0}, MatrixView<half>{nullptr, 4, 0});
}

TYPED_TEST(CastRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  std::vector<double> wide(12);
  MatrixView<double> const output{wide.data(), 3, 4};
  auto const message = [&](MatrixView<float const> input) {
    return test::message_of<ShapeError>([&] { cast_rows(TypeParam::policy(), input, output); });
  };
  EXPECT_EQ(message({numbers.data(), 2, 4}),
            "cast_rows: the input's rows are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 3}),
            "cast_rows: the input's channels are 3, the output's are 4; they must be equal");
}

}  // namespace
}  // namespace sparseconv::cast_rows_test
