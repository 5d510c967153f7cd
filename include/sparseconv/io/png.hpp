#pragma once

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/picture.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// Writes a picture as a PNG file of 8-bit RGB. A file of that name is replaced.
///
/// Needs libpng (`<png.h>`, linked with -lpng), so `<sparseconv/sparseconv.hpp>` does not include this header.
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
///
/// Throws:  ShapeError if the picture has no pixels, which PNG cannot say; Error if the file cannot be written.
inline void write_png(std::filesystem::path const& path, Picture const& picture) {
  auto const fail = [&](std::string const& reason) {
    throw Error({"write_png: cannot write ", path.string(), ": ", reason});
  };
  if (picture.width() == 0 || picture.height() == 0) {
    throw ShapeError({"write_png: the picture has ", picture.width(), " x ", picture.height(),
                      " pixels; a PNG file needs at least 1 x 1"});
  }
  // libpng itself accepts sides up to a million; its sizes have 32 bits.
  constexpr std::int64_t largest_side = 1'000'000;
  if (picture.width() > largest_side || picture.height() > largest_side) {
    fail("a side of " + std::to_string(picture.width()) + " x " + std::to_string(picture.height()) +
         " pixels is beyond the million that libpng writes");
  }

  PartialFile file(path, "write_png: cannot write " + path.string());
  // Packed in memory: the writer of libpng that takes a file gives up where a signal interrupts it.
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width());
  image.height = static_cast<png_uint_32>(picture.height());
  image.format = PNG_FORMAT_RGB;
  std::vector<std::byte> packed(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = packed.size();
  if (png_image_write_to_memory(&image, packed.data(), &size, 0, picture.bytes().data(), 0, nullptr) == 0) {
    fail(image.message);
  }
  file.write(std::span(packed).first(size));
  file.keep();
}

}  // namespace sparseconv::inline v0_1
