#include "sparseconv/io/records.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "check_blocks.hpp"
#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {
namespace {

/// What an input is: its format, and its records.
struct Input {
  RecordFormat format;
  std::string_view records;
};

/// The format that the first byte of an input chooses: columns of one type, likely ones or hostile ones, or a description, which is
/// then the input's first line.
Input read_input(std::string_view text) {
  using Limits = std::numeric_limits<std::int64_t>;
  constexpr std::int64_t two_to_62 = std::int64_t{1} << 62;
  constexpr std::array<std::int64_t, 8> hostile = {
      -1, -4, Limits::min(), Limits::max(), two_to_62, two_to_62 + 4, (two_to_62 >> 30) + 4, -(two_to_62 >> 31)};
  auto const choice = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  if (choice & 0x20) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    Input input{{.fields = std::string(text.substr(0, end))}, text.substr(std::min(end + 1, text.size()))};
    if (input.format.fields.empty()) input.format.fields = "f4 x, u1 y, i2 z";
    return input;
  }
  const std::size_t low = choice & 7;
  return {{.columns = choice & 8 ? hostile[low] : static_cast<std::int64_t>(low),
           .element = choice & 0x80   ? RecordElement::float16
                      : choice & 0x40 ? RecordElement::float64
                                      : RecordElement::float32},
          text};
}

std::string make_records(Dice& dice) {
  if (dice.one_in(3)) {
    std::string fields;
    for (std::string_view const name : {"x", "_", "y", "z", "rgb", "t"}) {
      if (name.size() > 1 && dice.one_in(2)) continue;
      const std::string_view type = dice.pick({"f4", "f8", "f2", "u1", "i2", "<u4", ">f4", ">i8"});
      fields += std::string(fields.empty() ? "" : ",") + std::string(type) + " " + std::string(name);
    }
    return " " + fields + "\n" + any_bytes(dice, dice.below(6) * record_bytes({.fields = fields}));
  }
  std::string const choice(
      1, static_cast<char>(dice.pick({"\x80", "\x40", "\x01"})[0] + 3 + static_cast<int>(dice.below(4))));
  return choice + any_bytes(dice, dice.below(8) * record_bytes(read_input(choice).format));
}

void spoil_records(std::string& bytes, Dice& dice) {
  if (!bytes.empty() && dice.one_in(4)) {
    bytes[0] = static_cast<char>(dice.below(256));
  } else if (!bytes.empty() && (bytes[0] & 0x20) != 0 && dice.one_in(2)) {
    std::string line = bytes.substr(0, bytes.find('\n'));
    std::string const rest = bytes.substr(line.size());
    replace_word(line, std::string(dice.pick({"f3", "_", "x", "", "f4 y", ",", "u8 q,f4", "\xff", ">f4", "|u1", "<"})),
                 dice, " ,");
    bytes = line + rest;
  } else {
    spoil_bytes(bytes, dice);
  }
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_records, spoil_records);
}

/// Any bytes after the format are a cloud of just these records, or an error.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv::fuzz;
  if (size == 0) return 0;
  Input const input = read_input({reinterpret_cast<char const*>(data), size});
  // A packed colour of 4 bytes is 4 numbers.
  check_reader(size, {.call = "read_records: ", .most_values = size, .header_memory = 1 << 17}, [&] {
    auto const bytes = std::as_bytes(std::span(input.records));
    auto cloud = read_whole_and_in_blocks([&] {
      return sparseconv::open_record_rows({bytes, "read_records: fuzz"}, input.format);
    });
    require(!input.format.fields.empty() || cloud.columns == input.format.columns, "the columns that were asked for");
    require(static_cast<std::size_t>(cloud.size()) * sparseconv::record_bytes(input.format) == bytes.size(),
            "every byte counts");
    return cloud;
  });
  return 0;
}
