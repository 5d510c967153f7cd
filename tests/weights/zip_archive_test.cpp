#include "sparseconv/weights/zip_archive.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "support/child_process.hpp"
#include "support/error_message.hpp"
#include "support/no_more_files.hpp"
#include "support/temporary_file.hpp"
#include "support/zip_file.hpp"

namespace sparseconv::zip_archive_test {
namespace {

using test::message_of;

const ZipItem stored{.index = 0, .name = "a", .bytes = 500, .packed_bytes = 500, .method = 0, .is_encrypted = false};
const ZipItem deflated{.index = 0, .name = "a", .bytes = 500, .packed_bytes = 10, .method = 8, .is_encrypted = false};

std::string failure(ZipItem const& item) {
  return message_of<FormatError>([&] { return (expect_possible_size(item, 1000, "read"), 0); });
}

TEST(ZipArchive, ListsArraysAndWhatTheDirectoryClaims) {
  const test::ByteWriter zeros(std::string(20000, '\0'));
  const std::vector<std::byte> bytes = test::zip({{"notes.txt", zeros}, {"a.npy", zeros}}, ZIP_CM_DEFLATE);
  zip_error_t failure;
  zip_error_init(&failure);
  const ZipArchive archive =
      open_zip(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &failure), failure, "read");
  const std::vector<ZipItem> items = list_npy_items(archive.get());
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].index, 1u);
  EXPECT_EQ(items[0].name, "a");
  EXPECT_EQ(items[0].bytes, 20000u);
  EXPECT_LT(items[0].packed_bytes, 200u);
  EXPECT_EQ(items[0].method, ZIP_CM_DEFLATE);
  EXPECT_FALSE(items[0].is_encrypted);
  const ZipEntry entry = open_zip_entry(archive.get(), items[0], "read");
  std::vector<std::byte> unpacked;
  unpack(entry.get(), 100, unpacked, "read");
  EXPECT_EQ(unpacked.size(), 100u);
  // Memory is asked for as it is needed, and not beyond what is asked for.
  unpack(entry.get(), 20000 - 100 + 1, unpacked, "read");
  EXPECT_EQ(unpacked, zeros.bytes());
  EXPECT_LE(unpacked.capacity(), 20001u);
}

TEST(ZipArchive, NamesAPipe) {
  const test::TemporaryFile file("other", {});
  std::filesystem::path const pipe = file.folder() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(message_of<FormatError>([&] { return open_zip_file(pipe, "read").bytes; }),
            "read: its size cannot be told; it must be a file, and no pipe");
}

// libzip calls all of them no archive.
TEST(ZipArchive, SaysWhyAFileCannotBeOpened) {
  const test::TemporaryFile file("other", test::zip({{"a", test::ByteWriter("a")}}));
  auto const failure = [](std::filesystem::path const& path) {
    return message_of<FormatError>([&] { return open_zip_file(path, "read").bytes; });
  };
  EXPECT_EQ(failure(file.path()), "nothing was thrown");
  std::filesystem::create_symlink("circle", file.folder() / "circle");
  EXPECT_EQ(failure(file.folder() / "circle"),
            "read: its links lead in a circle; name a file, or a link that leads to one");
  {
    const test::NoMoreFiles full;
    EXPECT_EQ(failure(file.path()),
              "read: the file cannot be opened, as too many are open; close some, or let the program have more");
  }
  for (std::filesystem::path const& closed : {file.path(), file.folder()}) {
    ASSERT_EQ(::chmod(closed.c_str(), 0), 0);
    EXPECT_EQ(test::as_somebody_else(
                  [&] { return failure(file.path()) == "read: the file cannot be opened; check its permissions"; }),
              "");
    ::chmod(closed.c_str(), 0700);
  }
}

TEST(ZipArchive, TakesWhatStoredAndDeflatedEntriesCanHold) {
  EXPECT_NO_THROW(expect_possible_size(stored, 1000, "read"));
  EXPECT_NO_THROW(expect_possible_size(deflated, 1000, "read"));
  ZipItem item = deflated;
  item.bytes = 10320;
  EXPECT_NO_THROW(expect_possible_size(item, 1000, "read"));
}

TEST(ZipArchive, RefusesWhatTheyCannotHold) {
  ZipItem item = deflated;
  item.bytes = 11352;
  EXPECT_EQ(failure(item),
            "read: the entry claims that 10 bytes unpack to 11352, deflate makes at most 1032 of one; the archive is "
            "damaged");
  item.bytes = ~std::uint64_t{0};
  EXPECT_NE(failure(item).find("deflate makes at most 1032 of one"), std::string::npos);
  item = deflated;
  item.packed_bytes = 1001;
  EXPECT_EQ(failure(item), "read: the entry claims 1001 bytes of an archive of 1000; the archive is damaged");
  item = stored;
  item.bytes = 501;
  EXPECT_EQ(failure(item), "read: the entry is stored, and claims that 500 bytes are 501; the archive is damaged");
}

TEST(ZipArchive, RefusesOtherPackingAndEncryption) {
  // Deflate64, bzip2, LZMA, Zstandard and xz may make more of less.
  for (int const method : {9, 12, 14, 93, 95, 200}) {
    ZipItem item = deflated;
    item.method = static_cast<std::uint16_t>(method);
    EXPECT_EQ(failure(item), "read: the entry is packed by zip's method " + std::to_string(method) +
                                 ", the reader takes 0 (stored) and 8 (deflated); np.savez and np.savez_compressed "
                                 "write these");
  }
  ZipItem item = stored;
  item.is_encrypted = true;
  EXPECT_EQ(failure(item), "read: the entry is encrypted; np.savez writes one that is not");
}

}  // namespace
}  // namespace sparseconv::zip_archive_test
