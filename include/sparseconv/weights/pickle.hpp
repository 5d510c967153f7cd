#pragma once

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/pickle_text.hpp"
#include "sparseconv/weights/pickle_value.hpp"

namespace sparseconv::inline v0_1 {

/// Runs the instructions of a pickle, which make values on a stack. Classes and functions are names, and calls of them data.
class PickleMachine {
 public:
  /// `where` begins every message.
  PickleMachine(std::span<const std::byte> bytes, std::string_view where)
      : bytes_(reinterpret_cast<char const*>(bytes.data()), bytes.size()), where_(where) {
    pickle_.values.resize(empty_tuple + 1);
    pickle_.values[no].kind = pickle_.values[yes].kind = PickleKind::boolean;
    pickle_.values[yes].integer = 1;
    pickle_.values[empty_tuple].kind = PickleKind::tuple;
  }

  [[nodiscard]] Pickle run() {
    for (;;) {
      begin_ = at_;
      char const instruction = take(1).front();
      if (instruction == '.') break;
      if (!(push_scalar(instruction) || push_text(instruction) || push_container(instruction) ||
            fill_container(instruction) || push_call(instruction) || move_value(instruction)))
        refuse(instruction);
    }
    pickle_.top = pop();
    pickle_.bytes = at_;
    return std::move(pickle_);
  }

 private:
  // Values that never change are made once.
  static constexpr PickleId none = 0;
  static constexpr PickleId no = 1;
  static constexpr PickleId yes = 2;
  static constexpr PickleId empty_tuple = 3;

  [[noreturn]] SPARSECONV_COLD void fail(std::initializer_list<MessagePart> reason) const {
    throw FormatError({where_, ": the pickle, at byte ", begin_, ": ", error_message(reason),
                       "; the file is damaged, or no such file"});
  }

  [[noreturn]] SPARSECONV_COLD void refuse(char instruction) const {
    auto const code = static_cast<unsigned>(static_cast<std::uint8_t>(instruction));
    if (instruction == '\x97' || instruction == '\x98')
      throw FormatError({where_, ": the pickle, at byte ", begin_, ": instruction ", code,
                         " of protocol 5 takes bytes that are not in the file; pickle without buffer_callback"});
    fail({"there is no instruction ", code});
  }

  /// The next bytes, which must be there.
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail({"it takes ", count, " bytes, ", bytes_.size() - at_, " are left"});
    std::string_view const taken = bytes_.substr(at_, count);
    at_ += taken.size();
    return taken;
  }

