#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"

namespace sparseconv::inline v0_1 {

/// How a framework stores the weights of convolutions: the order of its axes, and of the kernel's elements. k: the kernel's extents,
/// K their product, i: input channels, o: output channels.
///
/// Source: each framework's own code.
enum class WeightLayout : std::uint8_t {
  sparseconv,      ///< K i o, last axis fastest; linear layers i o
  spconv1,         ///< k i o: spconv 1, mmcv's ops
  spconv2_native,  ///< k o i: spconv 2.0 and 2.1 with the native algorithm
  spconv2,      ///< o k i: spconv 2; from 2.2 on the memory of a kernel of one element is i o, whatever its shape says
  minkowski,    ///< K i o, first axis fastest; kernels of one element i o: MinkowskiEngine
  torchsparse,  ///< K i o, first axis fastest if K is odd, last if it is even; kernels of one element i o
  sparseconvnet,  ///< K 1 i o, last axis fastest: SparseConvNet
  flexgemm,       ///< o k i
  warpconvnet,    ///< K i o or K 1 i o, minkowski's elements from the last to the first
  pytorch         ///< o i k; of transposed layers i o k
};

/// All layouts that are known.
inline constexpr std::array<WeightLayout, 10> all_weight_layouts = {
    WeightLayout::sparseconv,  WeightLayout::spconv1,     WeightLayout::spconv2_native, WeightLayout::spconv2,
    WeightLayout::minkowski,   WeightLayout::torchsparse, WeightLayout::sparseconvnet,  WeightLayout::flexgemm,
    WeightLayout::warpconvnet, WeightLayout::pytorch};

/// The name of a layout, as messages and command lines have it.
[[nodiscard]] constexpr std::string_view name_of(WeightLayout layout) noexcept {
  constexpr std::array<std::string_view, 10> names = {"sparseconv",  "spconv1",     "spconv2_native", "spconv2",
                                                      "minkowski",   "torchsparse", "sparseconvnet",  "flexgemm",
                                                      "warpconvnet", "pytorch"};
  return names[static_cast<std::size_t>(layout)];
}

/// The layout of that name, if there is one.
[[nodiscard]] constexpr std::optional<WeightLayout> weight_layout_named(std::string_view name) noexcept {
  for (WeightLayout const layout : all_weight_layouts) {
    if (name_of(layout) == name) return layout;
  }
  return std::nullopt;
}

/// In which order a file counts the axes of space, seen from the network that takes its numbers: a network over z, y, x takes those
/// of a framework that counts x, y, z reversed.
enum class AxisOrder : std::uint8_t { same, reversed };

/// What a layer's weights are for.
struct KernelShape {
  std::vector<std::int64_t> sizes = {};  ///< the kernel's extents along the network's axes; none of a linear layer
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  bool transposed = false;  ///< a transposed or inverse convolution

  [[nodiscard]] std::int64_t elements() const {
    std::int64_t count = 1;
    for (std::int64_t const size : sizes) count *= size;
    return count;
  }
};

/// Where a file has the weights of a layer: that of element k from channel i to channel o at
/// elements[k] + i * in_stride + o * out_stride. Elements are the network's, row-major.
struct WeightPlaces {
  std::vector<std::int64_t> elements;
  std::int64_t in_stride = 0;
  std::int64_t out_stride = 0;

  friend bool operator==(WeightPlaces const&, WeightPlaces const&) = default;
};

/// How a framework numbers the elements of a kernel.
enum class ElementOrder : std::uint8_t { last_fastest, first_fastest, first_fastest_backwards };

/// The number that a file has for each element of the network, in the network's row-major order.
[[nodiscard]] inline std::vector<std::int64_t> element_numbers(std::span<std::int64_t const> sizes, AxisOrder axes,
                                                               ElementOrder order) {
  std::size_t const count = sizes.size();
  // What a step along each of the network's axes adds.
  std::vector<std::int64_t> steps(count, 1);
  bool const last_fastest = (order == ElementOrder::last_fastest) == (axes == AxisOrder::same);
  std::int64_t step = 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const axis = last_fastest ? count - 1 - i : i;
    steps[axis] = step;
    step *= sizes[axis];
  }
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(step), 0);
  std::vector<std::int64_t> place(count, 0);
  for (std::int64_t& number : numbers) {
    for (std::size_t axis = 0; axis < count; ++axis) number += place[axis] * steps[axis];
    if (order == ElementOrder::first_fastest_backwards) number = step - 1 - number;
    for (std::size_t axis = count; axis-- > 0 && ++place[axis] == sizes[axis];) place[axis] = 0;
  }
  return numbers;
}

