#include "sparseconv/weights/opened_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "support/byte_writer.hpp"
#include "support/folder_contents.hpp"
#include "support/slow_pipe.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::opened_file_test {
namespace {

using test::ByteWriter;
using test::TemporaryFile;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

void expect_written(std::filesystem::path const& path, OldFile old, std::string const& expected) {
  File file(open_to_write(path, old));
  ASSERT_NE(file, nullptr) << path;
  EXPECT_EQ(std::fputs("new\n", file.get()) < 0, false);
  file.reset();
  EXPECT_EQ(test::text_of(path), expected);
}

TEST(OpenedFile, IsRead) {
  const TemporaryFile some("some.bin", ByteWriter("a\r\n\x1a"
                                                  "b")
                                           .bytes());
  const File file(open_to_read(some.path()));
  ASSERT_NE(file, nullptr);
  char bytes[8] = {};
  EXPECT_EQ(std::fread(bytes, 1, sizeof bytes, file.get()), 5u);
  EXPECT_EQ(std::string(bytes, 5),
            "a\r\n\x1a"
            "b");
  EXPECT_EQ(open_to_read(some.folder() / "none"), nullptr);
  EXPECT_EQ(errno, ENOENT);
}

TEST(OpenedFile, IsWrittenAsItIsAskedFor) {
  const TemporaryFile some("some.bin", ByteWriter("old\n").bytes());
  expect_written(some.path(), OldFile::append, "old\nnew\n");
  expect_written(some.path(), OldFile::empty, "new\n");
  expect_written(some.folder() / "second", OldFile::refuse, "new\n");
  expect_written(some.folder() / "third", OldFile::append, "new\n");
  expect_written(some.folder() / "fourth", OldFile::empty, "new\n");
  EXPECT_EQ(open_to_write(some.path(), OldFile::refuse), nullptr);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_EQ(test::text_of(some.path()), "new\n");
}

TEST(OpenedFile, HasTheSizeThatTheSystemCountsNow) {
  const TemporaryFile some("some.bin", ByteWriter("12345").bytes());
  const File file(open_to_read(some.path()));
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(size_of_open_file(file.get()), 5u);
  std::filesystem::resize_file(some.path(), 3'000'000'000);
  EXPECT_EQ(size_of_open_file(file.get()), 3'000'000'000u);
  std::filesystem::resize_file(some.path(), 0);
  EXPECT_EQ(size_of_open_file(file.get()), 0u);
}

#if SPARSECONV_POSIX
TEST(OpenedFile, HasItsOwnSizeWhenAnotherTookItsPlace) {
  const TemporaryFile some("some.bin", ByteWriter("12345").bytes());
  const File file(open_to_read(some.path()));
  ASSERT_NE(file, nullptr);
  std::filesystem::copy_file(some.path(), some.folder() / "other");
  std::filesystem::resize_file(some.folder() / "other", 100);
  std::filesystem::rename(some.folder() / "other", some.path());
  EXPECT_EQ(size_of_open_file(file.get()), 5u);
  std::filesystem::remove(some.path());
  EXPECT_EQ(size_of_open_file(file.get()), 5u);
}

TEST(OpenedFile, HasNoSizeWhereItIsNoRegularFile) {
  for (char const* const path : {"/dev/null", "/proc/self/status"}) {
    const File file(open_to_read(path));
    EXPECT_EQ(file ? size_of_open_file(file.get()) : 0, 0u) << path;
  }
}

TEST(OpenedFile, IsForThisProgramAlone) {
  const TemporaryFile some("some.bin", {});
  const File read(open_to_read(some.path()));
  const File written(open_to_write(some.path(), OldFile::append));
  for (std::FILE* const file : {read.get(), written.get()}) {
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(::fcntl(::fileno(file), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
}

TEST(OpenedFile, IsForItsOwnerAloneWhereItIsAskedFor) {
  const TemporaryFile some("some.bin", {});
  ::mode_t const mask = ::umask(022);
  const File usual(open_to_write(some.folder() / "usual", OldFile::refuse));
  const File alone(open_to_write(some.folder() / "alone", OldFile::refuse, NewFile::owners_alone));
  ::umask(mask);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(some.folder() / "usual").permissions(), perms{0644});
  EXPECT_EQ(std::filesystem::status(some.folder() / "alone").permissions(), perms{0600});
}

TEST(OpenedFile, WaitsForTheOtherEndOfAPipeWhileSignalsCome) {
  for (bool const is_read : {true, false}) {
    test::SlowPipe pipe;
    const test::InterruptingTimer timer;
    is_read ? pipe.write("text") : pipe.read();
    const File file(is_read ? open_to_read(pipe.path()) : open_to_write(pipe.path(), OldFile::empty));
    int const reason = errno;
    EXPECT_NE(file, nullptr) << "errno is " << reason;
    EXPECT_GT(timer.count(), 0);
    // Who waits for an end that could not be opened would wait for ever.
    if (!file) ::close(uninterrupted([&] { return ::open(pipe.path().c_str(), is_read ? O_RDONLY : O_WRONLY); }));
  }
}
#endif

}  // namespace
}  // namespace sparseconv::opened_file_test
