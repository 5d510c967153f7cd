#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds pairs by sweeping the sorted lists of inputs and outputs, once for each element of the kernel.
///
/// It compares coordinates and needs no keys: it is for sites and windows that lie too far apart for the 63 bits that a
/// KernelRowSweep takes.
template <int D>
class CoordinateSweep final : public PairFinder {
 public:
  /// The sets must outlive it.
  CoordinateSweep(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry)
      : inputs_{inputs.data(), inputs.size()}, outputs_(outputs), geometry_(geometry) {}

  [[nodiscard]] std::int64_t count() const override { return outputs_.size(); }

  void find(std::int64_t begin, std::int64_t end, PairLists& lists) const override {
    if (begin == end) return;
    for (std::int64_t element = lists.first_element(); element < lists.end_element(); ++element) {
      WideCoordinate<D> const offset = geometry_.element_offset(element);
      std::int64_t at = inputs_.first_not_before(sought(begin, offset));
      for (std::int64_t output = begin; output < end && at < inputs_.count; ++output) {
        WideCoordinate<D> const cell = sought(output, offset);
        while (at < inputs_.count && comes_before(widen(inputs_.sites[at]), cell)) ++at;
        if (at < inputs_.count && same_numbers(widen(inputs_.sites[at]), cell)) {
          lists.append(element, pack_pair(static_cast<Row>(at), static_cast<Row>(output)));
        }
      }
    }
  }

 private:
  /// The cell that an output takes from by the element of that offset.
  [[nodiscard]] WideCoordinate<D> sought(std::int64_t output, WideCoordinate<D> const& offset) const {
    WideCoordinate<D> cell = geometry_.window_start(outputs_.data()[output]);
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) cell[field] += offset[field];
    return cell;
  }

  SortedSites<D> inputs_;
  SiteSet<D> const& outputs_;
  KernelGeometry<D> geometry_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
