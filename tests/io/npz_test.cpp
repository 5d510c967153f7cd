#include "sparseconv/io/npz.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "npy_file.hpp"
#include "shared_data.hpp"
#include "support/error_message.hpp"
#include "temporary_file.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

using Entries = std::vector<std::pair<std::string, ByteWriter>>;

/// A zip archive of these entries, made by libzip itself.
std::vector<std::byte> zip(Entries const& entries, zip_int32_t method = ZIP_CM_STORE) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, nullptr);
  for (auto const& [name, writer] : entries) {
    zip_source_t* source = zip_source_buffer(archive, writer.bytes().data(), writer.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  EXPECT_EQ(zip_close(archive), 0) << zip_strerror(archive);
  zip_stat_t stat;
  zip_source_stat(target, &stat);
  std::vector<std::byte> bytes(stat.size);
  zip_source_open(target);
  EXPECT_EQ(zip_source_read(target, bytes.data(), stat.size), static_cast<zip_int64_t>(stat.size));
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

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

TEST(Npz, TakesTheFirstThatCanBeACloud) {
  auto const bytes =
      zip({{"readme.txt", ByteWriter("text")}, {"labels.npy", labels}, {"b.npy", others}, {"a.npy", points}});
  EXPECT_EQ(parse_npz(bytes, "scan").columns, 4);
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

TEST(Npz, NamesAnArchiveWithoutACloud) {
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"readme.txt", ByteWriter("text")}}), "scan");
            }),
            "read_npz: scan: none of its 0 arrays can be a point cloud, N x C with C >= 3");
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"readme.txt", ByteWriter("text")}}), "scan", {.array = "pc"});
            }),
            "read_npz: scan: no array is called \"pc\"; there are none");
  EXPECT_EQ(message_of<FormatError>([&] {
              return parse_npz(zip({{"labels.npy", labels}}), "scan");
            }),
            "read_npz: scan: none of its 1 arrays can be a point cloud, N x C with C >= 3\n  read_npz: scan: array "
            "\"labels\": an array of shape \"(2,)\"; points are N x C with C >= 3: x, y, z and what else they carry");
}

TEST(Npz, NamesWhatIsNoArchive) {
  for (ByteWriter const& writer : {ByteWriter("ply\nformat ascii 1.0\n"), ByteWriter()}) {
    const std::string message = message_of<FormatError>([&] { return parse_npz(writer.bytes(), "scan"); });
    EXPECT_EQ(message.find("read_npz: scan: "), 0u) << message;
    EXPECT_NE(message.find(writer.size() == 0 ? "none of its 0 arrays" : "no zip archive can be read from it"),
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

/// Overwrites a field of each entry's two headers: the one before the data, and the one in the directory.
void overwrite(std::vector<std::byte>& archive, std::size_t at_data, std::size_t in_directory, std::uint32_t value,
               std::size_t bytes) {
  auto const write = [&](std::size_t at) {
    for (std::size_t k = 0; k < bytes; ++k) archive[at + k] = static_cast<std::byte>((value >> (8 * k)) & 0xff);
  };
  for (std::size_t i = 0; i + 30 <= archive.size(); ++i) {
    if (std::memcmp(archive.data() + i, "PK\x03\x04", 4) == 0) write(i + at_data);
    if (std::memcmp(archive.data() + i, "PK\x01\x02", 4) == 0) write(i + in_directory);
  }
}

TEST(Npz, RefusesASizeThatIsALie) {
  auto const failure = [](ByteWriter const& array, std::uint32_t claim) {
    auto bytes = zip({{"pc.npy", array}}, ZIP_CM_DEFLATE);
    overwrite(bytes, 22, 24, claim, 4);
    return message_of<FormatError>([&] { return parse_npz(bytes, "scan"); });
  };
  // The array's header and the archive agree on 3.9 GB, of which 24 bytes are there: no more than those are allocated.
  EXPECT_EQ(failure(npy_header("|u1", "(1300000000, 3)").numbers<float>(1, 2, 3, 4, 5, 6), 3900000128u),
            "read_npz: scan: array \"pc\": the entry claims 3900000128 bytes, only 152 came out of it; the archive is "
            "damaged");
  EXPECT_EQ(failure(npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3, 4, 5, 6), 140),
            "read_npz: scan: array \"pc\": the entry claims 140 bytes, more came out of it; the archive is damaged");
}

TEST(Npz, NamesAnEntryThatCannotBeOpened) {
  auto const failure = [](std::size_t at_data, std::size_t in_directory, std::uint32_t value, char const* array) {
    auto bytes = zip({{"pc.npy", points}}, ZIP_CM_DEFLATE);
    overwrite(bytes, at_data, in_directory, value, 2);
    return message_of<FormatError>([&] { return parse_npz(bytes, "scan", {.array = array}); });
  };
  // The flag for encryption, and the number of a compression that nobody has.
  EXPECT_EQ(
      failure(6, 8, 1, ""),
      "read_npz: scan: array \"pc\": the entry cannot be opened (No password provided); np.savez writes one that can");
  EXPECT_EQ(
      failure(8, 10, 200, "pc"),
      "read_npz: scan: array \"pc\": the entry cannot be opened (Compression method not supported); np.savez writes "
      "one that can");
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

}  // namespace
}  // namespace sparseconv
