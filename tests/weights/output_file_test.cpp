#include "sparseconv/weights/output_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/weights/opened_file.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/slow_pipe.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::output_file_test {
namespace {

using test::TemporaryFile;
using test::text_of;

/// A text in which every piece tells its place.
std::string long_text(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + " ";
  text.resize(bytes);
  return text;
}

bool write(OutputFile& file, std::string const& text) {
  return file.write(std::as_bytes(std::span(text)));
}

TEST(OutputFile, HasWhatWasWrittenInPiecesOfAnySize) {
  const TemporaryFile some("some.bin", {});
  for (std::size_t const piece : {1u, 1000u, 65535u, 65536u, 65537u, 200'000u}) {
    std::string const text = long_text(200'000);
    OutputFile file(open_to_write(some.path(), OldFile::empty));
    for (std::size_t begin = 0; begin < text.size(); begin += piece)
      ASSERT_TRUE(write(file, text.substr(begin, piece)));
    ASSERT_TRUE(write(file, ""));
    ASSERT_TRUE(file.close());
    EXPECT_TRUE(text_of(some.path()) == text) << "pieces of " << piece;
  }
}

TEST(OutputFile, LosesWhatWaitsWhereItIsNotClosed) {
  const TemporaryFile some("some.bin", {});
  {
    OutputFile file(open_to_write(some.path(), OldFile::empty));
    EXPECT_TRUE(write(file, "abc"));
  }
  EXPECT_EQ(text_of(some.path()), "");
}

TEST(OutputFile, IsNoneWhereNoneWasOpened) {
  const TemporaryFile some("some.bin", {});
  OutputFile missing(open_to_write(some.folder() / "none" / "a", OldFile::empty));
  EXPECT_FALSE(missing.is_open());
  EXPECT_FALSE(write(missing, "abc"));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(missing.close());
  EXPECT_EQ(errno, ENOENT);
  OutputFile none;
  EXPECT_FALSE(write(none, std::string(100'000, 'a')));
  EXPECT_EQ(errno, EBADF);
}

TEST(OutputFile, IsClosedOnce) {
  const TemporaryFile some("some.bin", {});
  OutputFile file(open_to_write(some.path(), OldFile::empty));
  EXPECT_TRUE(write(file, "abc"));
  EXPECT_TRUE(file.close());
  EXPECT_FALSE(write(file, "def"));
  EXPECT_EQ(errno, EBADF);
  EXPECT_FALSE(file.close());
  EXPECT_EQ(text_of(some.path()), "abc");
}

// What is missing in the middle of a file does not come to light at its end.
TEST(OutputFile, IsNotWholeOnceACallFailed) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  const TemporaryFile some("some.bin", {});
  OutputFile file(open_to_write(some.path(), OldFile::empty));
  {
    test::FileSizeLimit const limit(100);
    EXPECT_FALSE(write(file, std::string(100'000, 'a')));
    EXPECT_EQ(errno, EFBIG);
  }
  errno = 0;
  EXPECT_FALSE(write(file, "more"));
  EXPECT_EQ(errno, EFBIG);
  errno = 0;
  EXPECT_FALSE(file.close());
  EXPECT_EQ(errno, EFBIG);
}

TEST(OutputFile, SaysThatADeviceIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  for (std::size_t const bytes : {10u, 100'000u}) {
    OutputFile file(open_to_write("/dev/full", OldFile::empty));
    EXPECT_EQ(write(file, std::string(bytes, 'a')), bytes == 10u) << "small pieces wait";
    errno = 0;
    EXPECT_FALSE(file.close());
    EXPECT_EQ(errno, ENOSPC);
  }
}

#if SPARSECONV_POSIX
TEST(OutputFile, GoesOnWhereASignalInterruptsIt) {
  std::string const text = long_text(400'000);
  for (std::size_t const piece : {1000u, 400'000u}) {
    test::SlowPipe pipe;
    pipe.read();
    {
      const test::InterruptingTimer timer;
      OutputFile file(open_to_write(pipe.path(), OldFile::empty));
      for (std::size_t begin = 0; begin < text.size(); begin += piece)
        ASSERT_TRUE(write(file, text.substr(begin, piece))) << "errno is " << errno;
      ASSERT_TRUE(file.close()) << "errno is " << errno;
      EXPECT_GT(timer.count(), 10);
    }
    EXPECT_TRUE(pipe.text() == text) << "pieces of " << piece;
  }
}
#endif

}  // namespace
}  // namespace sparseconv::output_file_test
