#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// The box of all inputs and of all cells that outputs take from.
template <int D>
Box<D> swept_box(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  Box<D> box = inputs.bounding_box();
  Box<D> windows = outputs.bounding_box();
  if (windows.empty()) return box;
  for (int axis = 0; axis < D; ++axis) {
    auto const field = static_cast<std::size_t>(axis) + 1;
    windows.low[field] = windows.low[field] * geometry.stride[axis] - geometry.padding[axis];
    windows.high[field] = windows.high[field] * geometry.stride[axis] - geometry.padding[axis] +
                          std::int64_t{geometry.kernel_size[axis] - 1} * geometry.dilation[axis];
  }
  box.include(windows);
  return box;
}

/// Finds the pairs of a row of the kernel (its elements along the last axis) in one sweep over both sorted lists.
///
/// Adding an element's offset to every output's window keeps their order, so the inputs that match are met in order
/// too: a cursor in the input list only moves forward. The cells of a kernel row lie within one short range of keys.
template <int D, class Key>
class KernelRowSweep {
 public:
  template <ExecutionPolicy Policy>
  KernelRowSweep(Policy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                 KernelGeometry<D> const& geometry, KeyPacking<D, Key> const& packing)
      : geometry_(geometry), packing_(packing), input_keys_(inputs.size() + 1), window_keys_(outputs.size()) {
    for_each_index(where, inputs.size(), [&](std::int64_t i) {
      input_keys_[i] = packing.key(widen(inputs.coordinates()[static_cast<std::size_t>(i)]));
    });
    input_keys_[inputs.size()] = end_of_keys;
    for_each_index(where, outputs.size(), [&](std::int64_t i) {
      window_keys_[i] = packing.key(geometry.window_start(outputs.coordinates()[static_cast<std::size_t>(i)]));
    });
  }

  /// Calls emit(x, input row, output row) for the pairs of elements first_element + x, x < width, and outputs in
  /// [begin, end); for each x the rows rise.
  template <class Emit>
  void operator()(std::int64_t first_element, std::int32_t width, std::int64_t begin, std::int64_t end,
                  Emit const& emit) const {
    Key const row_key = packing_.offset_key(geometry_.element_offset(first_element));
    auto const dilation = static_cast<std::uint64_t>(geometry_.dilation[D - 1]);
    Key const reach{static_cast<std::uint64_t>(width - 1) * dilation};
    Key const* cursor = std::lower_bound(input_keys_.begin(), input_keys_.end() - 1, window_keys_[begin] + row_key);
    for (std::int64_t output = begin; output < end; ++output) {
      Key const first = window_keys_[output] + row_key;
      while (*cursor < first) ++cursor;
      for (Key const* input = cursor; *input - first <= reach; ++input) {
        std::uint64_t const distance = low_bits(*input - first);
        std::uint64_t const x = dilation == 1 ? distance : distance / dilation;
        if (x * dilation != distance) continue;
        emit(static_cast<std::int64_t>(x), static_cast<Row>(input - input_keys_.data()), static_cast<Row>(output));
      }
    }
  }

 private:
  // Larger than every key of a packing, and further than any reach behind the last.
  static constexpr Key end_of_keys = Key{0} - Key{1};

  KernelGeometry<D> geometry_;
  KeyPacking<D, Key> packing_;
  Buffer<Key> input_keys_;
  Buffer<Key> window_keys_;
};

}  // namespace sparseconv
