#include "sparseconv/weights/file_rights.hpp"

#if !defined(_WIN32)  // where a new file has the rights that its folder gives
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "support/temporary_file.hpp"

namespace sparseconv::file_rights_test {
namespace {

using test::TemporaryFile;

::mode_t rights_of(std::filesystem::path const& path) {
  struct ::stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777u;
}

class FileRights : public ::testing::Test {
 protected:
  FileRights() { std::filesystem::permissions(other_.folder(), std::filesystem::perms::all); }

  void take() const {
    std::FILE* const file = std::fopen(made().c_str(), "wbx");
    ASSERT_NE(file, nullptr);
    take_rights_of(other(), file, made());
    std::fclose(file);
  }

  [[nodiscard]] std::filesystem::path const& other() const { return other_.path(); }
  [[nodiscard]] std::filesystem::path made() const { return other_.folder() / "made"; }

 private:
  TemporaryFile other_{"other", {}};
};

TEST_F(FileRights, AreThoseOfTheOther) {
  for (::mode_t const rights : {0600u, 0444u, 0666u, 0751u}) {
    ASSERT_EQ(::chmod(other().c_str(), rights), 0);
    take();
    EXPECT_EQ(rights_of(made()), rights);
    std::filesystem::remove(made());
  }
}

TEST_F(FileRights, AreThoseOfANewFileWhereThereIsNoOther) {
  std::filesystem::remove(other());
  ::mode_t const mask = ::umask(027);
  take();
  ::umask(mask);
  EXPECT_EQ(rights_of(made()), 0640u);
}

// Nobody's own group may not read what the administrator let his group read.
TEST_F(FileRights, AreNotThoseOfTheGroupWhereItIsAnother) {
  if (::geteuid() != 0) GTEST_SKIP() << "only the administrator becomes somebody else";
  for (auto const& [rights, expected] : {std::pair{0660u, 0600u}, {0664u, 0644u}, {0646u, 0646u}, {0604u, 0604u}}) {
    ASSERT_EQ(::chmod(other().c_str(), rights), 0);
    ::pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool const is_somebody_else = ::setgroups(0, nullptr) == 0 && ::setgid(12345) == 0 && ::setuid(12345) == 0;
      if (is_somebody_else) take();
      ::_exit(is_somebody_else ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    EXPECT_EQ(rights_of(made()), expected);
    std::filesystem::remove(made());
  }
}

}  // namespace
}  // namespace sparseconv::file_rights_test
#endif
