#include "sparseconv/weights/mapped_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/slow_pipe.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::mapped_file_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;

TEST(MapFile, GivesTheBytesOfTheFile) {
  ByteWriter const writer("some bytes");
  TemporaryFile const file("some.bin", writer.bytes());
  EXPECT_EQ(map_file(file.path(), "read"), SharedBytes(writer.bytes()));
}

TEST(MapFile, TakesAnEmptyFile) {
  TemporaryFile const file("none.bin", {});
  EXPECT_TRUE(map_file(file.path(), "read").empty());
}

// They are asked for in pages; what is copied would be there as well, so this looks at where the bytes lie.
TEST(MapFile, CopiesNothing) {
  std::vector<std::byte> const bytes(std::size_t{1} << 20, std::byte{7});
  TemporaryFile const file("large.bin", bytes);
  SharedBytes const mapped = map_file(file.path(), "read");
  ASSERT_EQ(mapped.size(), bytes.size());
#if SPARSECONV_MAPS_FILES
  std::ifstream maps("/proc/self/maps");
  if (!maps) GTEST_SKIP() << "this system does not list what is mapped";
  bool is_listed = false;
  for (std::string line; std::getline(maps, line);) is_listed |= line.find("large.bin") != std::string::npos;
  EXPECT_TRUE(is_listed);
#endif
}

TEST(MapFile, KeepsTheBytesOfAFileThatIsDeleted) {
  ByteWriter const writer("some bytes");
  SharedBytes mapped;
  {
    TemporaryFile const file("some.bin", writer.bytes());
    mapped = map_file(file.path(), "read").part(5, 5);
  }
  EXPECT_EQ(mapped, SharedBytes(ByteWriter("bytes").bytes()));
}

TEST(MapFile, NamesWhatIsNoFile) {
  std::filesystem::path const folder = std::filesystem::temp_directory_path();
  EXPECT_EQ(message_of<FormatError>([&] { (void)map_file(folder, "read_safetensors"); }),
            "read_safetensors: " + folder.string() + ": this is a directory; name one file in it");
  EXPECT_NE(message_of<FormatError>([&] { (void)map_file(folder / "no such file", "read"); }).find("no such file"),
            std::string::npos);
}

// A file that grew or shrank before it is mapped has the size that it has then.
TEST(MapFile, GivesABeginningOfAFileThatGrows) {
  ByteWriter const writer("some bytes");
  TemporaryFile const file("some.bin", writer.bytes());
  SharedBytes const mapped = map_file(file.path(), "read");
  std::filesystem::resize_file(file.path(), 100'000);
  EXPECT_EQ(mapped, SharedBytes(writer.bytes()));
}

#if SPARSECONV_POSIX
TEST(MapFile, ReadsWhatCannotBeMapped) {
  if (!std::filesystem::exists("/proc/self/status")) GTEST_SKIP() << "no /proc on this system";
  EXPECT_GT(map_file("/proc/self/status", "read").size(), 0u);
  test::SlowPipe pipe;
  pipe.write("some bytes");
  test::InterruptingTimer const timer;
  EXPECT_EQ(map_file(pipe.path(), "read"), SharedBytes(ByteWriter("some bytes").bytes()));
}

TEST(MapFile, RefusesDevicesThatHaveNoEnd) {
  for (char const* const device : {"/dev/zero", "/dev/full", "/dev/null"}) {
    if (!std::filesystem::exists(device)) continue;
    EXPECT_EQ(message_of<FormatError>([&] { return map_file(device, "read").size(); }),
              std::string("read: ") + device + ": this is a device; name a file");
  }
}

TEST(MapFile, HoldsNoFileOpen) {
  TemporaryFile const file("some.bin", ByteWriter("some bytes").bytes());
  SharedBytes const mapped = map_file(file.path(), "read");
  int const next = ::open("/dev/null", O_RDONLY);
  ::close(next);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(map_file(file.path(), "read"), mapped);
  int const after = ::open("/dev/null", O_RDONLY);
  ::close(after);
  EXPECT_EQ(next, after);
}
#endif

}  // namespace
}  // namespace sparseconv::mapped_file_test
