#include "sparseconv/io/png.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "support/folder_contents.hpp"
#include "support/interrupting_timer.hpp"
#include "support/slow_pipe.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::png_test {
namespace {

/// A folder of the running test's own, gone after it.
class WritePng : public testing::Test {
 protected:
  WritePng()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("write_png_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~WritePng() override { std::filesystem::remove_all(folder_); }

  std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  }

  std::filesystem::path folder_;
};

struct Decoded {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> bytes;
};

Decoded read_png(std::filesystem::path const& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&image, path.string().c_str()), 0) << image.message;
  EXPECT_EQ(image.format, static_cast<png_uint_32>(PNG_FORMAT_RGB)) << "the file should hold 8-bit RGB, no alpha";
  image.format = PNG_FORMAT_RGB;
  Decoded decoded{image.width, image.height, std::vector<std::uint8_t>(std::size_t{3} * image.width * image.height)};
  EXPECT_NE(png_image_finish_read(&image, nullptr, decoded.bytes.data(), 0, nullptr), 0) << image.message;
  return decoded;
}

/// All bytes differ from their neighbours, so that a swapped channel, row or column shows.
Picture patterned(std::int64_t width, std::int64_t height) {
  Picture picture(width, height);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      auto const channel = [&](std::int64_t a, std::int64_t b) {
        return static_cast<std::uint8_t>((a * x + b * y) % 256);
      };
      picture.set(x, y, {channel(7, 31), channel(101, 3), channel(13, 59)});
    }
  }
  return picture;
}

std::string message_of(std::filesystem::path const& path, Picture const& picture) {
  try {
    write_png(path, picture);
  } catch (Error const& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(WritePng, IsReadBackAsItWas) {
  constexpr std::int64_t sizes[][2] = {{1, 1}, {1, 7}, {7, 1}, {5, 3}, {257, 131}};
  for (auto const& [width, height] : sizes) {
    const Picture picture = patterned(width, height);
    write_png(folder_ / "picture.png", picture);
    const Decoded decoded = read_png(folder_ / "picture.png");
    EXPECT_EQ(decoded.width, width);
    EXPECT_EQ(decoded.height, height);
    EXPECT_TRUE(std::ranges::equal(decoded.bytes, picture.bytes())) << width << " x " << height;
  }
  EXPECT_EQ(files(), 1) << "each picture should replace the one before, and leave nothing beside it";
}

TEST_F(WritePng, SaysWhyAPathCannotBeWritten) {
  const std::filesystem::path path = folder_ / "no such folder" / "picture.png";
  EXPECT_EQ(message_of(path, patterned(2, 2)),
            "write_png: cannot write " + path.string() +
                ": No such file or directory; the folder must exist and be writable");
  EXPECT_EQ(files(), 0);
}

TEST_F(WritePng, LeavesADirectoryOfThatNameAlone) {
  const std::filesystem::path path = folder_ / "picture.png";
  std::filesystem::create_directory(path);
  EXPECT_EQ(message_of(path, patterned(2, 2)),
            "write_png: cannot write " + path.string() + ": this is a directory; name a file in it");
  EXPECT_EQ(files(), 1) << "only the folder that stood in the way";
}

TEST_F(WritePng, RefusesWhatPngCannotHold) {
  EXPECT_EQ(message_of(folder_ / "picture.png", Picture(0, 4)),
            "write_png: the picture has 0 x 4 pixels; a PNG file needs at least 1 x 1");
  EXPECT_EQ(message_of(folder_ / "picture.png", Picture(1'000'001, 1)),
            "write_png: cannot write " + (folder_ / "picture.png").string() +
                ": a side of 1000001 x 1 pixels is beyond the million that libpng writes");
  EXPECT_EQ(files(), 0);
}

TEST_F(WritePng, RefusesANameWithAZero) {
  test::expect_writer_refuses_zero("write_png", ".png",
                                   [](std::filesystem::path const& path) { write_png(path, patterned(2, 2)); });
}

#if SPARSECONV_POSIX
TEST_F(WritePng, WritesAllToAPipeWhileSignalsCome) {
  const Picture picture = patterned(600, 400);
  write_png(folder_ / "picture.png", picture);
  test::SlowPipe pipe;
  {
    pipe.read();
    const test::InterruptingTimer timer;
    write_png(pipe.path(), picture);
  }
  EXPECT_TRUE(pipe.text() == test::text_of(folder_ / "picture.png"));
}
#endif

}  // namespace
}  // namespace sparseconv::png_test
