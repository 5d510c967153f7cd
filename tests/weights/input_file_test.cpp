#include "sparseconv/weights/input_file.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::input_file_test {
namespace {

using test::message_of;

TEST(InputFile, ReadsToItsEnd) {
  const test::TemporaryFile file("bytes", test::ByteWriter("abcdefg").bytes());
  InputFile input(file.path(), "read");
  EXPECT_EQ(input.size(), 7u);
  std::vector<std::byte> place(4);
  EXPECT_EQ(input.read(place, "read"), 4u);
  EXPECT_EQ(place[3], std::byte{'d'});
  EXPECT_EQ(input.read({}, "read"), 0u);
  EXPECT_EQ(input.read(place, "read"), 3u);
  EXPECT_EQ(place[2], std::byte{'g'});
  EXPECT_EQ(input.read(place, "read"), 0u);
}

TEST(InputFile, NamesWhatCannotBeRead) {
  const test::TemporaryFile file("bytes", {});
  EXPECT_EQ(message_of<FormatError>([&] { InputFile(file.folder(), "read: it"); }),
            "read: it: this is a directory; name one file in it");
  EXPECT_EQ(message_of<FormatError>([&] {
              InputFile(file.folder() / "other", "read: it");
            }).find("read: it: no such file; check the path, which is relative to "),
            0u);
  // The first page of a process's memory cannot be read, though the file can be opened.
  if (!std::ifstream("/proc/self/mem")) GTEST_SKIP() << "no /proc/self/mem on this system";
  InputFile memory("/proc/self/mem", "read: it");
  EXPECT_EQ(memory.size(), 0u);
  std::vector<std::byte> place(100);
  EXPECT_EQ(message_of<FormatError>([&] { memory.read(place, "read: it"); }),
            "read: it: reading failed after 0 bytes; check the disk");
}

}  // namespace
}  // namespace sparseconv::input_file_test
