#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "sparseconv/error.hpp"
#include "sparseconv/io/las.hpp"
#include "sparseconv/io/npy.hpp"
#include "sparseconv/io/pcd.hpp"
#include "sparseconv/io/ply.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/io/text.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/file_name.hpp"
#include "sparseconv/weights/input_file.hpp"

namespace sparseconv::inline v0_1 {

/// What a file's extension leaves open.
struct PointCloudOptions {
  RecordFormat records = {};  ///< of .bin files, which do not say it themselves
  TextFormat text = {};       ///< of texts, whose extensions are text_extensions
  PointReading reading = {};  ///< the offset of positions, and the size of a block
};

/// The extensions of texts in which each line is a point.
inline constexpr std::array<std::string_view, 7> text_extensions = {".xyz", ".xyzn", ".xyzrgb", ".txt",
                                                                    ".csv", ".asc",  ".pts"};

/// Opens a .bin, .npy, .ply, .pcd, .las or .laz file, or a text (text_extensions); the extension, in any case, says which reader takes
/// it, and what the columns of .xyzn and .xyzrgb files are called that options.text does not name.
///
/// A .npz file needs libzip, and so a call of its own: read_npz in sparseconv/io/npz.hpp.
/// Throws:  FormatError for any other extension; what the format's own reader throws.
[[nodiscard]] inline PointBlocks point_blocks(std::filesystem::path const& path,
                                              PointCloudOptions const& options = {}) {
  expect_whole_name<FormatError>(path, "read_point_cloud: " + path.string());
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (extension == ".bin") return record_blocks(path, options.records, options.reading);
  if (extension == ".las" || extension == ".laz") return las_blocks(path, options.reading);
  if (extension == ".npy") return npy_blocks(path, options.reading);
  if (extension == ".ply") return ply_blocks(path, options.reading);
  if (extension == ".pcd") return pcd_blocks(path, options.reading);
  TextFormat text = options.text;
  if (text.names.empty() && extension == ".xyzn") text.names = "x y z nx ny nz";
  if (text.names.empty() && extension == ".xyzrgb") text.names = "x y z red green blue";
  if (std::find(text_extensions.begin(), text_extensions.end(), extension) != text_extensions.end())
    return text_blocks(path, text, options.reading);
  if (extension == ".npz")
    throw FormatError({"read_point_cloud: ", path.string(),
                       ": a .npz file needs libzip; include <sparseconv/io/npz.hpp>, link it, and call read_npz"});
  if (std::error_code failure; std::filesystem::is_directory(path, failure))
    expect_file(path, "read_point_cloud: " + path.string());
  std::string known = ".bin, .npy, .ply, .pcd, .las";
  for (std::string_view const text_extension : text_extensions)
    known += error_message({text_extension == text_extensions.back() ? " and " : ", ", text_extension});
  throw FormatError({"read_point_cloud: ", path.string(), ": the extension \"", extension, "\" is not one of ", known,
                     "; call read_records, read_npy, read_ply, read_pcd, read_las or read_text itself"});
}

/// Reads the points of such a file as a whole.
///
/// Throws:  what point_blocks throws.
[[nodiscard]] inline PointCloud read_point_cloud(std::filesystem::path const& path,
                                                 PointCloudOptions const& options = {}) {
  return point_blocks(path, options).rest();
}

/// Calls `take` with one block of such a file's points after the other, which it may change or move from; a file may so be larger
/// than memory. `take` may also want the share of the file that was read, 0 to 1: take(block, progress).
///
/// A .npy file in Fortran order and packed PCD data are held as a whole all the same.
/// Throws:  what point_blocks and `take` throw.
template <class Take>
requires std::invocable<Take&, PointCloud&> || std::invocable<Take&, PointCloud&, double>
void for_each_block(std::filesystem::path const& path, PointCloudOptions const& options, Take&& take) {
  PointBlocks blocks = point_blocks(path, options);
  for (PointCloud block; blocks.next(block);) {
    if constexpr (std::invocable<Take&, PointCloud&, double>) {
      take(block, blocks.progress());
    } else {
      take(block);
    }
  }
}

}  // namespace sparseconv::inline v0_1
