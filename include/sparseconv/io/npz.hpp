#pragma once

#include <zip.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/npy.hpp"
#include "sparseconv/io/npy_points.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/zip_archive.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Which array of a .npz file to read, and how large it may become.
struct NpzOptions {
  /// Its name, as np.savez was given it. Empty: the one that has a usual name, or else the only one that can be a cloud.
  std::string array = {};
  /// The most bytes that it may unpack to. A hostile archive of 16 MB makes 16 GB; as floats numbers of one byte take 4
  /// times as much.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
  /// How its points are taken. They are unpacked as a whole, not in blocks.
  PointReading reading = {};
};

/// Reads the array of one entry as points.
///
/// Throws:  FormatError and CapacityError as parse_npz does.
[[nodiscard]] inline PointCloud read_npz_item(zip_t* archive, ZipItem const& item, std::uint64_t archive_bytes,
                                              NpzOptions const& options, std::string_view where) {
  expect_possible_size(item, archive_bytes, where);
  const ZipEntry entry = open_zip_entry(archive, item, where);
  std::vector<std::byte> bytes;
  unpack(entry.get(), std::min<std::uint64_t>(item.bytes, longest_npy_header), bytes, where);
  static_cast<void>(parse_npy_points(bytes, item.bytes, where));
  if (item.bytes > options.max_bytes)
    throw CapacityError({where, ": the array claims ", item.bytes, " bytes, the limit is ", options.max_bytes,
                         "; if that is its real size, raise NpzOptions::max_bytes"});
  unpack_rest(entry.get(), item, bytes, where);
  return PointBlocks(open_npy_rows(ByteWindow::keeping(std::move(bytes), std::string(where))), options.reading).rest();
}

/// The names that arrays of points usually have, the most usual first. "arr_0" is not one: np.savez gives it to whatever
/// comes first.
inline constexpr std::array<std::string_view, 13> usual_point_arrays = {
    "points", "point_cloud",  "pointcloud", "pc",   "pcd", "pts",      "cloud",
    "lidar",  "lidar_points", "velodyne",   "scan", "xyz", "positions"};

/// The most arrays whose headers are read to find the one that can be a cloud.
inline constexpr std::size_t most_judged_arrays = 1000;

/// Whether an array can be a point cloud, as its header says.
enum class NpzFit : std::uint8_t { cloud, unreadable, no_cloud };

/// Whether an array can be a point cloud, and in words its shape, or else why not.
struct NpzJudgement {
  NpzFit fit;
  std::string words;
};

/// Judges an array by its header. One that cannot be read may be the one that was meant; one whose shape is no cloud's is
/// not.
[[nodiscard]] inline NpzJudgement judge_npz_item(zip_t* archive, ZipItem const& item, std::uint64_t archive_bytes,
                                                 std::string_view where) {
  try {
    expect_possible_size(item, archive_bytes, where);
    const ZipEntry entry = open_zip_entry(archive, item, where);
    std::vector<std::byte> beginning;
    unpack(entry.get(), std::min<std::uint64_t>(item.bytes, longest_npy_header), beginning, where);
    const NpyDictionary dictionary = parse_npy_preamble(beginning, item.bytes, where).dictionary;
    try {
      if (!dictionary.descr.starts_with('[')) static_cast<void>(parse_npy_shape(dictionary.shape, where));
    } catch (FormatError const& unsuitable) {
      return {NpzFit::no_cloud, unsuitable.what()};
    }
    const NpyPoints points = parse_npy_points(beginning, item.bytes, where);
    return {NpzFit::cloud, error_message({points.rows, " x ", points.columns})};
  } catch (FormatError const& unreadable) {
    return {NpzFit::unreadable, unreadable.what()};
  }
}

