#include "sparseconv/io/ply.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check_blocks.hpp"
#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "text_file.hpp"

namespace sparseconv::fuzz {
namespace {

std::vector<std::string_view> const ply_words = split_words(
    "ply format ascii binary_little_endian binary_big_endian 1.0 1.1 comment obj_info element vertex face "
    "property list end_header x y z rgb rgba red char uchar short ushort int uint float double int8 uint8 "
    "int16 uint16 int32 uint32 float32 float64 int64 vertex_indices \xff");

struct Type {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<Type, 12> types = {{{"float", 4},
                                         {"float", 4},
                                         {"float32", 4},
                                         {"double", 8},
                                         {"float64", 8},
                                         {"char", 1},
                                         {"uint8", 1},
                                         {"short", 2},
                                         {"uint16", 2},
                                         {"int", 4},
                                         {"uint", 4},
                                         {"int32", 4}}};

/// A right file as it grows: an element's rows are written when its properties are known.
struct Ply {
  bool is_ascii;
  std::string_view line_end;
  std::string header = {};
  std::string body = {};
};

/// A property of a row; a list has a type of its length too.
struct Property {
  std::string_view name;
  Type type;
  bool is_list;
};

void add_element(Ply& ply, std::string_view name, std::size_t rows, std::span<Property const> properties, Dice& dice) {
  (ply.header += "element ").append(name).append(" ").append(std::to_string(rows)).append(ply.line_end);
  for (Property const& property : properties)
    (ply.header += property.is_list ? "property list uchar " : "property ")
        .append(property.type.name)
        .append(" ")
        .append(property.name)
        .append(ply.line_end);
  for (std::size_t row = 0; row < rows; ++row) {
    for (Property const& property : properties) {
      const std::size_t entries = property.is_list ? dice.below(4) : 1;
      if (ply.is_ascii) {
        std::string const between(dice.one_in(16) ? ply.line_end : " ");
        if (property.is_list) ply.body += std::to_string(entries) + between;
        for (std::size_t i = 0; i < entries; ++i) ply.body += any_number(dice) + between;
      } else {
        if (property.is_list) ply.body += static_cast<char>(entries);
        ply.body += any_bytes(dice, entries * property.type.bytes);
      }
    }
    if (ply.is_ascii) ply.body += ply.line_end;
  }
}

/// A file of vertices, and perhaps other elements around them.
std::string make_ply(Dice& dice) {
  Ply ply{.is_ascii = dice.one_in(2), .line_end = dice.one_in(8) ? "\r\n" : dice.one_in(8) ? "\r" : "\n"};
  std::array<Property, 1> const face = {{{"vertex_indices", dice.pick(types), true}}};
  if (dice.one_in(4)) add_element(ply, "face", dice.below(4), face, dice);
  if (dice.one_in(8)) add_element(ply, "nothing", dice.below(4), {}, dice);

  std::vector<Property> vertex;
  std::array<std::string_view, 3> axes = {"x", "y", "z"};
  std::swap(axes[0], axes[dice.below(3)]);
  constexpr std::array<std::string_view, 6> others = {"rgb", "rgba", "red", "intensity", "nx", "label"};
  for (std::string_view const axis : axes) {
    if (dice.one_in(4)) vertex.push_back({dice.pick(others), dice.pick(types), dice.one_in(3)});
    vertex.push_back({axis, dice.pick(types), false});
  }
  if (dice.one_in(2)) vertex.push_back({dice.pick(others), dice.pick(types), dice.one_in(4)});
  add_element(ply, "vertex", dice.below(12), vertex, dice);

  if (dice.one_in(3)) add_element(ply, "face", dice.below(4), face, dice);
  std::string const end(ply.line_end);
  return "ply" + end + "format " +
         std::string(ply.is_ascii ? "ascii" : dice.pick({"binary_little_endian", "binary_big_endian"})) + " 1.0" + end +
         ply.header + "end_header" + end + ply.body;
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_ply,
                [](std::string& text, Dice& dice) { spoil_text_file(text, "end_header", ply_words, dice); });
}

/// Two bytes of a text may be the four parts of a packed colour. What the header says of the size, which read_ply
/// judges before it reads the rest, refuses no file that the rest makes a cloud.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const bytes = std::as_bytes(std::span(data, size));
  sparseconv::fuzz::check_reader(
      size, {.call = "read_ply: fuzz: ", .most_values = 2 * size, .header_memory = 1 << 16}, [&] {
        auto cloud = sparseconv::fuzz::read_whole_and_in_blocks([&] {
          return sparseconv::open_ply_rows({bytes, "read_ply: fuzz"});
        });
        bool const has_mark = std::string_view(reinterpret_cast<char const*>(data), size).starts_with("\xEF\xBB\xBF");
        auto const behind_mark = bytes.subspan(has_mark ? 3 : 0);
        sparseconv::TextLines lines(behind_mark);
        auto const header = sparseconv::parse_ply_header(lines, "fuzz");
        try {
          if (header.format != sparseconv::PlyFormat::ascii)
            sparseconv::expect_ply_size(header, behind_mark.size() - lines.position(), "fuzz");
        } catch (sparseconv::Error const& error) {
          sparseconv::fuzz::require(false, "a whole file's size is not refused", error.what());
        }
        return cloud;
      });
  return 0;
}
