#include "sparseconv/io/pcd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/lzf_packer.hpp"
#include "check_blocks.hpp"
#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "text_file.hpp"

namespace sparseconv::fuzz {
namespace {

std::vector<std::string_view> const pcd_words = split_words(
    "VERSION FIELDS COLUMNS SIZE TYPE COUNT WIDTH HEIGHT VIEWPOINT POINTS DATA # x y z _ rgb rgba intensity ascii "
    "binary binary_compressed F I U B 1 2 4 8 0.7 .7 0.6 .5 1.0 f X Y Z \xff nan");

/// The two sizes of packed data, and the data.
std::string pack(std::string const& bytes) {
  std::vector<std::byte> const packed = test::pack_lzf(std::as_bytes(std::span(bytes)));
  std::string text;
  for (std::size_t const size : {packed.size(), bytes.size()})
    for (int byte = 0; byte < 4; ++byte) text += static_cast<char>((size >> (8 * byte)) & 0xff);
  return text + std::string(reinterpret_cast<char const*>(packed.data()), packed.size());
}

/// A file of up to 8 fields and 15 points, whose lines stand in PCL's order.
std::string make_pcd(Dice& dice) {
  constexpr std::array<std::string_view, 8> others = {"intensity", "rgb", "rgba", "_", "normal", "ring", "label", "t"};
  std::string names, sizes, types, counts;
  std::size_t numbers = 0;
  std::size_t record = 0;
  auto const add = [&](std::string_view name, std::size_t count) {
    const std::string_view type = dice.pick({"F4", "F4", "F4", "F8", "I1", "I2", "I4", "I8", "U1", "U2", "U4", "U8"});
    names += " " + std::string(name);
    types += " " + std::string(type.substr(0, 1));
    sizes += " " + std::string(type.substr(1));
    counts += " " + std::to_string(count);
    numbers += count;
    record += count * static_cast<std::size_t>(type[1] - '0');
  };
  std::array<std::string_view, 3> axes = {"x", "y", "z"};
  std::swap(axes[0], axes[dice.below(3)]);
  for (std::string_view const axis : axes) {
    if (dice.one_in(4)) add(dice.pick(others), dice.one_in(3) ? 1 + dice.below(4) : 1);
    add(axis, 1);
  }
  if (dice.one_in(2)) add(dice.pick(others), 1);

  bool const is_wide = dice.one_in(32);
  if (is_wide) add(std::string(1 + dice.below(400), 'n'), 1 + dice.below(dice.one_in(8) ? 65600 : 300));

  const std::size_t width = is_wide ? 0 : dice.below(6);
  const std::size_t height = dice.below(4);
  std::string_view const data = dice.pick({"ascii", "binary", "binary_compressed"});
  std::string const end(dice.one_in(8) ? "\r\n" : dice.one_in(16) ? "\r" : "\n");
  std::string text = dice.one_in(2) ? "# .PCD v0.7 - Point Cloud Data file format" + end : "";
  if (!dice.one_in(8)) text += "VERSION " + std::string(dice.pick({"0.7", ".7", "0.6", ".5"})) + end;
  text += (dice.one_in(8) ? "COLUMNS" : "FIELDS") + names + end + "SIZE" + sizes + end + "TYPE" + types + end +
          "COUNT" + counts + end;
  text += "WIDTH " + std::to_string(width) + end + "HEIGHT " + std::to_string(height) + end;
  if (dice.one_in(2)) text += "VIEWPOINT 0 0 0 1 0 0 0" + end;
  text += "POINTS " + std::to_string(width * height) + end + "DATA " + std::string(data) + end;
  if (data == "ascii") return text + any_rows(dice, width * height, numbers, end);
  if (data == "binary_compressed") return text + pack(any_bytes(dice, width * height * record));
  return text + any_bytes(dice, width * height * record) + std::string(dice.one_in(8) ? dice.below(300) : 0, '\0');
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_pcd,
                [](std::string& text, Dice& dice) { spoil_text_file(text, "DATA", pcd_words, dice); });
}

/// Two bytes of a text may be the four parts of a packed colour, and a byte of packed data 88 numbers. A few bytes of a header may say
/// that a record has 65536 numbers, each of which gets a type, a place and a name.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  fuzz::check_reader(
      size, {.call = "read_pcd: fuzz: ", .most_values = most_by_lzf * size, .header_memory = std::size_t{40} << 20},
      [&] { return fuzz::read_whole_and_in_blocks([&] {
              return open_pcd_rows({bytes, "read_pcd: fuzz"});
            }); });
  return 0;
}
