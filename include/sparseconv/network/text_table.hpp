#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sparseconv::inline v0_1 {

/// A name as it stands in a line: control characters, which a file may have put there and a terminal obeys, as question marks.
[[nodiscard]] inline std::string name_in_line(std::string name) {
  for (char& letter : name) {
    auto const code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) letter = '?';
  }
  return name;
}

/// A table as text: columns as wide as their widest entry, two spaces apart; columns of numbers to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }

  /// A row of as many entries as the head, which are shown as name_in_line() has them.
  void add(std::vector<std::string> row) {
    for (std::string& entry : row) entry = name_in_line(std::move(entry));
    rows_.push_back(std::move(row));
  }

  [[nodiscard]] std::string text() const {
    std::vector<Column> columns(rows_.front().size());
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        columns[c].width = std::max(columns[c].width, rows_[r][c].size());
        if (r > 0 && !is_number(rows_[r][c])) columns[c].has_words = true;
      }
    }
    std::string all;
    for (auto const& row : rows_) {
      std::string line;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        std::string const space(columns[c].width - row[c].size(), ' ');
        line += (c == 0 ? "" : "  ") + (columns[c].has_words ? row[c] + space : space + row[c]);
      }
      all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return all;
  }

 private:
  struct Column {
    std::size_t width = 0;
    bool has_words = false;
  };

  static bool is_number(std::string const& entry) {
    return entry.find_first_not_of("0123456789.-") == std::string::npos;
  }

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sparseconv::inline v0_1
