#include "sparseconv/weights/partial_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/child_process.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/no_more_files.hpp"
#include "support/slow_pipe.hpp"
#include "support/temporary_file.hpp"

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

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
  EXPECT_EQ(message_of<Error>([&] { return (PartialFile(old.folder(), "write: folder"), 0); }),
            "write: folder: this is a directory; name a file in it");
  const std::filesystem::path late = old.folder() / "late";
#if defined(_WIN32)
  std::string const message_of_late = "write: late: Is a directory; no program may have the old file open";
#else
  std::string const message_of_late = "write: late: Is a directory";
#endif
  EXPECT_EQ(message_of<Error>([&] {
              PartialFile file(late, "write: late");
              std::filesystem::create_directory(late);
              return (file.keep(), 0);
            }),
            message_of_late);
  EXPECT_EQ(count_files(old.folder()), 2);
}

#if !defined(_WIN32)  // devices and links in folders, and rights that a program gives
// A file that is renamed to a link takes the place of the link, and one that is renamed to a device that of the device.
TEST(PartialFile, LeavesLinksAndWhatIsNoFileInTheirPlace) {
  const TemporaryFile old("a.bin", before.bytes());
  const std::filesystem::path link = old.folder() / "link.bin";
  std::filesystem::create_symlink("a.bin", link);
  const std::filesystem::path pipe = old.folder() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  PartialFile through(link, "write");
  through.write(after.bytes());
  EXPECT_EQ(text_of(old.path()), "before");
  through.keep();
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(text_of(old.path()), "after");

  int const reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);  // so that the pipe has an end
  ASSERT_GE(reader, 0);
  PartialFile down(pipe, "write");
  down.write(after.bytes());
  down.keep();
  char bytes[8] = {};
  EXPECT_EQ(::read(reader, bytes, sizeof bytes), 5);
  ::close(reader);
  EXPECT_STREQ(bytes, "after");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_EQ(count_files(old.folder()), 3);
}

// What others may not read stays so, also before it is kept.
TEST(PartialFile, HasTheRightsOfWhatItReplaces) {
  const TemporaryFile old("a.bin", before.bytes());
  for (::mode_t const rights : {0600u, 0640u, 0444u, 0777u}) {
    ASSERT_EQ(::chmod(old.path().c_str(), rights), 0);
    PartialFile file(old.path(), "write");
    for (auto const& beside : std::filesystem::directory_iterator(old.folder()))
      EXPECT_EQ(static_cast<::mode_t>(beside.status().permissions()), rights) << beside.path();
    file.write(after.bytes());
    file.keep();
    EXPECT_EQ(static_cast<::mode_t>(std::filesystem::status(old.path()).permissions()), rights);
  }
  ASSERT_EQ(::chmod(old.path().c_str(), 04755), 0);
  PartialFile(old.path(), "write").keep();
  EXPECT_EQ(static_cast<::mode_t>(std::filesystem::status(old.path()).permissions()), 0755u);
}

TEST(PartialFile, HasTheOwnerOfWhatItReplaces) {
  const TemporaryFile old("a.bin", before.bytes());
  if (::chown(old.path().c_str(), 12345, 23456) != 0) GTEST_SKIP() << "only the administrator gives files away";
  PartialFile(old.path(), "write").keep();
  struct ::stat now {};
  ASSERT_EQ(::stat(old.path().c_str(), &now), 0);
  EXPECT_EQ(now.st_uid, 12345u);
  EXPECT_EQ(now.st_gid, 23456u);
}

// Until the new file has the rights of the old one, nobody else can open it, who could read later what is written then.
TEST(PartialFile, LetsNobodyInBeforeItHasTheRightsOfWhatItReplaces) {
  const TemporaryFile old("a.bin", before.bytes());
  ASSERT_EQ(::chmod(old.path().c_str(), 0600), 0);
  ::mode_t const mask = ::umask(0);
  std::atomic<bool> is_done = false;
  std::atomic<int> loose = 0;
  std::thread looking([&] {
    while (!is_done)
      for (auto const& entry : std::filesystem::directory_iterator(old.folder())) {
        std::error_code gone;
        auto const rights = std::filesystem::status(entry.path(), gone).permissions();
        if (!gone && std::filesystem::exists(entry.path(), gone) &&
            (rights & std::filesystem::perms::others_all) != std::filesystem::perms::none)
          ++loose;
      }
  });
  for (int i = 0; i < 2000; ++i) PartialFile(old.path(), "write").keep();
  is_done = true;
  looking.join();
  ::umask(mask);
  EXPECT_EQ(loose, 0);
}

