#include "sparseconv/weights/input_file.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/child_process.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/no_more_files.hpp"
#include "support/slow_pipe.hpp"
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

#if SPARSECONV_POSIX
TEST(InputFile, ReadsAllOfAPipeWhileSignalsCome) {
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i) text += std::to_string(i) + " ";
  test::SlowPipe pipe;
  pipe.write(text);
  const test::InterruptingTimer timer;
  InputFile input(pipe.path(), "read");
  EXPECT_EQ(input.size(), 0u);
  std::vector<std::byte> place(text.size() + 1);
  ASSERT_EQ(input.read(place, "read"), text.size());
  EXPECT_TRUE(test::text_of(std::span(place).first(text.size())) == text);
  EXPECT_GT(timer.count(), 10);
}

TEST(InputFile, ReadsAFileThatIsDeletedMeanwhile) {
  const test::TemporaryFile file("bytes", test::ByteWriter("abcdefg").bytes());
  InputFile input(file.path(), "read");
  std::filesystem::remove(file.path());
  EXPECT_EQ(input.size(), 7u);
  std::vector<std::byte> place(8);
  EXPECT_EQ(input.read(place, "read"), 7u);
}

TEST(InputFile, SaysWhyAFileCannotBeOpened) {
  const test::TemporaryFile file("bytes", {});
  auto const failure = [](std::filesystem::path const& path) {
    return message_of<FormatError>([&] { return InputFile(path, "read: it").size(); });
  };
  std::filesystem::create_symlink("circle", file.folder() / "circle");
  EXPECT_EQ(failure(file.folder() / "circle"),
            "read: it: its links lead in a circle; name a file, or a link that leads to one");
  EXPECT_EQ(failure(file.folder() / std::string(300, 'a')),
            "read: it: the file cannot be opened (File name too long); name one that can be read");
  {
    const test::NoMoreFiles full;
    EXPECT_EQ(failure(file.path()),
              "read: it: the file cannot be opened, as too many are open; close some, or let the program have more");
  }
  ASSERT_EQ(::chmod(file.folder().c_str(), 0), 0);
  EXPECT_EQ(test::as_somebody_else(
                [&] { return failure(file.path()) == "read: it: the file cannot be opened; check its permissions"; }),
            "");
  ::chmod(file.folder().c_str(), 0700);
}
#endif

}  // namespace
}  // namespace sparseconv::input_file_test
