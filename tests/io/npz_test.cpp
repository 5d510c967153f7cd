#include "sparseconv/io/npz.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/hostile_name.hpp"
#include "support/npy_file.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"
#include "support/zip_file.hpp"

namespace sparseconv::npz_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

using test::overwrite;
using test::zip;

const ByteWriter points = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
const ByteWriter others = npy_header("<f4", "(1, 4)").numbers<float>(7, 8, 9, 10);
const ByteWriter labels = npy_header("<i8", "(2,)").numbers<std::int64_t>(1, 0);

TEST(Npz, ReadsStoredAndDeflated) {
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const PointCloud cloud = parse_npz(zip({{"pc.npy", points}}, method), "scan");
    EXPECT_EQ(cloud.size(), 2);
    EXPECT_EQ(cloud.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  }
}

const ByteWriter intrinsics = npy_header("<f8", "(3, 3)").numbers<double>(1, 0, 0, 0, 1, 0, 0, 0, 1);
const ByteWriter pose = npy_header("<f8", "(4, 4)").numbers<double>(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

TEST(Npz, TakesTheOnlyOneThatCanBeACloud) {
  auto const bytes =
      zip({{"readme.txt", ByteWriter("text")}, {"labels.npy", labels}, {"b.npy", others}, {"c.npy", labels}});
  EXPECT_EQ(parse_npz(bytes, "scan").columns, 4);
}

TEST(Npz, TakesUsualNamesFirst) {
  for (const std::string_view name : usual_point_arrays)
    EXPECT_EQ(
        parse_npz(zip({{"K.npy", intrinsics}, {"lidar2cam.npy", pose}, {std::string(name) + ".npy", points}}), "scan")
            .values,
        (std::vector<float>{1, 2, 3, 4, 5, 6}))
        << name;
  // Open3D's archive has colours of the same shape.
  EXPECT_EQ(parse_npz(zip({{"colors.npy", points}, {"positions.npy", others}}), "scan").columns, 4);
  // The more usual of two, wherever it stands.
  EXPECT_EQ(parse_npz(zip({{"xyz.npy", points}, {"points.npy", others}, {"pc.npy", points}}), "scan").columns, 4);
}

TEST(Npz, RefusesAUsualNameThatCannotBeReadAndTakesNoOther) {
  const ByteWriter objects = npy_header("|O", "(2, 3)");
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"K.npy", intrinsics}, {"points.npy", objects}}), "scan");
            }),
            "read_npz: scan: array \"points\": the dtype \"|O\" means Python objects, not numbers; save "
            "a.astype('<f4')");
}

TEST(Npz, RefusesToChooseAndListsWhatCouldBeMeant) {
  EXPECT_EQ(
      message_of<FormatError>([&] {
        return parse_npz(zip({{"K.npy", intrinsics}, {"labels.npy", labels}, {"lidar2cam.npy", pose}}), "scan");
      }),
      "read_npz: scan: 2 of its arrays could be the points: \"K\" (3 x 3), \"lidar2cam\" (4 x 4); name the one by "
      "NpzOptions::array, as in read_npz(path, {.array = \"K\"})");
  // The name that np.savez gives to what comes first says nothing.
  EXPECT_EQ(
      message_of<FormatError>([&] {
        return parse_npz(zip({{"arr_0.npy", intrinsics}, {"arr_1.npy", points}}), "scan");
      }),
      "read_npz: scan: 2 of its arrays could be the points: \"arr_0\" (3 x 3), \"arr_1\" (2 x 3); name the one by "
      "NpzOptions::array, as in read_npz(path, {.array = \"arr_0\"})");
  // What cannot be read may be what was meant, so the other is not taken for it.
  const ByteWriter structured =
      npy_header("{'descr': [('x', '<c8'), ('y', '<c8'), ('z', '<c8')], 'fortran_order': False, 'shape': (2,)}");
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"K.npy", intrinsics}, {"frame.npy", structured}}), "scan");
            }),
            "read_npz: scan: 2 of its arrays could be the points: \"K\" (3 x 3), \"frame\" (cannot be read as it is); "
            "name the one by NpzOptions::array, as in read_npz(path, {.array = \"K\"})");
}

