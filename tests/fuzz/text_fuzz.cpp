#include "sparseconv/io/text.hpp"

#include <cstddef>
#include <cstdint>
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

/// A text of up to 7 columns and 15 points, with or without names, comments and a count above them.
std::string make_text(Dice& dice) {
  std::string const separator(dice.pick({" ", "\t", ",", ";", ", ", "  "}));
  std::string const end(dice.pick({"\n", "\n", "\r\n", "\r"}));
  std::size_t const columns = 3 + dice.below(5);
  std::size_t const rows = dice.below(16);
  std::string text = dice.one_in(4) ? "# made by hand" + end : dice.one_in(8) ? "\xEF\xBB\xBF" : "";
  if (dice.one_in(4)) text += std::to_string(rows) + end;
  if (dice.one_in(3)) {
    text += dice.pick({"", "//", "# "});
    constexpr std::string_view names[] = {"x", "Y", "z", "intensity", "rgb", "t", "_", "n", "z"};
    for (std::size_t i = 0; i < columns; ++i) text += std::string(i == 0 ? "" : separator) + std::string(names[i]);
    text += end;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns; ++i) text += (i == 0 ? "" : separator) + any_number(dice);
    text += (dice.one_in(16) ? separator : "") + end;
  }
  return text;
}

void spoil_text(std::string& text, Dice& dice) {
  if (dice.one_in(4)) {
    text.insert(dice.below(text.size() + 1), dice.pick({"\n", "\r", ";", ",", "\t", " ", "#", "//", "\"", "x", "5\n",
                                                        "_", "|", ",,", "\t\t", "1,5", "\"1,5\"", "NA", "\n\n"}));
  } else {
    spoil_rows(text, dice);
  }
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_text, spoil_text);
}

/// Some inputs are read with names or a separator that are given.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  TextFormat const format{.names = size % 8 == 0 ? "x y z _" : "", .separator = size % 8 == 1 ? '|' : '\0'};
  fuzz::check_reader(size, {.call = "read_text: fuzz: ", .most_values = size, .header_memory = 1 << 16}, [&] {
    return fuzz::read_whole_and_in_blocks([&] { return open_text_rows({bytes, "read_text: fuzz"}, format); });
  });
  return 0;
}
