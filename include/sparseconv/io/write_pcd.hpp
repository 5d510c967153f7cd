#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/written_points.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// One field of a PCD file that is written.
struct WrittenPcdField {
  std::string name;
  char type;
  std::size_t size;
};

/// The fields of a PCD file. Columns red, green and blue one behind another that are colours become the packed colour that the
/// Point Cloud Library reads, rgb, or rgba with alpha behind them; `numbers` then has their parts in the order of its bytes.
[[nodiscard]] inline std::vector<WrittenPcdField> pack_pcd_fields(std::vector<WrittenNumber>& numbers) {
  std::vector<WrittenPcdField> fields;
  std::vector<WrittenNumber> packed;
  auto const is_colour = [&](std::size_t i, char const* name) {
    return i < numbers.size() && numbers[i].type == ScalarType::uint8 && numbers[i].name == name;
  };
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (is_colour(i, "red") && is_colour(i + 1, "green") && is_colour(i + 2, "blue")) {
      bool const has_alpha = is_colour(i + 3, "alpha");
      fields.push_back(has_alpha ? WrittenPcdField{"rgba", 'U', 4} : WrittenPcdField{"rgb", 'F', 4});
      for (std::size_t const part : {i + 2, i + 1, i}) packed.push_back(numbers[part]);
      packed.push_back(has_alpha ? numbers[i + 3] : WrittenNumber{"", ScalarType::uint8, no_column});
      i += has_alpha ? 3 : 2;
      continue;
    }
    fields.push_back({numbers[i].name, numbers[i].type == ScalarType::uint8 ? 'U' : 'F', size_of(numbers[i].type)});
    packed.push_back(numbers[i]);
  }
  numbers = std::move(packed);
  return fields;
}

/// Writes points as a PCD file of version 0.7, with DATA binary. A file of that name is replaced.
///
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
/// Shapes:  a field for each column, under its name (c3, c4 and so on where the cloud has none), of 4-byte floats; colours as
///          pack_pcd_fields has them; x, y and z of 8 bytes where the cloud has an offset, which is added. Programs that know positions
///          of 4 bytes alone, as the Point Cloud Library's point types, take those for none: for them give the cloud no offset.
/// Throws:  ShapeError and Error as written_numbers does, for a name with a blank, and for the name _, which is padding there, too;
///          Error if the file cannot be written.
inline void write_pcd(std::filesystem::path const& path, PointCloud const& cloud) {
  std::string const name = path.string();
  std::string const where = "write_pcd: " + name;
  std::vector<WrittenNumber> numbers = written_numbers(cloud, " ", where);
  for (WrittenNumber const& number : numbers)
    if (number.name == "_")
      throw Error({where, ": a column is called \"_\", which is padding in a PCD file; rename it"});
  std::string names = "FIELDS";
  std::string sizes = "SIZE";
  std::string types = "TYPE";
  std::string counts = "COUNT";
  for (WrittenPcdField const& field : pack_pcd_fields(numbers)) {
    names += " " + field.name;
    sizes += " " + std::to_string(field.size);
    types += std::string(" ") + field.type;
    counts += " 1";
  }
  std::string const points = std::to_string(cloud.size());
  std::string const header = "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n" + names + "\n" + sizes + "\n" +
                             types + "\n" + counts + "\nWIDTH " + points +
                             "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + points + "\nDATA binary\n";
  PartialFile file(path, "write_pcd: cannot write " + name);
  file.write(std::as_bytes(std::span(header)));
  write_points(file, cloud, numbers);
  file.keep();
}

}  // namespace sparseconv::inline v0_1