TEST(Npz, TakesStructuredArraysAndOffsets) {
  const ByteWriter structured = npy_header(
      "{'descr': [('x', '<f8'), ('y', '<f8'), ('z', '<f8'), ('i', '|u1')], 'fortran_order': False, 'shape': (1,)}");
  ByteWriter frame = structured;
  frame.numbers<double>(500000.25, 2, 3).numbers<std::uint8_t>(9);
  const PointCloud cloud =
      parse_npz(zip({{"labels.npy", labels}, {"frame.npy", frame}}), "scan", {.reading = {.offset = {{500000, 0, 0}}}});
  EXPECT_EQ(cloud.names.back(), "i");
  EXPECT_EQ(cloud.values, (std::vector<float>{0.25, 2, 3, 9}));
  EXPECT_EQ(cloud.offset[0], 500000);
}

TEST(Npz, JudgesNoMoreThanAThousandArrays) {
  test::ZipEntries entries;
  for (int i = 0; i < 1001; ++i) entries.emplace_back("a" + std::to_string(i) + ".npy", labels);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npz(zip(entries), "scan"); }),
            "read_npz: scan: none of its 1001 arrays has a usual name such as \"points\"; name one by "
            "NpzOptions::array");
  entries.emplace_back("points.npy", points);
  EXPECT_EQ(parse_npz(zip(entries), "scan").columns, 3);
}

TEST(Npz, TakesTheArrayOfThatName) {
  auto const bytes = zip({{"b.npy", others}, {"a.npy", points}, {"labels.npy", labels}});
  EXPECT_EQ(parse_npz(bytes, "scan", {.array = "a"}).columns, 3);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npz(bytes, "scan", {.array = "c"}); }),
            "read_npz: scan: no array is called \"c\"; there are \"b\", \"a\", \"labels\"");
  EXPECT_EQ(
      message_of<FormatError>([&] { return parse_npz(bytes, "scan", {.array = "labels"}); }),
      "read_npz: scan: array \"labels\": an array of shape \"(2,)\"; points are N x C with C >= 3: x, y, z and what "
      "else they carry");
}

TEST(Npz, ShowsNamesAsTheyCanBePrinted) {
  std::string const entry = test::hostile_name + ".npy";
  auto const failure = [](test::ZipEntries const& entries, std::string const& array) {
    return message_of<FormatError>([&] { return parse_npz(zip(entries), "scan", {.array = array}); });
  };
  test::expect_shown(failure({{entry, labels}}, ""));
  test::expect_shown(failure({{entry, labels}, {"b.npy", labels}}, ""));
  test::expect_shown(failure({{entry, points}, {"b.npy", points}}, ""));
  test::expect_shown(failure({{entry, points}, {"b.npy", points}}, "c"));
  test::expect_shown(failure({{"b.npy", points}}, test::hostile_name));
}

TEST(Npz, NamesAnArchiveWithoutArrays) {
  for (const std::string array : {"", "pc"})
    EXPECT_EQ(message_of<FormatError>([&] {
                return parse_npz(zip({{"readme.txt", ByteWriter("text")}}), "scan", {.array = array});
              }),
              "read_npz: scan: the archive holds no arrays, which are entries whose names end in .npy; np.savez(path, "
              "points=a) writes one");
}

TEST(Npz, NamesAnArchiveWithoutACloud) {
  const std::string reason =
      ": an array of shape \"(2,)\"; points are N x C with C >= 3: x, y, z and what else they carry";
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"labels.npy", labels}}), "scan");
            }),
            "read_npz: scan: array \"labels\"" + reason);
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"labels.npy", labels}, {"more.npy", labels}}), "scan");
            }),
            "read_npz: scan: none of its 2 arrays can be a point cloud, N x C with C >= 3\n  read_npz: scan: array "
            "\"labels\"" +
                reason + "\n  read_npz: scan: array \"more\"" + reason);
}

