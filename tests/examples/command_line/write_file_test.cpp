#include "command_line/write_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/temporary_file.hpp"

namespace command_line::write_file_test {
namespace {

using sparseconv::test::TemporaryFile;

TEST(WriteFile, TakesThePlaceOfWhatIsThere) {
  TemporaryFile const file("table.json", sparseconv::test::ByteWriter("before").bytes());
  write_file("program", file.path().string(), "after\n");
  EXPECT_EQ(sparseconv::test::text_of(file.path()), "after\n");
}

TEST(WriteFile, LeavesTheFileAsItWasOnAFullDisk) {
  if (!sparseconv::test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  TemporaryFile const file("table.json", sparseconv::test::ByteWriter("before").bytes());
  std::string message;
  {
    sparseconv::test::FileSizeLimit const limit(1000);
    message = sparseconv::test::message_of<sparseconv::Error>(
        [&] { return (write_file("program", file.path().string(), std::string(100000, 'x')), 0); });
  }
  EXPECT_TRUE(message.starts_with("program: cannot write " + file.path().string() + ": ")) << message;
  EXPECT_EQ(sparseconv::test::text_of(file.path()), "before");
  EXPECT_EQ(sparseconv::test::count_files(file.folder()), 1);
}

}  // namespace
}  // namespace command_line::write_file_test
