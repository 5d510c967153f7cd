#include "sparseconv/weights/torch_storages.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/zip_file.hpp"

namespace sparseconv::torch_storages_test {
namespace {

using namespace std::string_literals;
using test::ByteWriter;
using test::message_of;

const TorchStorage two_floats{.type = ScalarType::float32, .key = "k", .count = 2, .view_count = 2};
const ByteWriter floats = ByteWriter().numbers<float>(1, 2);
const std::string magic = "\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."s;
const std::string value = "((U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\2tQl."s;

std::string zip_failure(test::ZipEntries const& entries) {
  auto const bytes = test::zip(entries);
  return message_of<FormatError>([&] {
    std::uint64_t left = 1000;
    return TorchZip(bytes, "test", left).bytes_of(two_floats, "tensor").size();
  });
}

TEST(TorchZip, UnpacksAStorageOnce) {
  for (zip_int32_t const method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    auto const bytes = test::zip({{"r/data.pkl", ByteWriter("K\7.")}, {"r/data/k", floats}}, method);
    std::uint64_t left = 11;
    TorchZip archive(bytes, "test", left);
    Pickle const pickle = archive.pickle();
    EXPECT_EQ(pickle[pickle.top].integer, 7);
    SharedBytes const storage = archive.bytes_of(two_floats, "tensor");
    EXPECT_EQ(storage, SharedBytes(floats.bytes()));
    EXPECT_EQ(left, 0u);
    EXPECT_EQ(archive.bytes_of(two_floats, "tensor").data(), storage.data());
    left = 10;
    TorchZip again(bytes, "test", left);
    (void)again.pickle();
    EXPECT_EQ(
        message_of<CapacityError>([&] { return again.bytes_of(two_floats, "tensor").size(); }),
        "test: entry \"r/data/k\": it claims 8 bytes, 7 are left of the limit for the whole file; if that is its real "
        "size, raise TorchCheckpointOptions::max_bytes");
  }
}

TEST(TorchZip, NeedsNoFolder) {
  EXPECT_EQ(zip_failure({{"data.pkl", ByteWriter("N.")}, {"data/k", floats}}), "nothing was thrown");
}

TEST(TorchZip, SaysWhatTheArchiveIsNot) {
  EXPECT_EQ(zip_failure({{"a.npy", floats}}),
            "test: the archive has no entry data.pkl; torch.save writes one that has");
  EXPECT_EQ(
      zip_failure({{"r/data.pkl", floats}, {"r/constants.pkl", floats}}),
      "test: this is an archive of TorchScript, which holds a program; torch.save(torch.jit.load(path).state_dict(), "
      "other) writes its tensors");
  EXPECT_NE(zip_failure({{"r/data.pkl", floats}, {"r/code/net.py", floats}}).find("TorchScript"), std::string::npos);
  EXPECT_EQ(
      zip_failure({{"r/data.pkl", floats}, {"r/byteorder", ByteWriter("big")}}),
      "test: the numbers have the byte order \"big\", the reader takes \"little\"; load and save the file on a machine "
      "of that order");
  EXPECT_EQ(zip_failure({{"r/data.pkl", floats}, {"s/data/k", floats}}),
            "tensor: its storage \"k\" is not in the archive; the file is damaged");
  EXPECT_EQ(zip_failure({{"r/data.pkl", floats}, {"r/data/k", ByteWriter("1234")}}),
            "tensor: its storage is of 2 numbers of 4 bytes, and 4 bytes are kept for it; the file is damaged");
  auto bytes = test::zip({{"r/data.pkl", floats}});
  test::overwrite(bytes, test::zip_method, 12);
  std::uint64_t left = 1000;
  TorchZip archive(bytes, "test", left);
  EXPECT_EQ(message_of<FormatError>([&] { return archive.pickle(); }),
            "test: entry \"r/data.pkl\": the entry is packed by zip's method 12, the reader takes 0 (stored) and 8 "
            "(deflated); torch.save writes stored ones");
}

std::string records(std::string const& version, std::string const& order, std::string const& keys) {
  return magic + version + "}U\rlittle_endian" + order + "s." + value + keys;
}

std::string record_failure(std::string const& text) {
  return message_of<FormatError>(
      [&] { return TorchRecords(ByteWriter(text).bytes(), "test").bytes_of(two_floats, "tensor").size(); });
}

TEST(TorchRecords, LieInTheFile) {
  SharedBytes const bytes(
      ByteWriter(records("M\xe9\3.", "\x88", "](U\1ke.")).numbers<std::int64_t>(2).numbers<float>(1, 2).bytes());
  EXPECT_TRUE(TorchRecords::are_in({bytes.data(), bytes.size()}));
  TorchRecords file(bytes, "test");
  SharedBytes const storage = file.bytes_of(two_floats, "tensor");
  EXPECT_EQ(storage, SharedBytes(floats.bytes()));
  EXPECT_EQ(storage.data(), bytes.data() + bytes.size() - 8);
  Pickle const pickle = file.pickle();
  EXPECT_TRUE(pickle.is(pickle.top, PickleKind::list));
}

TEST(TorchRecords, SaysWhatIsDamaged) {
  std::string const version = "M\xe9\3.";
  EXPECT_EQ(record_failure(records("K\1.", "\x88", "].")),
            "test: the version of the format is integer 1, the reader takes integer 1001; save the file anew with a "
            "PyTorch of today");
  EXPECT_EQ(record_failure(records(version, "\x89", "].")),
            "test: the numbers have their highest byte first, the reader takes the lowest; load and save the file on a "
            "machine of that order");
  EXPECT_EQ(record_failure(records(version, "\x88", "N.")),
            "test: none stands where the names of the storages do; the file is damaged");
  EXPECT_EQ(
      record_failure(records(version, "\x88", "](U\1xe.")),
      "test: storage (text \"x\") has numbers of an unknown size, and what lies behind it cannot be found; save the "
      "file anew with a PyTorch of today");
  EXPECT_EQ(record_failure(records(version, "\x88", "].")),
            "tensor: its storage \"k\" is not in the file; the file is damaged");
  EXPECT_EQ(record_failure(records(version, "\x88", "](U\1ke.")),
            "test: storage \"k\" has 0 numbers of 4 bytes, and 0 bytes are left; the file is truncated");
  EXPECT_EQ(
      record_failure(records(version, "\x88", "](U\1ke.") + std::string(8, '\xff') + "1234"),
      "test: storage \"k\" has 18446744073709551615 numbers of 4 bytes, and 4 bytes are left; the file is truncated");
}

}  // namespace
}  // namespace sparseconv::torch_storages_test
