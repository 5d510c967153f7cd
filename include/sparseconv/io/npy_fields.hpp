#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/pickle_text.hpp"

namespace sparseconv::inline v0_1 {

/// The most numbers that a structured record may have.
inline constexpr std::size_t most_npy_numbers = 65536;

/// The most bytes that the names of its numbers may take together.
inline constexpr std::size_t most_npy_name_bytes = std::size_t{2} << 20;

/// The fields of a structured array, whose dtype is a list such as [('x', '<f4'), ('xyz', '<f8', (3,)), ('', '|V4')].
///
/// A field of several numbers makes f_0, f_1 and so on; one of fields makes f.a, f.b. What holds no number - texts, dates, raw bytes,
/// complex numbers - gets no name.
class NpyFields {
 public:
  /// Names become UTF-8; `is_latin1` says that they are not in the text, as in files of versions 1 and 2.
  ///
  /// Throws:  FormatError if the text is no such list, or has more numbers than most_npy_numbers.
  NpyFields(std::string_view descr, bool is_latin1, std::string_view where)
      : text_(descr), is_latin1_(is_latin1), where_(where) {
    read_list("", 0);
    if (!at_end()) fail();
  }

  [[nodiscard]] std::vector<RowField> const& numbers() const noexcept { return numbers_; }
  [[nodiscard]] std::size_t record_bytes() const noexcept { return bytes_; }

 private:
  static constexpr int deepest = 8;

  [[noreturn]] void fail() const {
    throw FormatError({where_, ": the dtype ", in_quotes(text_),
                       " is no list of fields that NumPy writes; save the fields as "
                       "columns: np.save(path, np.stack([a['x'], a['y'], a['z']], 1))"});
  }

  void skip_blanks() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
  }
  bool at_end() {
    skip_blanks();
    return position_ == text_.size();
  }
  bool takes(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!takes(c)) fail();
  }
  [[nodiscard]] char ahead() { return at_end() ? '\0' : text_[position_]; }

  /// A string in single or double quotes, as Python writes it.
  std::string read_string() {
    char const quote = ahead();
    if (quote != '\'' && quote != '"') fail();
    std::size_t const begin = position_;
    for (++position_; position_ < text_.size() && text_[position_] != quote; ++position_)
      if (text_[position_] == '\\' && position_ + 1 < text_.size()) ++position_;
    expect(quote);
    std::optional<std::string> const text = unquoted_text(text_.substr(begin, position_ - begin));
    if (!text) fail();
    if (!is_latin1_) return *text;
    std::string name;
    for (char const c : *text) append_utf8(static_cast<unsigned char>(c), name);
    return name;
  }

  /// A name, or the name of (title, name).
  std::string read_name() {
    if (!takes('(')) return read_string();
    read_string();
    expect(',');
    std::string name = read_string();
    expect(')');
    return name;
  }

  /// How many numbers a shape such as (2, 3) or 3 has.
  std::size_t read_shape() {
    std::size_t count = 1;
    bool const is_tuple = takes('(');
    do {
      skip_blanks();
      std::size_t const begin = position_;
      while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') ++position_;
      if (is_tuple && position_ == begin) break;
      std::optional<std::uint64_t> const extent = parse_count(text_.substr(begin, position_ - begin));
      if (!extent) fail();
      if (*extent > 0 && count > most_npy_numbers / *extent) fail_too_many();
      count *= static_cast<std::size_t>(*extent);
    } while (is_tuple && takes(','));
    if (is_tuple) expect(')');
    return count;
  }

  [[noreturn]] void fail_too_many() const {
    throw FormatError({where_, ": the dtype ", in_quotes(text_), " has more than ", most_npy_numbers,
                       " numbers, or names of more than ", most_npy_name_bytes, " bytes; save fewer fields"});
  }

  void read_list(std::string const& outer, int depth) {
    if (depth == deepest) fail();
    expect('[');
    while (!takes(']')) {
      read_field(outer, depth);
      takes(',');
      expect(')');
      if (bytes_ > longest_record) fail_too_many();
      if (!takes(',') && ahead() != ']') fail();
    }
  }

  void read_field(std::string const& outer, int depth) {
    expect('(');
    std::string name = read_name();
    if (!name.empty() && !outer.empty()) name = outer + "." + name;
    expect(',');
    bool const is_nested = ahead() == '[';
    std::size_t const begin = position_;
    std::size_t const first = numbers_.size();
    std::size_t const first_byte = bytes_;
    std::string type;
    if (is_nested) {
      read_list(name, depth + 1);
    } else {
      type = read_string();
    }
    std::size_t const end = position_;
    std::size_t const count = takes(',') ? read_shape() : 1;
    if (!is_nested) return add_numbers(name, type, count, text_.substr(begin, end - begin));
    // Of a field of several records, the first has the names.
    std::size_t const size = bytes_ - first_byte;
    if (count == 0) numbers_.resize(first);
    if (size > 0 && count > longest_record / size) fail_too_many();
    bytes_ = first_byte + size * count;
  }

  void add_numbers(std::string const& name, std::string const& type, std::size_t count, std::string_view written) {
    std::optional<NpyType> const number = parse_npy_type(type);
    std::size_t const size = number ? size_of(number->type) : size_without_number(type, written);
    if (size > 0 && count > longest_record / size) fail_too_many();
    if (number && !name.empty()) {
      name_bytes_ += count * (name.size() + 7);
      if (count > most_npy_numbers - numbers_.size() || name_bytes_ > most_npy_name_bytes) fail_too_many();
      for (std::size_t i = 0; i < count; ++i)
        numbers_.push_back({count == 1 ? name : name + "_" + std::to_string(i), number->type, bytes_ + i * size,
                            number->is_big_endian});
    }
    bytes_ += count * size;
  }

  /// The bytes of what is no number: |V4, |S5, <U5, <c8, <M8[s], <m8[s].
  std::size_t size_without_number(std::string_view type, std::string_view written) const {
    if (type.size() > 2 && (type[0] == '|' || type[0] == '<' || type[0] == '>')) {
      std::optional<std::uint64_t> const size = parse_count(type.substr(2, type.find('[') - 2));
      std::size_t const unit = type[1] == 'U' ? 4 : 1;
      if (size && *size <= longest_record && std::string_view("VSUacMmfb").find(type[1]) != std::string_view::npos)
        return static_cast<std::size_t>(*size) * unit;
    }
    throw FormatError({where_, ": a field of the dtype ", in_quotes(written),
                       " has no size that the reader knows; save the fields that are numbers"});
  }

  static constexpr std::size_t longest_record = std::size_t{1} << 24;

  std::string_view text_;
  bool is_latin1_;
  std::string_view where_;
  std::size_t position_ = 0;
  std::vector<RowField> numbers_;
  std::size_t bytes_ = 0;
  std::size_t name_bytes_ = 0;
};

}  // namespace sparseconv::inline v0_1