  /// A natural number of so many bytes, lowest first.
  std::uint64_t natural(std::size_t count) {
    std::uint64_t number = 0;
    std::string_view const taken = take(count);
    for (std::size_t i = 0; i < count; ++i)
      number |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(taken[i])) << (8 * i);
    return number;
  }

  /// The bytes up to the end of the line, without it.
  std::string_view line() {
    std::size_t const end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail({"a line has no end"});
    std::string_view const taken = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return taken;
  }

  /// The natural number that the line writes.
  std::uint64_t natural_line() {
    std::string_view const text = line();
    auto const number = parse_exactly<std::uint64_t>(text);
    if (!number) fail({in_quotes(text), " is no natural number"});
    return *number;
  }

  PickleId make(PickleValue value) {
    if (pickle_.values.size() == std::numeric_limits<PickleId>::max())
      throw CapacityError({where_, ": the pickle has more than ", pickle_.values.size(),
                           " values; keep large data as tensors, not as lists of numbers"});
    pickle_.values.push_back(std::move(value));
    return static_cast<PickleId>(pickle_.values.size() - 1);
  }

  void push(PickleId id) { stack_.push_back(id); }
  void push(PickleValue value) { push(make(std::move(value))); }
  void push_integer(std::int64_t number) { push({.kind = PickleKind::integer, .integer = number}); }
  void push_string(PickleKind kind, std::string_view text) { push({.kind = kind, .text = std::string(text)}); }

  /// Where the values above the last mark begin.
  [[nodiscard]] std::size_t base() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleId top() const {
    if (stack_.size() == base()) fail({"the stack is empty"});
    return stack_.back();
  }

  PickleId pop() {
    PickleId const id = top();
    stack_.pop_back();
    return id;
  }

  /// The values above the last mark, which are taken away with it.
  std::vector<PickleId> pop_marked() {
    if (marks_.empty()) fail({"there is no mark"});
    auto const first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleId> ids(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return ids;
  }

  bool push_scalar(char instruction) {
    switch (instruction) {
      case 'N':  // NONE
        return push(none), true;
      case '\x88':  // NEWTRUE
        return push(yes), true;
      case '\x89':  // NEWFALSE
        return push(no), true;
      case 'J':  // BININT
        return push_integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(natural(4)))), true;
      case 'K':  // BININT1
        return push_integer(static_cast<std::int64_t>(natural(1))), true;
      case 'M':  // BININT2
        return push_integer(static_cast<std::int64_t>(natural(2))), true;
      case '\x8a':  // LONG1
        return push_long(natural(1)), true;
      case '\x8b':  // LONG4
        return push_long(length_of_31_bits()), true;
      case 'I':  // INT
      case 'L':  // LONG
        return push_digits(instruction == 'I'), true;
      case 'G': {  // BINFLOAT: the highest byte first
        std::uint64_t bits = 0;
        for (char const c : take(8)) bits = bits << 8 | static_cast<std::uint8_t>(c);
        return push({.kind = PickleKind::real, .real = std::bit_cast<double>(bits)}), true;
      }
      case 'F': {  // FLOAT
        std::string_view const text = line();
        auto const number = parse_exactly<double>(text);
        if (!number) fail({in_quotes(text), " is no number"});
        return push({.kind = PickleKind::real, .real = *number}), true;
      }
      default:
        return false;
    }
  }

  /// A length that the format has with a sign.
  std::uint64_t length_of_31_bits() {
    std::uint64_t const length = natural(4);
    if (length > 0x7fffffff) fail({"a length is negative"});
    return length;
  }

  /// An integer of so many bytes, in two's complement.
  void push_long(std::uint64_t count) {
    std::string_view const digits = take(count);
    if (count > 8) return push_string(PickleKind::wide_integer, digits);
    bool const negative = !digits.empty() && static_cast<std::uint8_t>(digits.back()) >= 0x80;
    std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = digits.size(); i-- > 0;) bits = bits << 8 | static_cast<std::uint8_t>(digits[i]);
    push_integer(static_cast<std::int64_t>(bits));
  }

  /// An integer, or with `may_be_boolean` the words for true and false, as a line.
  void push_digits(bool may_be_boolean) {
    std::string_view digits = line();
    if (may_be_boolean && (digits == "00" || digits == "01")) return push(digits == "01" ? yes : no);
    if (!may_be_boolean && digits.ends_with('L')) digits.remove_suffix(1);
    std::int64_t number = 0;
    char const* const end = digits.data() + digits.size();
    auto const [stop, failure] = std::from_chars(digits.data(), end, number);
    if (stop != end || failure == std::errc::invalid_argument) fail({in_quotes(digits), " is no integer"});
    if (failure == std::errc{}) return push_integer(number);
    push_string(PickleKind::wide_integer, digits);
  }

  bool push_text(char instruction) {
    switch (instruction) {
      case 'X':  // BINUNICODE
        return push_string(PickleKind::text, take(natural(4))), true;
      case '\x8c':  // SHORT_BINUNICODE
      case 'U':     // SHORT_BINSTRING
        return push_string(PickleKind::text, take(natural(1))), true;
      case '\x8d':  // BINUNICODE8
        return push_string(PickleKind::text, take(natural(8))), true;
      case 'T':  // BINSTRING
        return push_string(PickleKind::text, take(length_of_31_bits())), true;
      case 'B':  // BINBYTES
        return push_string(PickleKind::bytes, take(natural(4))), true;
      case 'C':  // SHORT_BINBYTES
        return push_string(PickleKind::bytes, take(natural(1))), true;
      case '\x8e':  // BINBYTES8
      case '\x96':  // BYTEARRAY8
        return push_string(PickleKind::bytes, take(natural(8))), true;
      case 'V':    // UNICODE
      case 'S': {  // STRING
        std::string_view const written = line();
        std::optional<std::string> text = instruction == 'V' ? unescaped_text(written) : unquoted_text(written);
        if (!text) fail({in_quotes(written), " is no text"});
        return push({.kind = PickleKind::text, .text = std::move(*text)}), true;
      }
      default:
        return false;
    }
  }

  bool push_container(char instruction) {
    switch (instruction) {
      case ']':  // EMPTY_LIST
        return push({.kind = PickleKind::list}), true;
      case '}':  // EMPTY_DICT
        return push({.kind = PickleKind::dict}), true;
      case ')':  // EMPTY_TUPLE
        return push(empty_tuple), true;
      case '\x8f':  // EMPTY_SET
        return push({.kind = PickleKind::set}), true;
      case 'l':  // LIST
        return push({.kind = PickleKind::list, .items = pop_marked()}), true;
      case 't':  // TUPLE
        return push({.kind = PickleKind::tuple, .items = pop_marked()}), true;
      case '\x91':  // FROZENSET
        return push({.kind = PickleKind::set, .items = pop_marked()}), true;
      case 'd': {  // DICT
        std::vector<PickleId> items = pop_marked();
        if (items.size() % 2 != 0) fail({"a key has no value"});
        return push({.kind = PickleKind::dict, .items = std::move(items)}), true;
      }
      case '\x85':  // TUPLE1
      case '\x86':  // TUPLE2
      case '\x87':  // TUPLE3
      {
        std::vector<PickleId> items(static_cast<std::size_t>(static_cast<std::uint8_t>(instruction) - 0x84));
        for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
        return push({.kind = PickleKind::tuple, .items = std::move(items)}), true;
      }
      default:
        return false;
    }
  }

  bool fill_container(char instruction) {
    switch (instruction) {
      case 'a': {  // APPEND
        PickleId const item = pop();
        return append(top(), {&item, 1}), true;
      }
      case 'e':     // APPENDS
      case '\x90':  // ADDITEMS
      {
        std::vector<PickleId> const items = pop_marked();
        return append(top(), items), true;
      }
      case 's': {  // SETITEM
        PickleId const value = pop();
        PickleId const key = pop();
        PickleId const item[] = {key, value};
        return set_items(top(), item), true;
      }
      case 'u': {  // SETITEMS
        std::vector<PickleId> const items = pop_marked();
        return set_items(top(), items), true;
      }
      default:
        return false;
    }
  }

  void append(PickleId to, std::span<const PickleId> added) {
    PickleValue& value = pickle_.values[to];
    if (value.kind == PickleKind::call) {
      for (PickleId const id : added) value.items.insert(value.items.end(), {none, id});
    } else if (value.kind == PickleKind::list || value.kind == PickleKind::set) {
      value.items.insert(value.items.end(), added.begin(), added.end());
    } else {
      fail({"it appends to what is no list (", pickle_.describe(to), ")"});
    }
  }

  void set_items(PickleId to, std::span<const PickleId> added) {
    PickleValue& value = pickle_.values[to];
    if (added.size() % 2 != 0) fail({"a key has no value"});
    if (value.kind != PickleKind::dict && value.kind != PickleKind::call)
      fail({"it sets a key of what is no dict (", pickle_.describe(to), ")"});
    value.items.insert(value.items.end(), added.begin(), added.end());
  }

  bool push_call(char instruction) {
    switch (instruction) {
      case 'c':  // GLOBAL
        return push(global_of_lines()), true;
      case '\x93': {  // STACK_GLOBAL
        PickleId const name = pop();
        PickleId const module_name = pop();
        if (!pickle_.is(name, PickleKind::text) || !pickle_.is(module_name, PickleKind::text))
          fail({"a name is no text (", pickle_.describe(name), ")"});
        return push({.kind = PickleKind::global, .items = {module_name, name}}), true;
      }
      case '\x82':  // EXT1
      case '\x83':  // EXT2
      case '\x84':  // EXT4
      {
        std::uint64_t const code = natural(std::size_t{1} << (static_cast<std::uint8_t>(instruction) - 0x82));
        PickleId const module_name = make({.kind = PickleKind::text, .text = "copyreg"});
        PickleId const name = make({.kind = PickleKind::text, .text = error_message({"extension", code})});
        return push({.kind = PickleKind::global, .items = {module_name, name}}), true;
      }
      case 'R':     // REDUCE
      case '\x81':  // NEWOBJ
      {
        PickleId const arguments = pop();
        PickleId const function = pop();
        return push(call(function, arguments)), true;
      }
      case '\x92': {  // NEWOBJ_EX
        PickleId const named = pop();
        PickleId const arguments = pop();
        PickleId const function = pop();
        return push({.kind = PickleKind::call, .items = {function, arguments, none, none, named}}), true;
      }
      case 'i': {  // INST
        PickleId const function = global_of_lines();
        PickleId const arguments = make({.kind = PickleKind::tuple, .items = pop_marked()});
        return push(call(function, arguments)), true;
      }
      case 'o': {  // OBJ
        std::vector<PickleId> items = pop_marked();
        if (items.empty()) fail({"there is no class"});
        PickleId const function = items.front();
        items.erase(items.begin());
        PickleId const arguments = make({.kind = PickleKind::tuple, .items = std::move(items)});
        return push(call(function, arguments)), true;
      }
      case 'b': {  // BUILD
        PickleId const state = pop();
        PickleValue& built = pickle_.values[top()];
        if (built.kind == PickleKind::call) built.items[2] = state;  // attributes of a dict are no items of it
        return true;
      }
      case 'P':  // PERSID
        return push({.kind = PickleKind::persistent_id,
                     .items = {make({.kind = PickleKind::text, .text = std::string(line())})}}),
               true;
      case 'Q': {  // BINPERSID
        PickleId const identifier = pop();
        return push({.kind = PickleKind::persistent_id, .items = {identifier}}), true;
      }
      default:
        return false;
    }
  }

  PickleId global_of_lines() {
    PickleId const module_name = make({.kind = PickleKind::text, .text = std::string(line())});
    PickleId const name = make({.kind = PickleKind::text, .text = std::string(line())});
    return make({.kind = PickleKind::global, .items = {module_name, name}});
  }

  /// A call; one that makes a dict of Python's own is that dict.
  PickleId call(PickleId function, PickleId arguments) {
    bool const is_ordered = pickle_.is_global(function, "collections", "OrderedDict");
    if (pickle_.is(arguments, PickleKind::tuple)) {
      std::vector<PickleId> const& given = pickle_[arguments].items;
      if ((is_ordered && given.empty()) || pickle_.is_global(function, "collections", "defaultdict"))
        return make({.kind = PickleKind::dict});
      if (is_ordered && given.size() == 1 && pickle_.is(given[0], PickleKind::list)) {
        if (std::optional<PickleValue> dict = dict_of_pairs(given[0])) return make(std::move(*dict));
      }
    }
    return make({.kind = PickleKind::call, .items = {function, arguments, none}});
  }

  /// A dict of a list of keys and values; nothing if they are not in pairs.
  std::optional<PickleValue> dict_of_pairs(PickleId list) {
    PickleValue dict{.kind = PickleKind::dict};
    for (PickleId const id : pickle_[list].items) {
      PickleValue const& pair = pickle_[id];
      if ((pair.kind != PickleKind::list && pair.kind != PickleKind::tuple) || pair.items.size() != 2)
        return std::nullopt;
      // Each list is written once for each dict, and takes a byte for each item; one that is used again and again is a trap.
      if (++pairs_ > bytes_.size()) fail({"lists of keys and values are used more often than they are written"});
      dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
    }
    return dict;
  }

  bool move_value(char instruction) {
    switch (instruction) {
      case '\x80':  // PROTO
        if (std::uint64_t const protocol = natural(1); protocol > 5) fail({"there is no protocol ", protocol});
        return true;
      case '\x95':  // FRAME
        if (std::uint64_t const length = natural(8); length > bytes_.size() - at_)
          fail({"a frame claims ", length, " bytes, ", bytes_.size() - at_, " are left"});
        return true;
      case '(':  // MARK
        return marks_.push_back(stack_.size()), true;
      case '0':  // POP
        if (!marks_.empty() && stack_.size() == base()) return marks_.pop_back(), true;
        return static_cast<void>(pop()), true;
      case '1':  // POP_MARK
        return static_cast<void>(pop_marked()), true;
      case '2':  // DUP
        return push(top()), true;
      case 'p':  // PUT
        return remember(natural_line()), true;
      case 'q':  // BINPUT
        return remember(natural(1)), true;
      case 'r':  // LONG_BINPUT
        return remember(natural(4)), true;
      case '\x94':  // MEMOIZE
        return remember(remembered_), true;
      case 'g':  // GET
        return push(recall(natural_line())), true;
      case 'h':  // BINGET
        return push(recall(natural(1))), true;
      case 'j':  // LONG_BINGET
        return push(recall(natural(4))), true;
      default:
        return false;
    }
  }

  /// Keeps the value on top under a number. Who writes a pickle counts them.
  void remember(std::uint64_t number) {
    if (number > bytes_.size()) fail({"memo ", number, " of a pickle of ", bytes_.size(), " bytes"});
    std::size_t const place = number;
    if (place >= memo_.size()) memo_.resize(place + 1, forgotten);
    if (memo_[place] == forgotten) ++remembered_;
    memo_[place] = top();
  }

  PickleId recall(std::uint64_t number) const {
    if (number >= memo_.size() || memo_[number] == forgotten) fail({"there is no memo ", number});
    return memo_[number];
  }

  static constexpr PickleId forgotten = std::numeric_limits<PickleId>::max();

  std::string_view bytes_;
  std::string_view where_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the instruction
  std::size_t pairs_ = 0;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::vector<PickleId> memo_;
  std::uint64_t remembered_ = 0;
};

/// Reads a pickle of the protocols 0 to 4, as Python writes it. Nothing in it is ever called: names of classes and functions are
/// names, and what would be made by them is kept as a call, with its arguments and its state. Calls of collections.OrderedDict and
/// collections.defaultdict are dicts.
///
/// What comes after the pickle is not read. `where` begins every message.
/// Work:    that of one pass; memory, at most some hundred bytes for each byte of the pickle.
/// Throws:  FormatError if the bytes are no pickle, or take buffers from outside, as protocol 5 can;
///          CapacityError if there are more than 2^32 - 1 values.
/// Source:  the comments of Python's pickletools.
[[nodiscard]] inline Pickle parse_pickle(std::span<const std::byte> bytes, std::string_view where) {
  return PickleMachine(bytes, where).run();
}

}  // namespace sparseconv::inline v0_1
