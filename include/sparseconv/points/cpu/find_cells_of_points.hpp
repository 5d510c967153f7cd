#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/write_cells_of_point.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// What WriteCellsOfPoint does, by the hash table that the sites keep. A table is seldom in the cache, so points go in batches: all of
/// their cells fetch their places before the first is answered.
template <int D, class Cells, BinaryFloat Number, class Positions>
void find_cells_of_points(CpuPolicy const& where, SiteSet<D> const& sites, Positions const& positions,
                          std::int64_t count, std::int32_t batch_item, Row* rows, Number* weights) {
  constexpr std::size_t batch = std::max(1, 128 / Cells::count);
  auto const table = cached_hash_table(where, sites);
  table->visit([&]<class View>(View const& view) {
    for_each_range(where, count, 4096, [&](std::int64_t begin, std::int64_t end) {
      std::array<Cells, batch> cells;
      std::array<std::array<typename View::Probe, std::size_t{Cells::count}>, batch> probes;
      for (std::int64_t first = begin; first < end; first += std::int64_t{batch}) {
        auto const together = static_cast<std::size_t>(std::min(std::int64_t{batch}, end - first));
        for (std::size_t i = 0; i < together; ++i) {
          cells[i] = Cells(positions(first + static_cast<std::int64_t>(i)), batch_item);
          for (int k = 0; k < Cells::count; ++k) {
            auto& probe = probes[i][static_cast<std::size_t>(k)];
            probe = view.probe(cells[i].cell(k));
            SPARSECONV_FETCH_NEAR(view.slots + probe.place);
          }
        }
        for (std::size_t i = 0; i < together; ++i) {
          std::int64_t const at = (first + static_cast<std::int64_t>(i)) * Cells::count;
          auto const find = [&](int k) { return view.find(probes[i][static_cast<std::size_t>(k)]); };
          write_cells_of_point(cells[i], find, rows + at, weights + at);
        }
      }
    });
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