/// The array of those, more than one, that holds the points, where nobody told its name.
///
/// Throws:  FormatError if none has a usual name, and none or several can be a cloud; the message lists them.
[[nodiscard]] inline ZipItem const& choose_npz_item(zip_t* archive, std::vector<ZipItem> const& items,
                                                    std::uint64_t archive_bytes, std::string_view where) {
  for (const std::string_view usual : usual_point_arrays)
    for (ZipItem const& item : items)
      if (item.name == usual) return item;
  if (items.size() > most_judged_arrays)
    throw FormatError({where, ": none of its ", items.size(),
                       " arrays has a usual name such as \"points\"; name one by NpzOptions::array"});
  std::vector<ZipItem const*> possible;
  std::string listed;
  std::string reasons;
  for (ZipItem const& item : items) {
    const std::string name = name_in_quotes(item.name);
    const NpzJudgement judged = judge_npz_item(archive, item, archive_bytes, error_message({where, ": array ", name}));
    if (judged.fit == NpzFit::no_cloud) {
      if (reasons.size() < 1000) reasons += "\n  " + judged.words;
      continue;
    }
    possible.push_back(&item);
    if (listed.size() < 1000)
      listed += (listed.empty() ? "" : ", ") + name + " (" +
                (judged.fit == NpzFit::cloud ? judged.words : "cannot be read as it is") + ")";
  }
  if (possible.empty())
    throw FormatError(
        {where, ": none of its ", items.size(), " arrays can be a point cloud, N x C with C >= 3", reasons});
  if (possible.size() == 1) return *possible.front();
  throw FormatError({where, ": ", possible.size(), " of its arrays could be the points: ", listed,
                     "; name the one by NpzOptions::array, as in read_npz(path, {.array = ",
                     name_in_quotes(possible.front()->name), "})"});
}

/// The array that is called `name`.
///
/// Throws:  FormatError if there is none; the message lists those there are.
[[nodiscard]] inline ZipItem const& find_npz_item(std::vector<ZipItem> const& items, std::string_view name,
                                                  std::string_view where) {
  std::string names;
  for (ZipItem const& item : items) {
    if (item.name == name) return item;
    if (names.size() < 1000) names += error_message({names.empty() ? "" : ", ", name_in_quotes(item.name)});
  }
  throw FormatError({where, ": no array is called ", name_in_quotes(name), "; there are ", names});
}

/// Finds the array that `options` asks for in an archive of `archive_bytes`, and reads it.
[[nodiscard]] inline PointCloud read_npz_archive(zip_t* archive, std::uint64_t archive_bytes, NpzOptions const& options,
                                                 std::string_view where) {
  const std::vector<ZipItem> items = list_npy_items(archive);
  expect_npy_items(items, where);
  ZipItem const& item = !options.array.empty() ? find_npz_item(items, options.array, where)
                        : items.size() == 1    ? items.front()
                                               : choose_npz_item(archive, items, archive_bytes, where);
  return read_npz_item(archive, item, archive_bytes, options,
                       error_message({where, ": array ", name_in_quotes(item.name)}));
}

/// Reads points from the bytes of a .npz file: a zip archive of .npy files, as np.savez and np.savez_compressed write
/// it.
///
/// `name` is what messages call the bytes. Shapes and types as for parse_npy. Which array: that of options.array; else the
/// first of usual_point_arrays that is there; else the only one that can be a cloud.
/// Throws:  FormatError if the bytes are no such archive, if it has no such array or several, which the message lists, if
///          the array is damaged or no point cloud, or packed in another way than stored or deflated, or claims more bytes
///          than deflate makes of those in the archive;
///          CapacityError if the array claims more than options.max_bytes. All that before it is unpacked.
[[nodiscard]] inline PointCloud parse_npz(std::span<const std::byte> bytes, std::string_view name,
                                          NpzOptions const& options = {}) {
  const std::string where = "read_npz: " + std::string(name);
  const ZipInput input = open_zip_bytes(bytes, where);
  return read_npz_archive(input.archive.get(), input.bytes, options, where);
}

/// Reads the points of one array of a .npz file. Of the other arrays no more than their headers are unpacked.
///
/// Where the extension decides: `path.extension() == ".npz" ? read_npz(path) : read_point_cloud(path)`.
/// Throws:  what parse_npz throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_npz(std::filesystem::path const& path, NpzOptions const& options = {}) {
  const std::string where = "read_npz: " + path.string();
  const ZipInput input = open_zip_file(path, where);
  return read_npz_archive(input.archive.get(), input.bytes, options, where);
}

}  // namespace sparseconv::inline v0_1
