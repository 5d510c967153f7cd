#include "sparseconv/io/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::text_test {
namespace {

using test::ByteWriter;
using test::message_of;
using Names = std::vector<std::string>;
using Values = std::vector<float>;

PointCloud parse(std::string const& text, TextFormat const& format = {}) {
  return parse_text(ByteWriter(text).bytes(), "scan", format);
}

std::string failure(std::string const& text, TextFormat const& format = {}) {
  return message_of<FormatError>([&] { return parse(text, format); });
}

TEST(Text, ReadsAnySeparatorAndLineEnd) {
  for (const std::string separator : {" ", "  ", "\t", ",", ", ", ";", " ; "})
    for (const std::string line_end : {"\n", "\r\n", "\r", "\n\n"}) {
      const PointCloud cloud = parse("1" + separator + "2" + separator + "3.5" + separator + "-1e2" + line_end + "4" +
                                     separator + "5" + separator + "6" + separator + "+7" + line_end);
      EXPECT_EQ(cloud.values, (Values{1, 2, 3.5, -100, 4, 5, 6, 7})) << separator;
      EXPECT_EQ(cloud.columns, 4);
      EXPECT_TRUE(cloud.names.empty());
    }
  EXPECT_EQ(parse("1|2|3", {.separator = '|'}).values, (Values{1, 2, 3}));
  // The names have the separator that is told, too, or their own.
  EXPECT_EQ(parse("x|y|z|a\n1|2|3|4\n", {.separator = '|'}).names, (Names{"x", "y", "z", "a"}));
  EXPECT_EQ(parse("# x|y|z|a\n1|2|3|4\n", {.separator = '|'}).names, (Names{"x", "y", "z", "a"}));
  EXPECT_EQ(parse("x, y, z, a b\n1 2 3 4\n").names, (Names{"x", "y", "z", "a b"}));
  // A comma is a number's own between other separators.
  EXPECT_EQ(parse("1,5;2,25;3\n").values, (Values{1.5, 2.25, 3}));
  EXPECT_EQ(parse("1,5\t2,25\t3\n").values, (Values{1.5, 2.25, 3}));
  EXPECT_EQ(parse("1,5 2,25 3\n4 5,5 6\n").values, (Values{1.5, 2.25, 3, 4, 5.5, 6}));
  EXPECT_EQ(parse("x,y,z\n\"1,5\",\"2,25\",3\n").values, (Values{1.5, 2.25, 3}));
  EXPECT_EQ(parse("\"x\" \"y\" \"z\" \"a b\"\n\"1\" 2 \"3\" 4\n").names, (Names{"x", "y", "z", "a b"}));
}

TEST(Text, TakesTabsAsSeparatorsOrAsGaps) {
  // One tab each: what is missing is NaN.
  const PointCloud cloud = parse("1\t2\t3\t4\n5\t6\t\t8\n");
  EXPECT_TRUE(std::isnan(cloud.row(1)[2]));
  EXPECT_EQ(cloud.row(1)[3], 8.0F);
  // Pandas writes no name above its index.
  EXPECT_EQ(parse("\tx\ty\tz\n0\t1\t2\t3\n").values, (Values{1, 2, 3}));
  EXPECT_TRUE(std::isnan(parse("x\ty\tz\ta\n1\t2\t\t4\n").row(0)[2]));
  // As many tabs as bring the numbers under one another.
  EXPECT_EQ(parse("1\t\t2\t3\n4.5678901\t5\t6\n").size(), 2);
  EXPECT_EQ(parse("4.5678901\t5\t6\n1\t\t2\t3\n").row(1)[1], 2.0F);
}

TEST(Text, TakesNamesFromALineAboveTheNumbers) {
  EXPECT_EQ(parse("intensity,Z,Y,X\n9,3,2,1\n").names, (Names{"x", "y", "z", "intensity"}));
  EXPECT_EQ(parse("intensity,Z,Y,X\n9,3,2,1\n").values, (Values{1, 2, 3, 9}));
  EXPECT_EQ(parse("\xEF\xBB\xBF\"x\";\"y\";\"z\"\n1;2;3\n").names, (Names{"x", "y", "z"}));
  // As CloudCompare and numpy.savetxt write it.
  EXPECT_EQ(parse("//X Y Z R G B\n1 2 3 4 5 6\n").names, (Names{"x", "y", "z", "R", "G", "B"}));
  EXPECT_EQ(parse("# made by hand\n# x y z\n1 2 3\n# more\n4 5 6\n").values, (Values{1, 2, 3, 4, 5, 6}));
  // Comments that are no names.
  EXPECT_TRUE(parse("# made by hand\n1 2 3\n").names.empty());
  EXPECT_TRUE(parse("# x y z and more\n1 2 3\n").names.empty());
  EXPECT_EQ(parse("x y z\n").columns, 3);
  EXPECT_TRUE(parse("x y z\n").empty());
}

TEST(Text, TakesNamesThatAreGiven) {
  const PointCloud cloud = parse("t,east,north,up\n9,1,2,3\n", {.names = "_ x y z"});
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3}));
  EXPECT_EQ(parse("1 2 3 16711680\n", {.names = "x y z rgb"}).values, (Values{1, 2, 3, 16711680}));
}

