#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds pairs by one probe for each element and output, along the rows of the kernel.
///
/// A table is seldom in the cache, so probes go in batches: all of them fetch their places before the first is answered.
template <int D, class Key>
class KernelRowProbes final : public PairFinder {
 public:
  KernelRowProbes(SiteSet<D> const& outputs, KernelGeometry<D> const& geometry, HashTableView<D, Key> const& table)
      : outputs_(outputs.coordinates()), geometry_(geometry), table_(table) {}

  [[nodiscard]] std::int64_t count() const override { return static_cast<std::int64_t>(outputs_.size()); }

  void find(std::int64_t begin, std::int64_t end, PairLists& lists) const override {
    std::int64_t const row_width = geometry_.kernel_size[D - 1];
    for (std::int64_t first = lists.first_element(); first < lists.end_element(); first += row_width) {
      std::int64_t const last = std::min(first + row_width, lists.end_element());
      WideCoordinate<D> const offset = geometry_.element_offset(first);
      for (std::int64_t output = begin; output < end; output += batch) {
        std::int64_t const count = std::min(batch, end - output);
        std::array<WideCoordinate<D>, batch> sought;
        for (std::int64_t i = 0; i < count; ++i) {
          auto& cell = sought[static_cast<std::size_t>(i)];
          cell = geometry_.window_start(outputs_[static_cast<std::size_t>(output + i)]);
          SPARSECONV_UNROLL
          for (std::size_t field = 0; field < fields_of<D>; ++field) cell[field] += offset[field];
        }
        for (std::int64_t element = first; element < last; ++element) {
          probe(element, output, std::span(sought).first(static_cast<std::size_t>(count)), lists);
        }
      }
    }
  }

 private:
  static constexpr std::int64_t batch = 32;

  /// Probes for one element and moves the cells on to the next.
  void probe(std::int64_t element, std::int64_t output, std::span<WideCoordinate<D>> sought, PairLists& lists) const {
    std::array<typename HashTableView<D, Key>::Probe, batch> probes;
    for (std::size_t i = 0; i < sought.size(); ++i) {
      probes[i] = table_.probe(sought[i]);
      SPARSECONV_FETCH_NEAR(table_.slots + probes[i].place);
      sought[i][D] += geometry_.dilation[D - 1];
    }
    for (std::size_t i = 0; i < sought.size(); ++i) {
      if (Row const input = table_.find(probes[i]); input != no_row) {
        lists.append(element, pack_pair(input, static_cast<Row>(output + static_cast<std::int64_t>(i))));
      }
    }
  }

  std::span<Coordinate<D> const> outputs_;
  KernelGeometry<D> geometry_;
  HashTableView<D, Key> table_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
