#include "sparseconv/weights/write_npz_arrays.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/weights/npz_arrays.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/hostile_name.hpp"
#include "support/no_more_files.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::write_npz_arrays_test {
namespace {

using test::ByteWriter;
using test::count_files;
using test::message_of;
using test::TemporaryFile;
using test::text_of;
using Shape = std::vector<std::int64_t>;

std::vector<NamedArray> some_arrays() {
  return {{"coordinates", make_array({2, 4}, std::vector<std::int32_t>{0, 1, 2, 3, 1, -1, -2, -3})},
          {"conv/0/weight", make_array({1, 2, 1, 2}, std::vector<half>{half(1), half(2), half(3), half(4)})},
          {"scale", make_array({}, std::vector<double>{0.5})},
          {"none", make_array({0, 3}, std::vector<float>())},
          {"gr\xc3\xb6\xc3\x9f"
           "e",
           make_array({1}, std::vector<std::uint8_t>{200})}};
}

std::string failure(std::filesystem::path const& path, std::vector<NamedArray> const& arrays) {
  return message_of<Error>([&] { return (write_npz_arrays(path, arrays), 0); });
}

TEST(WriteNpzArrays, ComeBackAsTheyWere) {
  const TemporaryFile file("a.npz", ByteWriter("before").bytes());
  const std::vector<NamedArray> written = some_arrays();
  write_npz_arrays(file.path(), written);
  const std::vector<NamedArray> read = read_npz_arrays(file.path());
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].name, written[i].name);
    EXPECT_EQ(read[i].array.type, written[i].array.type);
    EXPECT_EQ(read[i].array.shape, written[i].array.shape);
    EXPECT_EQ(read[i].array.bytes, written[i].array.bytes);
  }
  EXPECT_EQ(count_files(file.folder()), 1) << "nothing should be left beside it";
}

TEST(WriteNpzArrays, StoresWhatNumPyWrites) {
  // np.save of np.array([1, 2], np.float32), as it is in the archive, before the directory.
  const TemporaryFile file("a.npz", {});
  write_npz_arrays(file.path(), std::vector<NamedArray>{{"xy", make_array({2}, std::vector<float>{1, 2})}});
  const std::string archive = text_of(file.path());
  EXPECT_TRUE(archive.starts_with("PK\x03\x04"));
  EXPECT_NE(archive.find("xy.npy" + std::string("\x93NUMPY\x01\x00v\x00", 10) +
                         "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }" + std::string(60, ' ') + "\n" +
                         std::string("\0\0\x80\x3f\0\0\0\x40", 8) + "PK\x01\x02"),
            std::string::npos);
}

TEST(WriteNpzArrays, WritesTheSameBytesWheneverAndWherever) {
  const TemporaryFile file("a.npz", {});
  write_npz_arrays(file.path(), some_arrays());
  const std::string archive = text_of(file.path());
  // The day of zip's first year stands before the data and in the directory; the zone of the machine plays no part.
  EXPECT_EQ(archive.substr(10, 4), std::string("\0\0\x21\0", 4));
  char const* const zone = std::getenv("TZ");
  const std::string before = zone ? zone : "";
  for (char const* other : {"UTC", "XYZ+11", "XYZ-13"}) {
    setenv("TZ", other, 1);
    tzset();
    write_npz_arrays(file.path(), some_arrays());
    EXPECT_EQ(text_of(file.path()), archive) << other;
  }
  zone ? setenv("TZ", before.c_str(), 1) : unsetenv("TZ");
  tzset();
}

TEST(WriteNpzArrays, ShowsNamesAsTheyCanBePrinted) {
  const TemporaryFile file("a.npz", ByteWriter("before").bytes());
  const Array array = make_array({1}, std::vector<float>{1});
  const Array damaged{.type = ScalarType::float32, .shape = {2}};
  auto const expect_shown = [&](std::vector<NamedArray> const& arrays) {
    test::expect_shown(failure(file.path(), arrays));
  };
  expect_shown({{test::hostile_name, damaged}});
  expect_shown({{test::hostile_name, array}, {test::hostile_name, array}});
  expect_shown({{test::hostile_name + std::string(1, '\0'), array}});
  expect_shown({{test::hostile_name + std::string(6000, 'x'), array}});  // longer than an archive takes
}