TEST(Npz, NamesWhatIsNoArchive) {
  for (ByteWriter const& writer : {ByteWriter("ply\nformat ascii 1.0\n"), ByteWriter()}) {
    const std::string message = message_of<FormatError>([&] { return parse_npz(writer.bytes(), "scan"); });
    EXPECT_EQ(message.find("read_npz: scan: "), 0u) << message;
    EXPECT_NE(message.find(writer.size() == 0 ? "the archive holds no arrays" : "no zip archive can be read from it"),
              std::string::npos)
        << message;
  }
}

TEST(Npz, RefusesAnArrayBeyondTheLimit) {
  // A million zeros deflate to about a thousand bytes.
  ByteWriter zeros = npy_header("|u1", "(250000, 4)");
  zeros.text(std::string(1000000, '\0'));
  auto const bytes = zip({{"pc.npy", zeros}}, ZIP_CM_DEFLATE);
  EXPECT_LT(bytes.size(), 3000u);
  EXPECT_EQ(message_of<CapacityError>([&] { return parse_npz(bytes, "scan", {.max_bytes = 1000127}); }),
            "read_npz: scan: array \"pc\": the array claims 1000128 bytes, the limit is 1000127; if that is its real "
            "size, raise NpzOptions::max_bytes");
  EXPECT_EQ(parse_npz(bytes, "scan", {.max_bytes = 1000128}).size(), 250000);
}

TEST(Npz, RefusesASizeThatIsALie) {
  auto const failure = [](ByteWriter const& array, std::uint32_t claim) {
    auto bytes = zip({{"pc.npy", array}}, ZIP_CM_DEFLATE);
    overwrite(bytes, test::zip_unpacked_bytes, claim);
    return message_of<FormatError>([&] { return parse_npz(bytes, "scan"); });
  };
  // The array's header and the archive agree on 3.9 GB, more than deflate can make of the bytes that are there.
  const std::string impossible =
      failure(npy_header("|u1", "(1300000000, 3)").numbers<float>(1, 2, 3, 4, 5, 6), 3900000128u);
  EXPECT_EQ(impossible.find("read_npz: scan: array \"pc\": the entry claims that "), 0u) << impossible;
  EXPECT_NE(impossible.find(" bytes unpack to 3900000128, deflate makes at most 1032 of one"), std::string::npos)
      << impossible;
  // They agree on what deflate could make, and 24 bytes are there.
  EXPECT_EQ(failure(npy_header("|u1", "(10000, 3)").numbers<float>(1, 2, 3, 4, 5, 6), 30128),
            "read_npz: scan: array \"pc\": the entry claims 30128 bytes, only 152 came out of it; the archive is "
            "damaged");
  EXPECT_EQ(failure(npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3, 4, 5, 6), 140),
            "read_npz: scan: array \"pc\": the entry claims 140 bytes, more came out of it; the archive is damaged");
}

TEST(Npz, RefusesAnEntryLargerThanTheArchive) {
  auto bytes = zip({{"pc.npy", points}}, ZIP_CM_DEFLATE);
  overwrite(bytes, test::zip_packed_bytes, 2000000000u);
  overwrite(bytes, test::zip_unpacked_bytes, 4000000000u);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npz(bytes, "scan"); }),
            "read_npz: scan: array \"pc\": the entry claims 2000000000 bytes of an archive of " +
                std::to_string(bytes.size()) + "; the archive is damaged");
}

