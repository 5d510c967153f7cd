#include "compress_scan/checksum.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace compress_scan::checksum_test {
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

TEST(Checksum, IsTheSameInAnyPieces) {
  std::vector<std::byte> bytes;
  for (unsigned i = 0; i < 67; ++i) bytes.push_back(static_cast<std::byte>(i * i * 7));
  Checksum one_by_one;
  for (std::byte const& byte : bytes) one_by_one.add(std::span(&byte, 1));
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    Checksum in_two;
    in_two.add(std::span(bytes).first(first));
    in_two.add(std::span(bytes).subspan(first));
    EXPECT_EQ(in_two.value(), one_by_one.value()) << first;
  }
}

}  // namespace
}  // namespace compress_scan::checksum_test