TEST(WriteNpzArrays, NamesWhatCannotBeWritten) {
  const TemporaryFile file("a.npz", ByteWriter("before").bytes());
  const std::string where = "write_npz_arrays: " + file.path().string() + ": ";
  const Array array = make_array({1}, std::vector<float>{1});
  EXPECT_EQ(failure(file.path(), {}), where + "there is no array to write; give it one at least");
  EXPECT_EQ(failure(file.path(), {{"a", array}, {"b", array}, {"a", array}}),
            where + "more than one array is called \"a\"; give each a name of its own");
  EXPECT_EQ(failure(file.path(), {{"", array}}),
            where + "the name \"\" cannot stand in an archive; give it a name of letters");
  EXPECT_EQ(failure(file.path(), {{std::string("a\0b", 3), array}}),
            where + "the name \"a?b\" cannot stand in an archive; give it a name of letters");
  EXPECT_EQ(failure(file.path(), {{"\xff\xfe", array}}),
            where + "array \"??\" cannot be added (Invalid argument); give it a name in UTF-8");
  Array unfit = array;
  unfit.shape = {2};
  EXPECT_EQ(failure(file.path(), {{"a", array}, {"b", unfit}}),
            where +
                "array \"b\": the shape (2,) of float32 takes 8 bytes, the array has 4; make_array puts one together "
                "that fits");
  EXPECT_EQ(failure(file.path(), {{"a", make_array(Shape(9, 1), std::vector<float>{1})}}),
            where +
                "array \"a\": the shape (1, 1, 1, 1, 1, 1, 1, 1, 1) has 9 axes, the writer takes up to 8; join some "
                "of them");
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}

TEST(WriteNpzArrays, SaysWhyAFileCannotBeWritten) {
  const TemporaryFile file("a.npz", {});
  const std::filesystem::path path = file.folder() / "none" / "a.npz";
  const std::string message = failure(path, some_arrays());
  EXPECT_EQ(message.find("write_npz_arrays: cannot write " + path.string() + ": "), 0u) << message;
  EXPECT_TRUE(
      message.ends_with("No such file or directory; the folder must exist and be writable, with room on its disk"))
      << message;
  EXPECT_EQ(failure(file.folder(), some_arrays()),
            "write_npz_arrays: cannot write " + file.folder().string() + ": this is a directory; name a file in it");
  EXPECT_EQ(failure("/dev/null", some_arrays()),
            "write_npz_arrays: cannot write /dev/null: it is a device, a pipe or open already, where libzip cannot go "
            "back; name "
            "a file");
  EXPECT_EQ(count_files(file.folder()), 1);
}

TEST(WriteNpzArrays, LeavesALinkInItsPlace) {
  const TemporaryFile file("a.npz", {});
  const std::filesystem::path link = file.folder() / "link.npz";
  std::filesystem::create_symlink("a.npz", link);
  write_npz_arrays(link, some_arrays());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_FALSE(text_of(file.path()).empty());
}

TEST(WriteNpzArrays, LeavesTheFileThatIsThereWhereWritingFails) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  const TemporaryFile file("a.npz", ByteWriter("before").bytes());
  const std::vector<NamedArray> arrays = {{"a", make_array({1000, 100}, std::vector<float>(100000))}};
  const std::string message = [&] {
    const test::FileSizeLimit limit(10000);
    return failure(file.path(), arrays);
  }();
  EXPECT_EQ(message.find("write_npz_arrays: cannot write " + file.path().string() + ": "), 0u) << message;
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
  // A good archive stays one that can be read.
  write_npz_arrays(file.path(), some_arrays());
  {
    const test::FileSizeLimit limit(10000);
    EXPECT_NE(failure(file.path(), arrays), "nothing was thrown");
  }
  EXPECT_EQ(read_npz_arrays(file.path()).size(), some_arrays().size());
}

#if SPARSECONV_POSIX
TEST(WriteNpzArrays, SaysThatTooManyFilesAreOpen) {
  if (!test::sees_objects_without_files) GTEST_SKIP() << "the sanitizer opens a pipe to look at objects";
  const TemporaryFile file("a.npz", ByteWriter("before").bytes());
  {
    const test::NoMoreFiles full;
    for (char const* const name : {"a.npz", "new.npz"}) {
      std::string const message = failure(file.folder() / name, some_arrays());
      EXPECT_TRUE(message.ends_with("Too many open files; close some, or let the program have more")) << message;
    }
  }
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}
#endif

}  // namespace
}  // namespace sparseconv::write_npz_arrays_test
