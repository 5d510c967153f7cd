#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/io/written_points.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// Points as a .npy file has them: its header, and the numbers of each record.
struct WrittenNpy {
  std::string header;
  std::vector<WrittenNumber> numbers;
};

/// Lays out a .npy file: a cloud that has names is a structured array of its points; one that has none is N x C floats, or doubles
/// where it has an offset.
///
/// Throws:  ShapeError and Error as written_numbers does. `where` begins every message.
[[nodiscard]] inline WrittenNpy lay_out_npy(PointCloud const& cloud, std::string_view where) {
  WrittenNpy npy{.header = {}, .numbers = written_numbers(cloud, "'\"\\", where)};
  std::int64_t const points = cloud.size();
  if (cloud.names.empty()) {
    ScalarType const type = npy.numbers.front().type;
    for (WrittenNumber& number : npy.numbers) number.type = type;
    npy.header = format_npy_header(type, std::array{points, cloud.columns}, where);
    return npy;
  }
  std::string descr;
  for (WrittenNumber const& number : npy.numbers)
    descr += (descr.empty() ? "[('" : ", ('") + number.name + "', '" + npy_code_of(number.type) + "')";
  npy.header = format_npy_dictionary(descr + "]", std::array{points});
  return npy;
}

/// Writes points as a .npy file. A file of that name is replaced.
///
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
/// Shapes:  of a cloud with names a structured array: x, y, z of float32, or float64 where the cloud has an offset, which is added;
///          the others of float32, or uint8 for red, green, blue and alpha that are whole and 0 to 255. Without names N x C.
/// Bits:    what np.save writes of such an array, byte for byte.
/// Throws:  ShapeError and Error as written_numbers does, for a name with a quote or a backslash too; Error if the file cannot be
///          written.
inline void write_npy(std::filesystem::path const& path, PointCloud const& cloud) {
  std::string const name = path.string();
  WrittenNpy const npy = lay_out_npy(cloud, "write_npy: " + name);
  PartialFile file(path, "write_npy: cannot write " + name);
  file.write(std::as_bytes(std::span(npy.header)));
  write_points(file, cloud, npy.numbers);
  file.keep();
}

}  // namespace sparseconv::inline v0_1
