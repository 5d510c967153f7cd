#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/index/cpu/linear_keys.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

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

/// The sorted keys of inputs and of the windows of outputs: the first cell that an output takes from. Elements are found by adding
/// the key of their offset to that of a window, which keeps the order of the outputs.
template <class Key>
class SweptKeys {
 public:
  SweptKeys() = default;

  /// The packing is of the swept box, and takes fewer bits than Key has. Behind the inputs' keys follow `past_end` that are larger
  /// than any of a packing, behind the windows' as many zeros.
  template <int D>
  SweptKeys(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
            KernelGeometry<D> const& geometry, KeyPacking<D, std::uint64_t> const& packing, std::int64_t past_end)
      : input_count_(inputs.size()), input_keys_(where.memory(), inputs.size() + past_end) {
    std::array<std::uint64_t, static_cast<std::size_t>(D) + 1> steps{};  // of keys, along each field
    for (std::size_t field = 0; field < steps.size(); ++field) {
      WideCoordinate<D> step{};
      step[field] = 1;
      steps[field] = packing.offset_key(step);
    }
    auto const write = [&](SiteSet<D> const& sites, KernelGeometry<D> const& of, Key* keys) {
      if (sites.empty()) return;
      KeyWeights<D, Key> weights{};
      weights.of_field[0] = static_cast<Key>(steps[0]);
      for (int axis = 0; axis < D; ++axis) {
        auto const field = static_cast<std::size_t>(axis) + 1;
        weights.of_field[field] = static_cast<Key>(steps[field] * static_cast<std::uint64_t>(of.stride[axis]));
      }
      Coordinate<D> const& site = sites.data()[0];
      weights.first = static_cast<Key>(packing.key(of.window_start(site))) - weights.key(site);
      write_keys(where, sites.data(), sites.size(), weights, keys);
    };
    write(inputs, KernelGeometry<D>{}, input_keys_.data());
    std::fill_n(input_keys_.end() - past_end, past_end, static_cast<Key>(~Key{0}));
    if (inputs.is(outputs) && geometry.stride == PerAxis<D>(1)) {
      to_window_ = packing.offset_key(geometry.window_start({}));
      return;
    }
    window_keys_ = Buffer<Key>(where.memory(), outputs.size() + past_end);
    write(outputs, geometry, window_keys_.data());
    std::fill_n(window_keys_.end() - past_end, past_end, Key{0});
  }

  [[nodiscard]] Key const* inputs() const { return input_keys_.data(); }

  /// The keys of the windows, or of other cells, all of them as far off; see to_window.
  [[nodiscard]] Key const* windows() const { return window_keys_.empty() ? input_keys_.data() : window_keys_.data(); }

  /// What is to be added to a key of `windows` to have that of a window.
  [[nodiscard]] std::uint64_t to_window() const { return to_window_; }

  /// The first input whose key is not below that of an output's window and a number, or the end.
  [[nodiscard]] std::int64_t first_input(std::int64_t output, std::uint64_t key) const {
    auto const sought = static_cast<Key>(windows()[output] + static_cast<Key>(key));
    return std::lower_bound(inputs(), inputs() + input_count_, sought) - inputs();
  }

 private:
  std::int64_t input_count_ = 0;
  Buffer<Key> input_keys_;
  Buffer<Key> window_keys_;  ///< empty where each is its input's and a fixed offset
  std::uint64_t to_window_ = 0;
};

}  // namespace sparseconv::inline v0_1::on_cpu
