#pragma once

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace worked_example {

/// "0.9", with one digit after the point.
inline std::string decimal(float value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << value;
  return text.str();
}

/// Rows of text under a heading; columns are as wide as their longest entry.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heading) : rows_{std::move(heading)} {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  friend std::ostream& operator<<(std::ostream& out, TextTable const& table) {
    std::vector<std::size_t> widths(table.rows_.front().size());
    for (auto const& row : table.rows_) {
      for (std::size_t column = 0; column < widths.size(); ++column) {
        widths[column] = std::max(widths[column], row[column].size());
      }
    }
    for (std::size_t i = 0; i < table.rows_.size(); ++i) {
      for (std::size_t column = 0; column < widths.size(); ++column) {
        out << "  " << std::setw(static_cast<int>(widths[column])) << table.rows_[i][column];
      }
      out << '\n';
      if (i > 0) continue;
      for (std::size_t const width : widths) out << "  " << std::string(width, '-');
      out << '\n';
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace worked_example