TEST(Text, TakesTheNumberOfPointsAbove) {
  const PointCloud cloud = parse("2\n1 2 3 -1000 255 128 0\n4 5 6 -900 1 2 3\n");
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "intensity", "red", "green", "blue"}));
  EXPECT_EQ(cloud.size(), 2);
  // Scans one behind another.
  EXPECT_EQ(parse("1\n1 2 3 4\n2\n5 6 7 8\n9 1 2 3\n").size(), 3);
  EXPECT_TRUE(parse("0\n").empty());
  EXPECT_EQ(failure("3\n1 2 3\n4 5 6\n"),
            "read_text: scan: a line says that there are 3 points, and 2 are there; the file is truncated");
  EXPECT_EQ(failure("1\n1 2 3\n4 5 6\n"),
            "read_text: scan: a line says that there are 1 points, and 2 are there; correct that line");
}

TEST(Text, TakesMissingValuesAsNaN) {
  const PointCloud cloud = parse("1,2,3,4\n5,6,,8\n9,1,2,nan\n");
  EXPECT_TRUE(std::isnan(cloud.row(1)[2]));
  EXPECT_EQ(cloud.row(1)[3], 8.0F);
  EXPECT_TRUE(std::isnan(cloud.row(2)[3]));
  // A separator at the end of each line is one too many, unless the names tell that a value is missing there.
  EXPECT_EQ(parse("1,2,3,\n4,5,6,\n").values, (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(parse("x,y,z,\n1,2,3,\n").columns, 3);
  EXPECT_TRUE(std::isnan(parse("x,y,z,a\n1,2,3,\n").row(0)[3]));
  EXPECT_TRUE(std::isnan(parse("1,2,3,4\n1,2,3,\n").row(1)[3]));
  EXPECT_TRUE(std::isnan(parse("1,2,3\n,,\n").row(1)[0]));
  // The points that a camera did not see are the first ones often.
  EXPECT_EQ(parse("x,y,z\n,,\n,,\n1,2,3\n").size(), 3);
  EXPECT_TRUE(std::isnan(parse("x y z a\n1 2 3 NA\n").row(0)[3]));
  EXPECT_TRUE(std::isnan(parse("x,y,z\n1,2,null\n").row(0)[2]));
}

TEST(Text, PassesOverColumnsWithoutNumbers) {
  std::string const labelled = "stamp,x,y,z,class\n2026-01-01T00:00:00,1,2,3,car\n2026-01-01T00:00:01,4,5,6,\"a, b\"\n";
  EXPECT_EQ(parse(labelled, {.names = "_ x y z _"}).values, (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(
      failure(labelled),
      "read_text: scan: line 2 has \"2026-01-01T00:00:00\" as \"stamp\", where a number stands; name the columns by "
      "TextFormat::names, and that one _, which is passed over");
  // Molecules, and vertices of a mesh.
  EXPECT_EQ(parse("2\nwater\nO 1 2 3\nH 4 5 6\n", {.names = "_ x y z"}).size(), 2);
  EXPECT_EQ(parse("v 1 2 3\nv 4 5 6\n", {.names = "_ x y z"}).values, (Values{1, 2, 3, 4, 5, 6}));
  // Lines of words say nothing where the names are told.
  EXPECT_EQ(parse("A survey, 2026\nEast North Up\nm m m\n1 2 3\n", {.names = "x y z"}).values, (Values{1, 2, 3}));
  // A point is never taken for one of them.
  EXPECT_EQ(
      failure("1 2 3 four\n5 6 7 8\n", {.names = "x y z a"}),
      "read_text: scan: line 1 has \"four\" as \"a\", where a number stands; name the columns by TextFormat::names, "
      "and that one _, which is passed over");
  EXPECT_EQ(failure("1 2 3 four\n5 6 7\n", {.names = "x y z"}),
            "read_text: scan: line 1, \"1 2 3 four\", has numbers for x, y and z, and 4 values where 3 columns have "
            "names; name all of them by TextFormat::names, and by TextFormat::separator what stands between them");
  EXPECT_EQ(failure("a title\n1 2 3 four\n", {.names = "x y z _ intensity"}),
            "read_text: scan: line 2, \"1 2 3 four\", has numbers for x, y and z, and 4 values where 5 columns have "
            "names; name all of them by TextFormat::names, and by TextFormat::separator what stands between them");
  EXPECT_EQ(failure("1 2 3\n", {.names = "x y z", .separator = ','}),
            "read_text: scan: line 1, \"1 2 3\", has numbers for x, y and z, and 3 values where 3 columns have "
            "names; name all of them by TextFormat::names, and by TextFormat::separator what stands between them");
  // Nor is a file of points in another way for one of none.
  std::string const none =
      "read_text: scan: no line of numbers is in it; is the file empty, or in another format, or does something else "
      "than a comma, a semicolon or blanks stand between its values? Name that by TextFormat::separator";
  EXPECT_EQ(failure("1|2|3\n", {.names = "x y z"}), none);
  EXPECT_EQ(failure("a|b|c\n1|2|3\n", {.names = "x y z"}), none);
  EXPECT_EQ(failure("p(1, 2, 3)\np(4, 5, 6)\n", {.names = "x y z"}), none);
  EXPECT_TRUE(parse("east,north,up\n", {.names = "x y z"}).empty());
}

TEST(Text, TakesPositionsRelativeToAnOffset) {
  const PointCloud cloud = parse("500000.05 5400000.10 3.25\n500000.10 5400000.15 3.5\n");
  EXPECT_EQ(cloud.offset, (std::array<double, 3>{500000, 5400000, 0}));
  EXPECT_NEAR(cloud.row(1)[0], 0.1, 1e-8);
  EXPECT_NEAR(cloud.row(1)[1], 0.15, 1e-8);
  EXPECT_EQ(cloud.row(1)[2], 3.5F);
  // Positions that float has are kept as they are.
  EXPECT_EQ(parse("500000 8193.5 3\n").offset, (std::array<double, 3>{}));
}

TEST(Text, NamesWhatIsNoTextOfPoints) {
  EXPECT_EQ(failure(""),
            "read_text: scan: no line of numbers is in it; is the file empty, or in another format, or does something "
            "else than a comma, a semicolon or blanks stand between its values? Name that by TextFormat::separator");
  EXPECT_EQ(
      failure("one\ntwo\n"),
      "read_text: scan: line 2, \"two\", is not of numbers, and a line of names was above it; name the columns by "
      "TextFormat::names, as in \"x y z _\", or what stands between values by TextFormat::separator; or is the "
      "file in another format?");
  EXPECT_EQ(
      failure("1 2\n"),
      "read_text: scan: line 1, \"1 2\", has 2 values; points need x, y and z. Where something else than a comma, a "
      "semicolon or blanks stands between them, name it by TextFormat::separator");
  EXPECT_EQ(
      failure("a,b,c\n1,2,3\n"),
      "read_text: scan: its columns are called \"a\", \"b\", \"c\", and points need one x, y and z each; name the "
      "columns by TextFormat::names, as in \"x y z _\"");
  EXPECT_EQ(failure("x,y,z\n1,2,3,4\n"),
            "read_text: scan: 3 columns have names, line 2, \"1,2,3,4\", has 4 values; name all of them by "
            "TextFormat::names");
  EXPECT_EQ(failure("1 2 3\n4 5\n"),
            "read_text: scan: line 2 has 2 values, line 1 has 3; give every point all its numbers");
  EXPECT_EQ(
      failure("1 2 3\n4 five 6\n"),
      "read_text: scan: line 2 has \"five\", where a number stands; correct it, or pass over that column, as _ in "
      "TextFormat::names");
  EXPECT_EQ(failure("\xFF\xFE" + std::string("1\0", 2)),
            "read_text: scan: the text is UTF-16; save it as UTF-8, or ASCII");
  EXPECT_EQ(failure(std::string("1 2 3\n4 5 \0", 11)),
            "read_text: scan: byte 10 is zero, which no text has; the file is damaged, or in another format");
  EXPECT_EQ(failure("1 2 3\n" + std::string(1048577, '1')),
            "read_text: scan: line 2 has more than 1048576 bytes; is the file in another format?");
}

TEST(Text, GivesBlocksThatAreTheWhole) {
  std::string text = "x y z\r\n";
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + " 2 3\r\n";
  const test::TemporaryFile file("scan.txt", ByteWriter(text).bytes());
  PointBlocks blocks = text_blocks(file.path(), {}, {.block_points = 30000});
  PointCloud block;
  std::int64_t count = 0;
  while (blocks.next(block))
    for (std::int64_t i = 0; i < block.size(); ++i) ASSERT_EQ(block.row(i)[0], static_cast<float>(count++));
  EXPECT_EQ(count, 100000);
  EXPECT_EQ(blocks.progress(), 1);
  EXPECT_EQ(read_text(file.path()).size(), 100000);
}

TEST(Text, ReadsNoFurtherThanAFileOfZeros) {
  const test::TemporaryFile file("scan.xyz", ByteWriter("1 2 3\n").bytes());
  if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
  EXPECT_LT(test::bytes_read_by([&] {
              EXPECT_NE(message_of<FormatError>([&] { return read_text(file.path()); }).find("byte 6 is zero"),
                        std::string::npos);
            }),
            std::uint64_t{4} << 20);
}

}  // namespace
}  // namespace sparseconv::text_test
