#include "sparseconv/io/las_header.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/las_file.hpp"

namespace sparseconv::las_header_test {
namespace {

/// The bytes of a header, which a test changes at places that it counts itself, from the table of the specification.
class Header {
 public:
  explicit Header(test::LasFile const& file) : bytes_(test::las_header(file).bytes()) {}

  template <class T>
  Header& put(std::size_t at, T number) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_[at + i] = static_cast<std::byte>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFFU);
    return *this;
  }
  [[nodiscard]] LasHeader parsed() const { return parse_las_header(bytes_, "las"); }
  [[nodiscard]] std::string failure() const {
    return test::message_of<FormatError>([&] { return parsed(); });
  }

 private:
  std::vector<std::byte> bytes_;
};

TEST(LasHeader, TellsWhatStandsAtThePlacesOfTheSpecification) {
  for (int const minor : {0, 1, 2, 3, 4}) {
    LasHeader const header =
        Header({.minor = minor, .format = 3, .record_bytes = 40, .points = 77, .scale = 0.5, .x_offset = -3})
            .put<std::uint32_t>(96, 1234)
            .put<std::uint64_t>(139, 0x3FD0000000000000)  // the scale of y: 0.25
            .put<std::uint64_t>(147, 0xC000000000000000)  // the scale of z: -2
            .put<std::uint64_t>(163, 0x4059000000000000)  // the shift of y: 100
            .put<std::uint64_t>(171, 0x3FF8000000000000)  // the shift of z: 1.5
            .parsed();
    EXPECT_EQ(header.format, 3u);
    EXPECT_EQ(header.record_bytes, 40u);
    EXPECT_EQ(header.points, 77u);
    EXPECT_EQ(header.points_begin, 1234u);
    EXPECT_EQ(header.scale, (std::array<double, 3>{0.5, 0.25, -2}));
    EXPECT_EQ(header.shift, (std::array<double, 3>{-3, 100, 1.5}));
  }
}

TEST(LasHeader, TellsTheNumberOfPointsOfEitherPlace) {
  EXPECT_EQ(Header({.minor = 4, .points = 5000000000, .old_count = 3}).parsed().points, 5000000000u);
  EXPECT_EQ(Header({.minor = 4, .points = 0, .old_count = 3}).parsed().points, 3u);
  EXPECT_EQ(Header({.minor = 3, .points = 4294967295}).parsed().points, 4294967295u);
}

// What stands behind a header that is shorter than that of 1.4 is no number of points.
TEST(LasHeader, EndsWhereItSays) {
  for (int const header_bytes : {227, 235, 254}) {
    Header header({.minor = 4, .old_count = 3});
    header.put<std::uint16_t>(94, static_cast<std::uint16_t>(header_bytes));
    header.put<std::uint64_t>(247, 1);
    EXPECT_EQ(header.parsed().points, 3u) << header_bytes;
  }
  Header longer({.minor = 4, .points = 9, .old_count = 3});
  EXPECT_EQ(longer.put<std::uint16_t>(94, 255).parsed().points, 9u);
}

TEST(LasHeader, RefusesScalesAndShiftsThatAreNoNumbers) {
  for (std::size_t const at : {131u, 139u, 147u, 155u, 163u, 171u}) {
    for (std::uint64_t const bits : {0x7FF0000000000000u, 0xFFF0000000000000u, 0x7FF8000000000000u}) {
      std::string const message = Header({}).put<std::uint64_t>(at, bits).failure();
      std::string const axis(1, "xyz"[(at - 131) / 8 % 3]);
      EXPECT_TRUE(message.starts_with("las: along " + axis + " positions have the scale ")) << message;
    }
  }
  for (std::size_t const at : {131u, 139u, 147u})
    EXPECT_NE(Header({}).put<std::uint64_t>(at, 0).failure().find(" positions have the scale 0 "), std::string::npos);
}

// The sizes of the specification's tables, summed by hand: 20 and 30 bytes, time 8, colours 6, near infrared 2, waves 29.
TEST(LasRecords, HaveTheSizesOfTheirParts) {
  constexpr std::array<std::size_t, 11> bytes{20, 20 + 8, 20 + 6,     20 + 8 + 6, 20 + 8 + 29,    20 + 8 + 6 + 29,
                                              30, 30 + 6, 30 + 6 + 2, 30 + 29,    30 + 6 + 2 + 29};
  for (unsigned format = 0; format < 11; ++format) {
    auto const size = static_cast<int>(bytes[format]);
    int const minor = format < 6 ? 3 : 4;
    EXPECT_EQ(las_records[format].bytes, bytes[format]);
    EXPECT_EQ(Header({.minor = minor, .format = static_cast<int>(format), .record_bytes = size}).parsed().format,
              format);
    EXPECT_NE(Header({.minor = minor, .format = static_cast<int>(format), .record_bytes = size - 1})
                  .failure()
                  .find("the file is damaged"),
              std::string::npos);
    // Each part lies behind the one before it, and within the record.
    LasRecord const record = las_records[format];
    if (record.time != 0) {
      EXPECT_EQ(record.time, format < 6 ? 20u : 22u);
    }
    if (record.red != 0) {
      EXPECT_EQ(record.red, format < 6 ? 20u + (record.time != 0 ? 8u : 0u) : 30u);
    }
    if (record.near_infrared != 0) {
      EXPECT_EQ(record.near_infrared, record.red + 6);
    }
  }
}

}  // namespace
}  // namespace sparseconv::las_header_test
