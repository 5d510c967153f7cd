#include "scan_input/implausible_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "sparseconv/io/records.hpp"
#include "support/byte_writer.hpp"

namespace scan_input::implausible_numbers_test {
namespace {

TEST(ImplausibleNumbers, AreCounted) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  ImplausibleNumbers const found =
      count_implausible({.columns = 3, .values = {0, 1e-10F, 1e-11F, 1e-40F, 1e10F, -2e10F, infinity, nan, 5}});
  EXPECT_EQ(found.numbers, 9);
  EXPECT_EQ(found.tiny, 2);
  EXPECT_EQ(found.huge, 2);
  EXPECT_EQ(found.not_a_number, 1);
}

TEST(ImplausibleNumbers, ComeOfDoublesThatAreReadAsFloats) {
  sparseconv::test::ByteWriter measured;
  sparseconv::test::ByteWriter rounded;
  for (int i = 0; i < 1000; ++i) {
    measured.numbers<double>(0.1 * i, 7.3 + 0.01 * i, -1.7 - 0.001 * i, 0.3 * i);
    rounded.numbers<double>(static_cast<float>(0.1 * i), static_cast<float>(7.3 + 0.01 * i), -1.7F, 0.25);
  }
  for (auto const& writer : {measured, rounded}) {
    auto const wrong = sparseconv::parse_records(writer.bytes(), "scan");
    EXPECT_NE(warn_of_implausible(wrong).find("it seems that the file has other columns or types"), std::string::npos);
    auto const right =
        sparseconv::parse_records(writer.bytes(), "scan", {.element = sparseconv::RecordElement::float64});
    EXPECT_EQ(warn_of_implausible(right), "");
  }
}

TEST(ImplausibleNumbers, AreMostOfThemWhereTheyAreNaN) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(warn_of_implausible({.columns = 3, .values = {nan, nan, nan, 1, 2, 3}}), "");
  EXPECT_NE(warn_of_implausible({.columns = 3, .values = {nan, nan, nan, nan, 2, 3}}), "");
  EXPECT_EQ(warn_of_implausible({}), "");
}

}  // namespace
}  // namespace scan_input::implausible_numbers_test
