#include "sparseconv/weights/written_place.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace sparseconv::written_place_test {
namespace {

namespace fs = std::filesystem;

class WrittenPlaces : public ::testing::Test {
 protected:
  WrittenPlaces() { fs::create_directory(folder() / "in"); }

  [[nodiscard]] fs::path folder() const { return file_.folder(); }
  [[nodiscard]] WrittenPlace place(char const* name) const { return written_place(folder() / name, "write: it"); }
  void link(char const* name, fs::path const& to) const { fs::create_symlink(to, folder() / name); }

 private:
  test::TemporaryFile file_{"a.bin", {}};
};

TEST_F(WrittenPlaces, AreThePathsOfFiles) {
  for (char const* const name : {"a.bin", "new.bin", "none/new.bin"}) {
    EXPECT_EQ(place(name).path, folder() / name);
    EXPECT_TRUE(place(name).is_file);
  }
  EXPECT_EQ(written_place("new.bin", "").path, "new.bin");
}

TEST_F(WrittenPlaces, AreNoFolders) {
  EXPECT_EQ(test::message_of<Error>([&] { return place("in"); }), "write: it: this is a directory; name a file in it");
}

#if defined(_WIN32)
TEST_F(WrittenPlaces, AreNoFilesWhereADeviceIs) {
  for (char const* const name : {"NUL", "nul", "a/Nul.txt", "con", "COM1", "lpt9.bin"})
    EXPECT_FALSE(written_place(name, "").is_file) << name;
  for (char const* const name : {"NULL", "COM", "COM0", "COM10", "console", "a.nul"})
    EXPECT_TRUE(written_place(name, "").is_file) << name;
}
#else  // links of the system, and devices that have a place in a folder
TEST_F(WrittenPlaces, AreWhereLinksLead) {
  link("one", "a.bin");
  link("two", "in/three");
  link("in/three", "../a.bin");
  link("dangling", "in/new.bin");
  link("absolute", folder() / "in/new.bin");
  EXPECT_EQ(place("one").path, folder() / "a.bin");
  EXPECT_TRUE(fs::equivalent(place("two").path, folder() / "a.bin"));
  EXPECT_FALSE(fs::is_symlink(place("two").path));
  EXPECT_EQ(place("dangling").path, folder() / "in/new.bin");
  EXPECT_EQ(place("absolute").path, folder() / "in/new.bin");
}

TEST_F(WrittenPlaces, AreNotOnACircleOfLinks) {
  link("circle", "circle");
  link("there", "back");
  link("back", "in/../there");
  for (char const* const name : {"circle", "there", "back"})
    EXPECT_EQ(test::message_of<Error>([&] { return place(name); }),
              "write: it: its links lead in a circle; name a file, or a link that leads to one");
}

// A file that takes the place of one that is open is not what the others write to.
TEST_F(WrittenPlaces, AreNoFilesWhereTheyAreOpenAlready) {
  if (!fs::is_symlink("/proc/self/fd/0") && !fs::is_symlink("/dev/fd/0")) GTEST_SKIP() << "no links to open files";
  int const open_file = ::open((folder() / "a.bin").c_str(), O_WRONLY);
  ASSERT_GE(open_file, 0);
  link("to_open", "/proc/self/fd/" + std::to_string(open_file));
  EXPECT_FALSE(place("to_open").is_file);
  EXPECT_EQ(place("to_open").path, folder() / "to_open");
  EXPECT_FALSE(written_place("/dev/fd/" + std::to_string(open_file), "").is_file);
  ::close(open_file);
}

TEST_F(WrittenPlaces, AreNoFilesWhereDevicesAndPipesAre) {
  ASSERT_EQ(::mkfifo((folder() / "pipe").c_str(), 0600), 0);
  link("to_pipe", "pipe");
  link("to_null", "/dev/null");
  for (char const* const name : {"pipe", "to_pipe", "to_null"}) {
    EXPECT_FALSE(place(name).is_file) << name;
    EXPECT_EQ(place(name).path, folder() / name);
  }
}

TEST_F(WrittenPlaces, AreNoFoldersThatLinksLeadTo) {
  link("to_folder", "in");
  EXPECT_EQ(test::message_of<Error>([&] { return place("to_folder"); }),
            "write: it: this is a directory; name a file in it");
}
#endif

}  // namespace
}  // namespace sparseconv::written_place_test
