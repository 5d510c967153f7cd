// The container: what is written is read again, and nothing else is taken.

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "compress_scan/format_scan.hpp"
#include "compress_scan/parse_scan.hpp"
#include "support/error_message.hpp"

namespace compress_scan::scan_file_test {
namespace {

using Bytes = std::vector<std::byte>;
using sparseconv::test::message_of;

/// Two sites at the top with all children and one, 70 sites, one level.
CompressedScan example() {
  CompressedScan scan;
  scan.header = {.arithmetic = Arithmetic::separate, .step = 0.5F, .offset = -7, .weights = 0x01020304};
  scan.sites = 300;
  for (int i = 0; i < 9; ++i) scan.top.push_back({{5 - i, -1, i / 3}, 0xff});
  for (int i = 0; i < 9; ++i) scan.top[static_cast<std::size_t>(i)].position[0] = i % 3;
  scan.levels.push_back({Bytes(200, std::byte{3}), Bytes(1, std::byte{9})});
  scan.checksum = 0xfffefdfc;
  return scan;
}

std::string refusal(Bytes const& bytes) {
  return message_of<sparseconv::FormatError>([&] { return parse_scan(bytes, "here"); });
}

void expect_refused(CompressedScan const& scan, std::string const& words) {
  std::string const message = refusal(format_scan(scan));
  EXPECT_EQ(message.rfind("here: ", 0), 0U) << message;
  EXPECT_NE(message.find(words), std::string::npos) << message;
}

/// 18 of the header, 2 for 300 as a count, 2 counts, 9 sites of 13, streams of 2 + 200 and 1 + 1, the checksum.
TEST(ScanFile, HasTheBytesThatTheDocumentSays) {
  Bytes const bytes = format_scan(example());
  ASSERT_EQ(bytes.size(), 18U + 2 + 2 + 9 * 13 + 202 + 2 + 4);
  std::string text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  EXPECT_EQ(text.substr(0, 4), "scnc");
  EXPECT_EQ(text.substr(4, 14), std::string("\1\2\0\0\0\x3f\xf9\xff\xff\xff\4\3\2\1", 14)) << "0.5 is 0x3f000000";
  EXPECT_EQ(text.substr(18, 4), "\xac\x02\x09\x01") << "300 is 0x2c + 2 * 128";
  EXPECT_EQ(text.substr(22, 13), std::string("\0\0\0\0\xff\xff\xff\xff\0\0\0\0\xff", 13));
  EXPECT_EQ(text.substr(139, 3), "\xc8\x01\x03");
  EXPECT_EQ(text.substr(bytes.size() - 4), "\xfc\xfd\xfe\xff");
}

TEST(ScanFile, IsReadAsItWasWritten) {
  CompressedScan nothing;
  nothing.header.step = 16;
  CompressedScan finest = example();
  finest.header.step = 0.001F;
  CompressedScan coarsest = example();
  coarsest.header.step = 1e6F;
  for (CompressedScan const& scan : {example(), nothing, finest, coarsest}) {
    Bytes const bytes = format_scan(scan);
    CompressedScan const again = parse_scan(bytes, "here");
    EXPECT_EQ(again.sites, scan.sites);
    EXPECT_EQ(again.header.step, scan.header.step);
    EXPECT_EQ(format_scan(again), bytes);
  }
}

TEST(ScanFile, RefusesEveryBeginningAndWhatGoesOn) {
  Bytes bytes = format_scan(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string const message = refusal(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_NE(message.find(size < 4 ? "this is no compressed scan" : "the file ends at byte"), std::string::npos)
        << message;
  }
  bytes.push_back(std::byte{0});
  EXPECT_EQ(refusal(bytes),
            "here: the file goes on behind its end at byte 347 for 1 bytes; it is damaged, or two files were joined");
}

TEST(ScanFile, SaysWhatIsWrong) {
  Bytes bytes = format_scan(example());
  bytes[4] = std::byte{2};
  EXPECT_EQ(refusal(bytes),
            "here: the file has version 2 of the format, and this program reads version 1; take the program that wrote "
            "it, or a newer one");
  bytes[4] = std::byte{1};
  bytes[5] = std::byte{3};
  EXPECT_EQ(refusal(bytes),
            "here: the file was made with arithmetic 3, and this program knows fused (1) and separate (2); take the "
            "program that wrote it, or a newer one");
  auto const expect = [](auto const& change, char const* words) {
    CompressedScan scan = example();
    change(scan);
    expect_refused(scan, words);
  };
  expect([](auto& scan) { scan.header.step = 0; },
         "the step is 0, and has to be a number from 0.001 to 1e+06; the file is damaged");
  expect([](auto& scan) { scan.header.step = -1; }, "the step is -1");
  expect([](auto& scan) { scan.header.step = std::nextafter(0.001F, 0.0F); }, "and has to be a number from 0.001");
  expect([](auto& scan) { scan.header.step = std::nextafter(1e6F, 2e6F); }, "the step is 1000000.06, and has to be");
  expect([](auto& scan) { scan.header.step = 3e38F; }, "the step is 3e+38");
  expect([](auto& scan) { scan.header.step = std::numeric_limits<float>::quiet_NaN(); }, "the step is nan");
  expect([](auto& scan) { scan.header.step = std::numeric_limits<float>::infinity(); }, "the step is inf");
  expect([](auto& scan) { scan.sites = std::int64_t{1} << 31; }, "2^31 - 1 is the most");
  expect([](auto& scan) { scan.sites = 0; }, "a file of 0 sites with 9 at the top and 1 levels below it cannot be");
  expect([](auto& scan) { scan.sites = 71; }, "the top has 72 children with 1 levels below, and the file 71 sites");
  expect([](auto& scan) { scan.top.resize(3); }, "the top has 24 children with 1 levels below");
  expect([](auto& scan) { scan.levels.clear(); }, "the top has 72 children with 0 levels below");
  expect([](auto& scan) { scan.levels.resize(31); }, "31 levels below it cannot be");
  expect([](auto& scan) { scan.top.resize(64, scan.top[0]); }, "64 at the top");
  expect([](auto& scan) { scan.top[4].occupancy = 0; }, "site 4 of the top has no child");
  expect([](auto& scan) { std::swap(scan.top[4], scan.top[5]); }, "sites 4 and 5 of the top are not in order");
  expect([](auto& scan) { scan.top[5] = scan.top[4]; }, "sites 4 and 5 of the top are not in order");
  expect([](auto& scan) { scan.top[8].position[2] = 1 << 29; }, "site 8 of the top is at 536870912");
}

/// 300 as three bytes, and a count without an end.
TEST(ScanFile, RefusesCountsThatAreWrittenOtherwise) {
  Bytes const bytes = format_scan(example());
  auto const with = [&](Bytes const& count) {
    Bytes changed(bytes.begin(), bytes.begin() + 18);
    changed.insert(changed.end(), count.begin(), count.end());
    changed.insert(changed.end(), bytes.begin() + 20, bytes.end());
    return refusal(changed);
  };
  EXPECT_NE(with({std::byte{0xac}, std::byte{0x82}, std::byte{0}}).find("the number of sites"), std::string::npos);
  EXPECT_NE(with(Bytes(12, std::byte{0xff})).find("is no count as this format has them"), std::string::npos);
}

}  // namespace
}  // namespace compress_scan::scan_file_test
