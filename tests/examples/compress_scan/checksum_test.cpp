#include "compress_scan/checksum.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string_view>

namespace compress_scan {
namespace {

/// 0xcbf43926 of these digits is the check value that catalogues of such sums state.
TEST(Checksum, IsTheCrcOfZip) {
  std::string_view const digits = "123456789";
  Checksum checksum;
  EXPECT_EQ(checksum.value(), 0U);
  checksum.add(std::as_bytes(std::span(digits.substr(0, 4))));
  checksum.add({});
  checksum.add(std::as_bytes(std::span(digits.substr(4))));
  EXPECT_EQ(checksum.value(), 0xcbf43926U);
}

}  // namespace
}  // namespace compress_scan
