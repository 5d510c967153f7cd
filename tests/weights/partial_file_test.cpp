#include "sparseconv/weights/partial_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::partial_file_test {
namespace {

using test::ByteWriter;
using test::count_files;
using test::message_of;
using test::TemporaryFile;
using test::text_of;

const ByteWriter before("before");
const ByteWriter after("after");

TEST(PartialFile, AppearsWhereItIsKept) {
  const TemporaryFile old("a.bin", before.bytes());
  PartialFile file(old.path(), "write");
  file.write(after.first(2));
  file.write({});
  file.write(std::span(after.bytes()).subspan(2));
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 2);
  file.keep();
  EXPECT_EQ(text_of(old.path()), "after");
  EXPECT_EQ(count_files(old.folder()), 1);
}

TEST(PartialFile, LeavesNothingWhereItIsNotKept) {
  const TemporaryFile old("a.bin", before.bytes());
  PartialFile(old.path(), "write").write(after.bytes());
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
}

TEST(PartialFile, TwoWritersOfOneFileDoNotMeet) {
  const TemporaryFile old("a.bin", before.bytes());
  PartialFile first(old.path(), "write");
  PartialFile second(old.path(), "write");
  first.write(ByteWriter("first").bytes());
  second.write(ByteWriter("second").bytes());
  first.keep();
  EXPECT_EQ(text_of(old.path()), "first");
  second.keep();
  EXPECT_EQ(text_of(old.path()), "second");
}

TEST(PartialFile, SaysWhyAFileCannotBeMade) {
  const TemporaryFile old("a.bin", {});
  EXPECT_EQ(message_of<Error>([&] { return (PartialFile(old.folder() / "none" / "a.bin", "write: a.bin"), 0); }),
            "write: a.bin: No such file or directory; the folder must exist and be writable");
}

TEST(PartialFile, SaysWhyItCannotBeRenamed) {
  const TemporaryFile old("a.bin", {});
  const std::filesystem::path folder = old.folder() / "folder";
  std::filesystem::create_directory(folder);
  EXPECT_EQ(message_of<Error>([&] {
              PartialFile file(folder, "write: folder");
              return (file.keep(), 0);
            }),
            "write: folder: Is a directory");
  EXPECT_EQ(count_files(old.folder()), 2);
}

TEST(PartialFile, SaysWhyBytesCannotBeWritten) {
  const TemporaryFile old("a.bin", before.bytes());
  // Those that are written at once, and those that wait until the file is closed.
  for (const std::size_t size : {100000u, 200u}) {
    EXPECT_EQ(message_of<Error>([&] {
                const test::FileSizeLimit limit(100);
                PartialFile file(old.path(), "write: a.bin");
                file.write(std::vector<std::byte>(size));
                return (file.keep(), 0);
              }),
              "write: a.bin: File too large; check the disk");
    EXPECT_EQ(text_of(old.path()), "before");
    EXPECT_EQ(count_files(old.folder()), 1);
  }
}

}  // namespace
}  // namespace sparseconv::partial_file_test
