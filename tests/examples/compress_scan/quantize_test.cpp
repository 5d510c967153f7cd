#include "compress_scan/quantize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/rounded_once.hpp"

namespace compress_scan::quantize_test {
namespace {

using sparseconv::test::message_of;

TEST(RoundHalfToEven, TakesTheEvenOfTwoThatAreEquallyNear) {
  EXPECT_EQ(round_half_to_even(0.5F), 0);
  EXPECT_EQ(round_half_to_even(1.5F), 2);
  EXPECT_EQ(round_half_to_even(2.5F), 2);
  EXPECT_EQ(round_half_to_even(-0.5F), 0);
  EXPECT_EQ(round_half_to_even(-1.5F), -2);
  EXPECT_EQ(round_half_to_even(-2.5F), -2);
  EXPECT_EQ(round_half_to_even(2.4999998F), 2);
  EXPECT_EQ(round_half_to_even(2.5000002F), 3);
  EXPECT_EQ(round_half_to_even(0.49999997F), 0) << "0.5 may not be added in float";
  EXPECT_EQ(round_half_to_even(8388609), 8388609) << "nor here";
}

/// A step of 64 mm: 131072 / 64 = 2048 at the scanner; 1.6 m are 25 sites further, and 96 mm lie between 1 and 2 sites.
TEST(Quantize, CountsSitesFromTheOffset) {
  ScanHeader const header{.step = 64};
  QuantizedPoints const points =
      quantize({.columns = 4, .values = {0, 1.6F, -0.096F, 9, 0.032F, -1.6F, 0.160F, 9}}, header);
  ASSERT_EQ(points.sites.size(), 2U);
  EXPECT_EQ(points.sites[0], (sparseconv::Coordinate<3>{0, {2046, 2073, 2048}})) << "z, y, x";
  EXPECT_EQ(points.sites[1], (sparseconv::Coordinate<3>{0, {2050, 2023, 2048}}));
  EXPECT_DOUBLE_EQ(metres(2073, header), 1.6);
  EXPECT_DOUBLE_EQ(metres(2023, header), -1.6);
}

TEST(Quantize, CountsFromTheCloudsOwnOffset) {
  sparseconv::PointCloud cloud{.columns = 3, .values = {0.6F, 0, 0}};
  cloud.offset = {1, 0, -1.6};
  EXPECT_EQ(quantize(cloud, {.step = 64}).sites.at(0), (sparseconv::Coordinate<3>{0, {2023, 2048, 2073}}));
}

TEST(Quantize, LeavesOutWhatIsNotFinite) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  float const infinity = std::numeric_limits<float>::infinity();
  QuantizedPoints const points = quantize({.columns = 3, .values = {nan, 0, 0, 1, 2, 3, 0, 0, -infinity}}, {.step = 1});
  EXPECT_EQ(points.not_finite, 2);
  EXPECT_EQ(points.sites.size(), 1U);
  EXPECT_TRUE(quantize({}, {.step = 1}).sites.empty());
}

TEST(Quantize, RefusesWhatDoesNotFit) {
  std::string const message = message_of<sparseconv::CoordinateError>([] {
    return quantize({.columns = 3, .values = {0, 0, 0, 0, 3e9F, 0}}, {.step = 1});
  });
  EXPECT_EQ(
      message,
      "compress_scan: point 1 has the position 3e+09 m along axis y, which by the step 1 is no site of 32 bits; take "
      "a larger --step, or leave the point out");
}

/// At 4,500 km, as maps count, floats of thousandths of a metre are 512 apart, whatever the cloud's own offset keeps of them. A step
/// of 1024 is the first that they can tell apart.
TEST(Quantize, RefusesToTakeSitesApartThatFloatsDoNot) {
  sparseconv::PointCloud cloud{.columns = 3, .values = {0, 0, 0, 1, 2, 3}};
  cloud.offset = {500000, 4500000, 100};
  EXPECT_EQ(message_of<sparseconv::CoordinateError>([&] { return quantize(cloud, {.step = 64}); }),
            "compress_scan: point 1 lies so far from 0 that floats there are 512 mm apart, and the step is 64 mm; "
            "subtract a place near the scan from its positions, or take a larger --step");
  EXPECT_THROW((void)quantize(cloud, {.step = 1023}), sparseconv::CoordinateError);
  EXPECT_EQ(quantize(cloud, {.step = 1024}).sites.size(), 2U);
  EXPECT_THROW((void)quantize({.columns = 3, .values = {0, 0, 0}}, {.step = 0.02F}), sparseconv::CoordinateError)
      << "at 131072 they are 1 / 64 apart";
  EXPECT_EQ(quantize({.columns = 3, .values = {0, 0, 0}}, {.step = 0.03125F}).sites.size(), 1U);
}

/// 2147483647 * 0.3 has 55 digits, and a sum that rounds the product first would end in another one.
TEST(Metres, AreRoundedOnceBeforeTheyAreDivided) {
  ScanHeader const header{.step = 0.3F};
  EXPECT_EQ(metres(2147483647, header),
            sparseconv::test::rounded_once(2147483647.0, static_cast<double>(0.3F), -131072.0) / 1000);
}

}  // namespace
}  // namespace compress_scan::quantize_test
