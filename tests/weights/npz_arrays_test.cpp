#include "sparseconv/weights/npz_arrays.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/hostile_name.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"
#include "support/zip_file.hpp"

namespace sparseconv::npz_arrays_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;
using test::zip;
using Floats = std::vector<float>;

const ByteWriter matrix = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
const ByteWriter turned = npy_header("<f4", "(2, 3)", true).numbers<float>(1, 4, 2, 5, 3, 6);
const ByteWriter labels = npy_header("<i8", "(2,)").numbers<std::int64_t>(1, 0);
const ByteWriter number = npy_header("<f8", "()").numbers<double>(0.5);

std::string failure(std::vector<std::byte> const& bytes) {
  return message_of<FormatError>([&] { return parse_npz_arrays(bytes, "scan"); });
}

/// The same archive in which the entry b.npy is called a.npy, before its data and in the directory.
std::vector<std::byte> rename_b_to_a(std::vector<std::byte> bytes) {
  const std::string_view name = "b.npy";
  auto const is_same = [](std::byte byte, char letter) { return byte == static_cast<std::byte>(letter); };
  for (auto at = bytes.begin();; ++at) {
    at = std::search(at, bytes.end(), name.begin(), name.end(), is_same);
    if (at == bytes.end()) return bytes;
    *at = std::byte{'a'};
  }
}

