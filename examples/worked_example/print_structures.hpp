#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <sparseconv/sparseconv.hpp>
#include <string>
#include <vector>

#include "worked_example/text_table.hpp"

namespace worked_example {

namespace sc = sparseconv;

/// "(1, 2)", axes y, x.
inline std::string position_text(auto y, auto x) {
  return "(" + std::to_string(y) + ", " + std::to_string(x) + ")";
}

/// A row of features for each site.
inline void print_data_list(std::ostream& out, sc::SparseTensor<float, 2> const& tensor) {
  std::vector<std::string> heading{"row"};
  for (std::int64_t c = 0; c < tensor.channels(); ++c) heading.push_back("channel " + std::to_string(c));
  TextTable table(heading);
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    std::vector<std::string> entries{std::to_string(row)};
    for (std::int64_t c = 0; c < tensor.channels(); ++c) entries.push_back(decimal(tensor.features()(row, c)));
    table.add(entries);
  }
  out << table;
}

/// Batch item and position of each site, in the order of the data list.
inline void print_coordinate_list(std::ostream& out, sc::SiteSet<2> const& sites) {
  TextTable table({"row", "batch", "y", "x"});
  for (std::size_t row = 0; row < sites.coordinates().size(); ++row) {
    auto const& [batch, position] = sites.coordinates()[row];
    table.add({std::to_string(row), std::to_string(batch), std::to_string(position[0]), std::to_string(position[1])});
  }
  out << table;
}

/// The taken slots: where each stands, where its hash would have it, its key, the site that the key means, its row.
inline void print_hash_table(std::ostream& out, sc::HashTable<2> const& hash_table) {
  hash_table.visit([&](auto const& view) {
    TextTable table({"slot", "hash", "key", "(y, x)", "row"});
    std::int64_t taken = 0;
    for (std::uint64_t place = 0; place <= view.mask; ++place) {
      auto const& slot = view.slots[place];
      if (slot.row == sc::no_row) continue;
      ++taken;
      auto const site = view.packing.coordinate(slot.key);
      table.add({std::to_string(place), std::to_string(sc::hash_key(slot.key) & view.mask),
                 std::to_string(sc::low_bits(slot.key)), position_text(site[1], site[2]), std::to_string(slot.row)});
    }
    out << table << "  " << hash_table.capacity() - taken << " of " << hash_table.capacity() << " slots are free.\n";
  });
}

/// The pairs of each kernel element; elements without a pair have a line, too.
inline void print_rulebook(std::ostream& out, sc::RulebookView<> const& rules, sc::KernelGeometry<2> const& geometry) {
  TextTable table({"element", "(y, x)", "count", "input row", "output row"});
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    sc::PerAxis<2> const position = geometry.element_position(k);
    std::vector<std::string> const element{std::to_string(k), position_text(position[0], position[1]),
                                           std::to_string(rules.pair_count(k))};
    if (rules.pair_count(k) == 0) table.add({element[0], element[1], element[2], "-", "-"});
    for (std::size_t pair = 0; pair < rules.inputs_of(k).size(); ++pair) {
      bool const first = pair == 0;
      table.add({first ? element[0] : "", first ? element[1] : "", first ? element[2] : "",
                 std::to_string(rules.inputs_of(k)[pair]), std::to_string(rules.outputs_of(k)[pair])});
    }
  }
  out << table << "  " << rules.pair_count() << " pairs.\n";
}

/// All cells of a dense array, a block of rows y for each channel; inactive cells are 0.
inline void print_dense(std::ostream& out, sc::DenseTensor<float, 2> const& dense) {
  auto const [batch_size, channels, height, width] = dense.shape;
  out << "  shape [" << batch_size << ", " << channels << ", " << height << ", " << width << "]\n";
  for (std::int64_t c = 0; c < channels; ++c) {
    out << "  channel " << c << '\n';
    for (std::int32_t y = 0; y < height; ++y) {
      out << "   ";
      for (std::int32_t x = 0; x < width; ++x) out << ' ' << decimal(dense.at(c, {0, {y, x}}));
      out << '\n';
    }
  }
}

}  // namespace worked_example