TEST(PartialFile, WritesAllToAPipeWhileSignalsCome) {
  std::string text;
  for (int i = 0; text.size() < 400'000; ++i) text += std::to_string(i) + " ";
  for (std::size_t const piece : {1000u, 1'000'000u}) {
    test::SlowPipe pipe;
    pipe.read();
    std::string message;
    {
      const test::InterruptingTimer timer;
      message = message_of<Error>([&] {
        PartialFile file(pipe.path(), "write: pipe");
        for (std::size_t begin = 0; begin < text.size(); begin += piece)
          file.write(std::as_bytes(std::span(text).subspan(begin, std::min(piece, text.size() - begin))));
        return (file.keep(), 0);
      });
    }
    EXPECT_EQ(message, "nothing was thrown");
    EXPECT_TRUE(pipe.text() == text) << "pieces of " << piece;
  }
}

TEST(PartialFile, SaysThatWhoReadsAPipeIsGone) {
  test::SlowPipe pipe;
  auto const handler = std::signal(SIGPIPE, SIG_IGN);
  int const reader = ::open(pipe.path().c_str(), O_RDONLY | O_NONBLOCK);
  PartialFile file(pipe.path(), "write: pipe");
  ::close(reader);
  file.write(after.bytes());
  EXPECT_EQ(message_of<Error>([&] { return (file.keep(), 0); }),
            "write: pipe: Broken pipe; check what takes its bytes");
  std::signal(SIGPIPE, handler);
}

TEST(PartialFile, SaysThatADeviceIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  for (std::size_t const bytes : {10u, 100'000u})
    EXPECT_EQ(message_of<Error>([&] {
                PartialFile file("/dev/full", "write: /dev/full");
                file.write(std::vector<std::byte>(bytes));
                return (file.keep(), 0);
              }),
              "write: /dev/full: No space left on device; check what takes its bytes");
}

TEST(PartialFile, SaysThatTooManyFilesAreOpen) {
  if (!test::sees_objects_without_files) GTEST_SKIP() << "the sanitizer opens a pipe to look at objects";
  const TemporaryFile old("a.bin", before.bytes());
  {
    const test::NoMoreFiles full;
    EXPECT_EQ(message_of<Error>([&] { return (PartialFile(old.path(), "write: a.bin").keep(), 0); }),
              "write: a.bin: Too many open files; close some, or let the program have more");
  }
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
}

TEST(PartialFile, SaysThatAFolderIsNotToBeWritten) {
  const TemporaryFile old("a.bin", before.bytes());
  ASSERT_EQ(::chmod(old.folder().c_str(), 0555), 0);
  EXPECT_EQ(test::as_somebody_else([&] {
              return message_of<Error>([&] { return (PartialFile(old.path(), "write: a.bin").keep(), 0); }) ==
                     "write: a.bin: Permission denied; the folder must exist and be writable";
            }),
            "");
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
  ::chmod(old.folder().c_str(), 0755);
}

TEST(PartialFile, SaysThatAFolderKeepsItsFilesForTheirOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "only the administrator becomes somebody else";
  const TemporaryFile old("a.bin", before.bytes());
  ASSERT_EQ(::chmod(old.folder().c_str(), 01777), 0);
  EXPECT_EQ(test::as_somebody_else([&] {
              return message_of<Error>([&] { return (PartialFile(old.path(), "write: a.bin").keep(), 0); }) ==
                     "write: a.bin: Operation not permitted; the file that is there may not be replaced: name another";
            }),
            "");
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
}

TEST(PartialFile, SaysThatItWasDeletedMeanwhile) {
  const TemporaryFile old("a.bin", before.bytes());
  PartialFile file(old.path(), "write: a.bin");
  file.write(after.bytes());
  for (auto const& entry : std::filesystem::directory_iterator(old.folder()))
    if (entry.path() != old.path()) std::filesystem::remove(entry.path());
  EXPECT_EQ(message_of<Error>([&] { return (file.keep(), 0); }), "write: a.bin: No such file or directory");
  EXPECT_EQ(text_of(old.path()), "before");
}

// As programs do to which `/dev/stdout >> log` is told.
TEST(PartialFile, GoesBehindWhatIsThereWhereTheProgramHasItOpen) {
  const TemporaryFile old("a.bin", before.bytes());
  int const log = ::open(old.path().c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(log, 0);
  const std::string name = "/dev/fd/" + std::to_string(log);
  if (!std::filesystem::exists(name)) GTEST_SKIP() << "no names of open files";
  PartialFile file(name, "write");
  file.write(after.bytes());
  file.keep();
  EXPECT_EQ(::write(log, "!", 1), 1);
  ::close(log);
  EXPECT_EQ(text_of(old.path()), "beforeafter!");
  EXPECT_EQ(count_files(old.folder()), 1);
}
#else
TEST(PartialFile, WritesToADevice) {
  PartialFile file("NUL", "write");
  file.write(after.bytes());
  file.keep();
  EXPECT_FALSE(std::filesystem::is_regular_file("NUL"));
}

TEST(PartialFile, SaysWhyAFileCannotBeReplaced) {
  const TemporaryFile old("a.bin", before.bytes());
  std::filesystem::permissions(old.path(), std::filesystem::perms::owner_write, std::filesystem::perm_options::remove);
  std::string const message = message_of<Error>([&] {
    PartialFile file(old.path(), "write: a.bin");
    file.write(after.bytes());
    return (file.keep(), 0);
  });
  EXPECT_EQ(message, "write: a.bin: the file that is there is read-only; name another, or let it be written");
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
  std::filesystem::permissions(old.path(), std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
}
#endif

// Its name need not have a spelling in the characters of the system's language.
TEST(PartialFile, MayHaveANameOfAnyLanguage) {
  const TemporaryFile old("a.bin", {});
  const std::filesystem::path path = old.folder() / u8"\u70b9\u7fa4-\u00e9.bin";
  PartialFile file(path, "write");
  file.write(after.bytes());
  file.keep();
  EXPECT_EQ(text_of(path), "after");
  EXPECT_EQ(count_files(old.folder()), 2);
}

TEST(PartialFile, LeavesOtherNamesOfTheOldFileAlone) {
  const TemporaryFile old("a.bin", before.bytes());
  std::filesystem::create_hard_link(old.path(), old.folder() / "b.bin");
  PartialFile file(old.path(), "write");
  file.write(after.bytes());
  file.keep();
  EXPECT_EQ(text_of(old.path()), "after");
  EXPECT_EQ(text_of(old.folder() / "b.bin"), "before");
}

TEST(PartialFile, MayHaveAsLongANameAsFilesHave) {
  const TemporaryFile old("a.bin", {});
  const std::filesystem::path path = old.folder() / std::string(255, 'a');
  PartialFile file(path, "write");
  file.write(after.bytes());
  file.keep();
  EXPECT_EQ(text_of(path), "after");
}

TEST(PartialFile, NeedsTheNameOfAFile) {
  const TemporaryFile old("a.bin", {});
  auto const made = [](std::filesystem::path const& path) {
    return message_of<Error>([&] { return (PartialFile(path, "write: it").keep(), 0); });
  };
#if defined(_WIN32)  // other words for what is wrong
  for (std::filesystem::path const& path : {old.folder() / "new" / "", old.path() / "", std::filesystem::path()})
    EXPECT_TRUE(made(path).starts_with("write: it: ")) << path << made(path);
#else
  EXPECT_EQ(made(old.folder() / "new" / ""),
            "write: it: No such file or directory; the folder must exist and be writable");
  EXPECT_EQ(made(old.path() / ""), "write: it: Not a directory; the folder must exist and be writable");
  EXPECT_EQ(made(""), "write: it: No such file or directory");
  EXPECT_EQ(made("/dev/null/a.bin"), "write: it: Not a directory; the folder must exist and be writable");
#endif
}

// Who goes on after an error has no file with a hole in it.
TEST(PartialFile, IsNotKeptOnceBytesWereNotWritten) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  const TemporaryFile old("a.bin", before.bytes());
  {
    PartialFile file(old.path(), "write: a.bin");
    auto const fails = [&](auto const& call) {
      EXPECT_EQ(message_of<Error>([&] { return (call(), 0); }), "write: a.bin: File too large; check the disk");
    };
    {
      const test::FileSizeLimit limit(100);
      fails([&] { file.write(std::vector<std::byte>(100'000)); });
    }
    fails([&] { file.write(after.bytes()); });
    fails([&] { file.keep(); });
  }
  EXPECT_EQ(text_of(old.path()), "before");
  EXPECT_EQ(count_files(old.folder()), 1);
}

TEST(PartialFile, SaysWhyBytesCannotBeWritten) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
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