TEST(Npz, NamesAnEntryThatItDoesNotTake) {
  auto const failure = [](test::ZipField const& field, std::uint32_t value, char const* array) {
    auto bytes = zip({{"pc.npy", points}}, ZIP_CM_DEFLATE);
    overwrite(bytes, field, value);
    return message_of<FormatError>([&] { return parse_npz(bytes, "scan", {.array = array}); });
  };
  EXPECT_EQ(failure(test::zip_flags, 1, ""),
            "read_npz: scan: array \"pc\": the entry is encrypted; np.savez writes one that is not");
  // bzip2.
  EXPECT_EQ(failure(test::zip_method, 12, "pc"),
            "read_npz: scan: array \"pc\": the entry is packed by zip's method 12, the reader takes 0 (stored) and 8 "
            "(deflated); np.savez and np.savez_compressed write these");
}

TEST(Npz, RefusesASmallArchiveThatUnpacksToMuch) {
  auto const path = test::shared_data("faults/small_npz_that_unpacks_to_1.5_GB.npz");
  if (path.empty()) GTEST_SKIP() << "small_npz_that_unpacks_to_1.5_GB.npz is not there";
  EXPECT_NE(message_of<FormatError>([&] { return read_npz(path); }).find("is packed by zip's method 12"),
            std::string::npos);
}

TEST(Npz, ReadsNoFurtherThanTheEndOfWhatIsNoArchive) {
  const test::TemporaryFile file("scan.npz", {});
  if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
  EXPECT_LT(test::bytes_read_by([&] {
              EXPECT_EQ(message_of<FormatError>([&] { return read_npz(file.path()); }),
                        "read_npz: " + file.path().string() +
                            ": no zip archive can be read from it (Not a zip archive); np.savez writes one");
            }),
            std::uint64_t{4} << 20);
}

TEST(Npz, RefusesDamagedData) {
  // Stored, so that the last value stands in the archive as it is.
  auto bytes = zip({{"pc.npy", points}});
  const std::vector<std::byte> six = ByteWriter().numbers<float>(6).bytes();
  auto const at = std::search(bytes.begin(), bytes.end(), six.begin(), six.end());
  ASSERT_NE(at, bytes.end());
  *at = std::byte{1};
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npz(bytes, "scan"); }),
            "read_npz: scan: array \"pc\": unpacking failed after 152 bytes (CRC error); the archive is damaged");
}

TEST(Npz, RefusesEveryTruncation) {
  auto const bytes = zip({{"labels.npy", labels}, {"pc.npy", points}}, ZIP_CM_DEFLATE);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(
        message_of<FormatError>([&] { return parse_npz(std::span(bytes).first(size), "scan"); }).find("read_npz: "),
        0u);
}

TEST(Npz, ReadsAFile) {
  const test::TemporaryFile file("scan.npz", zip({{"pc.npy", points}}));
  EXPECT_EQ(read_npz(file.path()).size(), 2);
  EXPECT_EQ(message_of<FormatError>([] { return read_npz("missing.npz"); }).find("read_npz: missing.npz: no such file"),
            0u);
  EXPECT_NE(message_of<FormatError>([&] { return read_npz(file.folder()); }).find("this is a directory"),
            std::string::npos);
  const test::TemporaryFile foreign("scan.npz", points.bytes());
  EXPECT_EQ(message_of<FormatError>([&] { return read_npz(foreign.path()); }),
            "read_npz: " + foreign.path().string() +
                ": no zip archive can be read from it (Not a zip archive); np.savez writes one");
}

TEST(Npz, ReadsAWaymoScan) {
  auto const path = test::shared_data("waymo_benchmark_pc.npz");
  if (path.empty()) GTEST_SKIP() << "waymo_benchmark_pc.npz is not there";
  const PointCloud cloud = read_npz(path);
  EXPECT_EQ(cloud.size(), 198130);
  EXPECT_EQ(cloud.columns, 3);
  EXPECT_EQ(read_npz(path, {.array = "pc"}).values, cloud.values);
}

TEST(Npz, RefusesANameWithAZero) {
  test::expect_reader_refuses_zero("read_npz", ".npz",
                                   [](std::filesystem::path const& path) { return read_npz(path); });
}

}  // namespace
}  // namespace sparseconv::npz_test