TEST(NpzArrays, ReadsAllInTheOrderOfTheArchive) {
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const std::vector<NamedArray> arrays = parse_npz_arrays(
        zip({{"z.npy", matrix}, {"readme.txt", ByteWriter("text")}, {"a/b.npy", turned}, {"n.npy", number}}, method),
        "scan");
    ASSERT_EQ(arrays.size(), 3u);
    EXPECT_EQ(arrays[0].name, "z");
    EXPECT_EQ(arrays[0].array.values_as<float>("test"), (Floats{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(arrays[1].name, "a/b");
    EXPECT_EQ(arrays[1].array.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(arrays[1].array.values_as<float>("test"), (Floats{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(arrays[2].array.type, ScalarType::float64);
    EXPECT_EQ(arrays[2].array.shape, std::vector<std::int64_t>{});
    EXPECT_EQ(arrays[2].array.values_as<float>("test"), Floats{0.5});
  }
}

TEST(NpzArrays, NamesTheArrayThatCannotBeRead) {
  EXPECT_EQ(failure(zip({{"a.npy", matrix}, {"b.npy", npy_header("|O", "(2, 3)")}})),
            "read_npz_arrays: scan: array \"b\": the dtype \"|O\" means Python objects, not numbers; save "
            "a.astype('<f4')");
  EXPECT_EQ(failure(zip({{"a.npy", npy_header("<f4", "(9, 9)").numbers<float>(1)}})),
            "read_npz_arrays: scan: array \"a\": the shape \"(9, 9)\" of float32 takes 324 bytes, and 4 come after the "
            "header; the file is truncated");
  EXPECT_EQ(failure(zip({{"a.npy", ByteWriter()}})),
            "read_npz_arrays: scan: array \"a\": begins with \"\", a .npy file with \"?NUMPY\"; is it another format, "
            "or empty?");
}

TEST(NpzArrays, ShowsNamesAsTheyCanBePrinted) {
  std::string const entry = test::hostile_name + ".npy";
  test::expect_shown(failure(zip({{entry, ByteWriter()}})));
  test::expect_shown(failure(zip({{entry, npy_header("|O", "(2, 3)")}})));
  test::expect_shown(message_of<CapacityError>([&] {
    return parse_npz_arrays(zip({{entry, matrix}}), "scan", {.max_bytes = 1});
  }));
}

TEST(NpzArrays, RefusesTwoArraysOfOneName) {
  EXPECT_EQ(
      failure(rename_b_to_a(zip({{"b.npy", matrix}, {"c.npy", matrix}, {"a.npy", labels}}))),
      "read_npz_arrays: scan: more than one array is called \"a\"; np.savez writes each name once, so the archive "
      "is damaged");
}

TEST(NpzArrays, RefusesMoreThanTheLimitBeforeAnyIsUnpacked) {
  ByteWriter zeros = npy_header("|u1", "(1000000,)");
  zeros.text(std::string(1000000, '\0'));
  // The first is damaged: that would be seen first if it were unpacked.
  auto bytes = zip({{"a.npy", ByteWriter("no array")}, {"b.npy", zeros}, {"c.npy", zeros}}, ZIP_CM_DEFLATE);
  EXPECT_LT(bytes.size(), 4000u);
  auto const refusal = [&](std::uint64_t limit) {
    return message_of<CapacityError>([&] { return parse_npz_arrays(bytes, "scan", {.max_bytes = limit}); });
  };
  EXPECT_EQ(refusal(2000263),
            "read_npz_arrays: scan: array \"c\": it claims 1000128 bytes, 1000127 are left of the limit of 2000263 for "
            "all arrays; if that is their real size, raise NpzArraysOptions::max_bytes");
  EXPECT_NE(refusal(2000264).find("begins with \"no arr\""), std::string::npos);
  bytes = zip({{"b.npy", zeros}, {"c.npy", zeros}}, ZIP_CM_DEFLATE);
  EXPECT_EQ(parse_npz_arrays(bytes, "scan", {.max_bytes = 2000256}).size(), 2u);
}

TEST(NpzArrays, RefusesASizeThatIsALie) {
  auto const failure_of_claim = [](ByteWriter const& array, std::uint32_t claim) {
    auto bytes = zip({{"a.npy", array}}, ZIP_CM_DEFLATE);
    test::overwrite(bytes, test::zip_unpacked_bytes, claim);
    return failure(bytes);
  };
  EXPECT_NE(failure_of_claim(npy_header("|u1", "(3900000000,)").text("abc"), 3900000128u)
                .find(" bytes unpack to 3900000128, deflate makes at most 1032 of one"),
            std::string::npos);
  EXPECT_EQ(failure_of_claim(npy_header("|u1", "(30000,)").text("abc"), 30128),
            "read_npz_arrays: scan: array \"a\": the entry claims 30128 bytes, only 131 came out of it; the archive is "
            "damaged");
  EXPECT_EQ(failure_of_claim(npy_header("|u1", "(3,)").text("abcd"), 131),
            "read_npz_arrays: scan: array \"a\": the entry claims 131 bytes, more came out of it; the archive is "
            "damaged");
  auto bytes = zip({{"a.npy", matrix}});
  test::overwrite(bytes, test::zip_method, 12);
  EXPECT_NE(failure(bytes).find("is packed by zip's method 12"), std::string::npos);
}

TEST(NpzArrays, RefusesDamagedData) {
  auto bytes = zip({{"a.npy", matrix}});
  const std::vector<std::byte> six = ByteWriter().numbers<float>(6).bytes();
  auto const at = std::search(bytes.begin(), bytes.end(), six.begin(), six.end());
  ASSERT_NE(at, bytes.end());
  *at = std::byte{1};
  EXPECT_EQ(failure(bytes),
            "read_npz_arrays: scan: array \"a\": unpacking failed after 152 bytes (CRC error); the archive is damaged");
}

TEST(NpzArrays, RefusesEveryTruncation) {
  auto const bytes = zip({{"labels.npy", labels}, {"a.npy", turned}}, ZIP_CM_DEFLATE);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(message_of<FormatError>([&] {
                return parse_npz_arrays(std::span(bytes).first(size), "scan");
              }).find("read_npz_arrays: scan: "),
              0u);
}

TEST(NpzArrays, NamesAnArchiveWithoutArrays) {
  EXPECT_EQ(failure(zip({{"readme.txt", ByteWriter("text")}})),
            "read_npz_arrays: scan: the archive holds no arrays, which are entries whose names end in .npy; "
            "np.savez(path, points=a) writes one");
}

TEST(NpzArrays, ReadsAFile) {
  const test::TemporaryFile file("scan.npz", zip({{"a.npy", matrix}}));
  EXPECT_EQ(read_npz_arrays(file.path()).size(), 1u);
  EXPECT_EQ(message_of<FormatError>([] {
              return read_npz_arrays("missing.npz");
            }).find("read_npz_arrays: missing.npz: no such file"),
            0u);
  const test::TemporaryFile foreign("scan.npz", matrix.bytes());
  EXPECT_EQ(message_of<FormatError>([&] { return read_npz_arrays(foreign.path()); }),
            "read_npz_arrays: " + foreign.path().string() +
                ": no zip archive can be read from it (Not a zip archive); np.savez writes one");
}

}  // namespace
}  // namespace sparseconv::npz_arrays_test