/// Where an array of that shape has the weights of a layer, if it can have them in that layout. `is_kernel`: the file calls them
/// `kernel`, as MinkowskiEngine and TorchSparse do with all but linear layers.
[[nodiscard]] inline std::optional<WeightPlaces> weight_places(WeightLayout layout, AxisOrder axes,
                                                               KernelShape const& kernel, bool is_kernel,
                                                               std::span<std::int64_t const> shape) {
  using Shape = std::vector<std::int64_t>;
  std::int64_t const in = kernel.in_channels;
  std::int64_t const out = kernel.out_channels;
  std::int64_t const count = kernel.elements();
  auto const is = [&](Shape const& expected) { return Shape(shape.begin(), shape.end()) == expected; };
  Shape extents = kernel.sizes;
  if (axes == AxisOrder::reversed) std::ranges::reverse(extents);
  auto const around = [&](Shape before, Shape const& after) {
    before.insert(before.end(), extents.begin(), extents.end());
    before.insert(before.end(), after.begin(), after.end());
    return before;
  };
  auto const places = [&](ElementOrder order, std::int64_t step, std::int64_t in_stride, std::int64_t out_stride) {
    WeightPlaces found{element_numbers(kernel.sizes, axes, order), in_stride, out_stride};
    for (std::int64_t& place : found.elements) place *= step;
    return found;
  };
  auto const one_matrix = [&](bool out_first) {
    return out_first ? WeightPlaces{{0}, 1, in} : WeightPlaces{{0}, out, 1};
  };
  auto const elements_first = [&](ElementOrder order) { return places(order, in * out, out, 1); };
  constexpr auto last = ElementOrder::last_fastest;
  constexpr auto first = ElementOrder::first_fastest;

  if (kernel.sizes.empty() && shape.size() == 2) {  // a layer that is linear there, too
    bool const keeps_in_first = layout == WeightLayout::sparseconv || is_kernel;
    if (is(keeps_in_first ? Shape{in, out} : Shape{out, in})) return one_matrix(!keeps_in_first);
    return std::nullopt;
  }
  if (kernel.sizes.empty()) {
    // A linear layer that is a convolution of one element there; in how many axes does not matter.
    bool const is_list = layout == WeightLayout::sparseconv || layout == WeightLayout::minkowski ||
                         layout == WeightLayout::torchsparse || layout == WeightLayout::sparseconvnet ||
                         layout == WeightLayout::warpconvnet;
    KernelShape point = kernel;
    point.sizes.assign(is_list || shape.size() <= 2 ? 1 : shape.size() - 2, 1);
    return weight_places(layout, axes, point, is_kernel, shape);
  }
  if (shape.size() == kernel.sizes.size() + 1) {
    // The extents without one of a single cell: a kernel of a map is 1 x 3 x 3 here, and may be 3 x 3 there.
    for (std::size_t axis = 0; axis < kernel.sizes.size(); ++axis) {
      if (kernel.sizes[axis] != 1 || kernel.sizes.size() == 1) continue;
      KernelShape flat = kernel;
      flat.sizes.erase(flat.sizes.begin() + static_cast<std::ptrdiff_t>(axis));
      if (auto found = weight_places(layout, axes, flat, is_kernel, shape)) return found;
    }
  }
  bool const is_matrix = count == 1 && is({in, out});
  switch (layout) {
    case WeightLayout::sparseconv:
      if (is({count, in, out})) return elements_first(last);
      break;
    case WeightLayout::spconv1:
      if (is(around({}, {in, out}))) return elements_first(last);
      break;
    case WeightLayout::spconv2_native:
      if (is(around({}, {out, in}))) return places(last, in * out, 1, in);
      break;
    case WeightLayout::spconv2:
    case WeightLayout::flexgemm:
      if (!is(around({out}, {in}))) break;
      if (count == 1) return one_matrix(layout == WeightLayout::flexgemm);
      return places(last, in, 1, count * in);
    case WeightLayout::minkowski:
      if (is_matrix || is({count, in, out})) return elements_first(first);
      break;
    case WeightLayout::torchsparse:
      if (is_matrix || is({count, in, out})) return elements_first(count % 2 == 1 ? first : last);
      break;
    case WeightLayout::sparseconvnet:
      if (is({count, 1, in, out})) return elements_first(last);
      break;
    case WeightLayout::warpconvnet:
      if (is({count, in, out}) || is({count, 1, in, out})) return elements_first(ElementOrder::first_fastest_backwards);
      break;
    case WeightLayout::pytorch:
      if (kernel.transposed && is(around({in, out}, {}))) return places(last, 1, out * count, count);
      if (!kernel.transposed && is(around({out, in}, {}))) return places(last, 1, count, in * count);
      break;
  }
  return std::nullopt;
}

}  // namespace sparseconv::inline v0_1
