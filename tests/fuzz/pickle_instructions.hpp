#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"
#include "zip_file.hpp"

namespace sparseconv::fuzz {

/// Instructions of a pickle that are followed by the same kind of argument. Source: the comments of Python's pickletools.
struct InstructionForm {
  std::string_view codes;
  std::size_t bytes;         ///< of a number
  std::size_t lines;         ///< of text
  std::size_t length_bytes;  ///< of a length, which so many bytes follow
};

inline constexpr std::array<InstructionForm, 10> instruction_forms = {
    {{"N\x88\x89)(]}tld.012aesuRboQ\x81\x85\x86\x87\x8f\x90\x91\x92\x93\x94\x97\x98", 0, 0, 0},
     {"Kqh\x80\x82", 1, 0, 0},
     {"M\x83", 2, 0, 0},
     {"Jrj\x84", 4, 0, 0},
     {"G\x95", 8, 0, 0},
     {"IFLSVPgp", 0, 1, 0},
     {"ci", 0, 2, 0},
     {"U\x8c\x8a"
      "C",
      0, 0, 1},
     {"TXB\x8b", 0, 0, 4},
     {"\x8d\x8e\x96", 0, 0, 8}}};

/// The bytes of the instruction that a text begins with; those of one without arguments if there is no such instruction.
inline std::size_t instruction_bytes(std::string_view text) {
  auto const* const form = std::find_if(
      instruction_forms.begin(), instruction_forms.end(),
      [&](InstructionForm const& one) { return !text.empty() && one.codes.find(text[0]) != std::string_view::npos; });
  if (form == instruction_forms.end()) return std::min<std::size_t>(1, text.size());
  std::size_t size = 1 + form->bytes + form->length_bytes;
  if (form->length_bytes > 0) size += number_at(text, 1, std::min<std::size_t>(form->length_bytes, 4));
  for (std::size_t line = 0; line < form->lines; ++line)
    size = std::min(text.find('\n', std::min(size, text.size())), text.size()) + 1;
  return std::min(size, text.size());
}

/// Where the instructions of a pickle begin, and where it ends.
inline std::vector<std::size_t> instruction_places(std::string_view pickle) {
  std::vector<std::size_t> places{0};
  while (places.back() < pickle.size())
    places.push_back(places.back() + instruction_bytes(pickle.substr(places.back())));
  return places;
}

inline void append_global(std::string& to, std::string_view module_name, std::string_view name) {
  to += 'c';
  to += module_name;
  to += '\n';
  to += name;
  to += '\n';
}

inline void append_text(std::string& to, std::string_view text) {
  to += 'X';
  append_number(to, text.size(), 4);
  to += text;
}

inline void append_integer(std::string& to, std::uint64_t number) {
  to += number < 256 ? 'K' : 'J';
  append_number(to, number, number < 256 ? 1 : 4);
}

using ModuleAndName = std::pair<std::string_view, std::string_view>;

/// Names that readers of checkpoints know, and some that they do not.
inline constexpr std::array<ModuleAndName, 14> known_globals = {{{"torch._utils", "_rebuild_tensor_v2"},
                                                                 {"torch._utils", "_rebuild_tensor"},
                                                                 {"torch._utils", "_rebuild_parameter"},
                                                                 {"torch", "FloatStorage"},
                                                                 {"torch", "HalfStorage"},
                                                                 {"torch.cuda", "LongStorage"},
                                                                 {"torch", "ComplexFloatStorage"},
                                                                 {"collections", "OrderedDict"},
                                                                 {"collections", "defaultdict"},
                                                                 {"torch", "Size"},
                                                                 {"builtins", "eval"},
                                                                 {"\x1b[31m", "name\r"},
                                                                 {"", ""},
                                                                 {"mmcv", "HistoryBuffer"}}};

/// A text as keys, names and numbers of a pickle may be.
inline std::string any_pickle_text(Dice& dice) {
  if (dice.one_in(4)) return std::string(dice.pick(hostile_counts));
  if (dice.one_in(8)) return std::string(dice.below(200), 'n');
  return std::string(
      dice.pick({"state_dict", "model", "a", "a.weight", "a.bias", "0", "1", "storage", "cpu", "'a\\x1b'", "\\u001b[2J",
                 "\x1b]0;a\a", "\xff\xfe", "", ".", "_parameters", "little_endian", "01"}));
}

/// Any instruction, whose argument is more often right than not.
inline std::string any_instruction(Dice& dice) {
  InstructionForm const& form = dice.pick(instruction_forms);
  std::string text(1, dice.pick(form.codes));
  if (form.bytes > 0) {
    text += dice.one_in(3) ? any_bytes(dice, form.bytes) : std::string(1, static_cast<char>(dice.below(8)));
    text.resize(1 + form.bytes);
  }
  if (form.lines == 1) text += any_pickle_text(dice) + '\n';
  if (form.lines == 2) {
    ModuleAndName const& global = dice.pick(known_globals);
    append_global(text, global.first, global.second);
    text.erase(1, 1);  // the instruction may be another one
  }
  if (form.length_bytes > 0) {
    std::string const content = any_pickle_text(dice);
    append_number(text, dice.one_in(8) ? dice.pick(hostile_bits) : content.size(), form.length_bytes);
    text += content;
  }
  return text;
}

/// Makes one change to the instructions of a pickle, or of several that follow one another.
inline void spoil_pickle(std::string& pickle, Dice& dice) {
  std::vector<std::size_t> const places = instruction_places(pickle);
  std::size_t const at = dice.pick(places);
  std::size_t const size = instruction_bytes(std::string_view(pickle).substr(at));
  switch (dice.below(8)) {
    case 0:
      return spoil_bytes(pickle, dice);
    case 1:
      pickle.erase(at, size);
      return;
    case 2:
      pickle.replace(at, size, any_instruction(dice));
      return;
    case 3:  // some of them once more, or in another place
    case 4: {
      std::size_t const begin = dice.pick(places);
      std::size_t const end = dice.pick(places);
      std::string const piece = pickle.substr(std::min(begin, end), begin < end ? end - begin : begin - end);
      pickle.insert(at, piece);
      return;
    }
    case 5:  // another argument
      if (size > 1 && size <= 9) pickle.replace(at + 1, size - 1, any_bytes(dice, size - 1));
      return;
    default:
      pickle.insert(at, any_instruction(dice));
  }
}

}  // namespace sparseconv::fuzz
