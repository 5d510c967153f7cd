#include "command_line/file_checks.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace command_line::file_checks_test {
namespace {

class FileChecks : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(char const* name) const { return (file_.folder() / name).string(); }
  [[nodiscard]] static std::string refusal(std::vector<NamedFile> const& written, std::vector<NamedFile> const& read) {
    return sparseconv::test::message_of<sparseconv::Error>([&] { return (check_files("program", written, read), 0); });
  }

 private:
  sparseconv::test::TemporaryFile file_{"scan.bin", {}};
};

TEST_F(FileChecks, KnowOneFileByAnyPath) {
  std::filesystem::create_hard_link(path("scan.bin"), path("hard.bin"));
  std::filesystem::create_directory(path("in"));
#if !defined(_WIN32)
  std::filesystem::create_symlink("scan.bin", path("link.bin"));
  EXPECT_TRUE(lead_to_one_file(path("scan.bin"), path("link.bin")));
  EXPECT_FALSE(lead_to_one_file("/dev/null", "/dev/null")) << "which takes all";
#endif
  for (char const* const name : {"scan.bin", "./scan.bin", "in/../scan.bin", "hard.bin"})
    EXPECT_TRUE(lead_to_one_file(path("scan.bin"), path(name))) << name;
  EXPECT_TRUE(lead_to_one_file(path("new.bin"), path("./new.bin"))) << "which are not there yet";
  EXPECT_TRUE(lead_to_one_file("new.bin", "./new.bin"));
  EXPECT_FALSE(lead_to_one_file(path("scan.bin"), path("new.bin")));
}

TEST_F(FileChecks, RefuseToWriteOverWhatIsReadOrWritten) {
  EXPECT_EQ(refusal({{"the file", "a"}}, {{"the scan", "a"}}),
            "program: the file and the scan both name a; give each a file of its own");
  EXPECT_EQ(refusal({{"the file", "a"}}, {{"the scan", "./a"}}),
            "program: the file a and the scan ./a are one file; give each a file of its own");
  EXPECT_EQ(refusal({{"the file", "b"}, {"--json", "b"}}, {{"the scan", "a"}}),
            "program: --json and the file both name b; give each a file of its own");
}

TEST_F(FileChecks, RefuseWhereNothingCanBeWritten) {
  EXPECT_EQ(refusal({{"--json", path("none/a")}}, {}), "program: --json " + path("none/a") + ": there is no folder " +
                                                           path("none") +
                                                           "; make it, or give a path in an existing folder");
  std::filesystem::create_directory(path("in"));
  EXPECT_EQ(refusal({{"--json", path("in")}}, {}),
            "program: --json " + path("in") + ": this is a directory; name a file in it");
}

TEST_F(FileChecks, TakeTheOthers) {
  check_files("program", {{"one", path("a")}, {"two", "b"}, {"none", ""}, {"no more", ""}},
              {{"scan", path("scan.bin")}, {"none", ""}});
}

}  // namespace
}  // namespace command_line::file_checks_test
