#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/network/axis_numbers.hpp"
#include "sparseconv/network/grid_extents.hpp"
#include "sparseconv/network/node_geometry.hpp"
#include "sparseconv/network/onnx_attributes.hpp"
#include "sparseconv/network/weight_layout.hpp"

namespace sparseconv::inline v0_1 {

/// What the attributes of a SparseConvolution say, and the shape of its weight: C_out, the kernel's extents, C_in. All numbers for axes
/// are asked for and given along the network's axes.
class OnnxKernel {
 public:
  /// Throws: FormatError if that is no shape of a kernel, attributes say another one, or the node is of a kind that is not read.
  OnnxKernel(OnnxAttributes const& attributes, std::vector<std::int64_t> const& weight, AxisOrder order)
      : attributes_(attributes), order_(order), weight_(weight) {
    check_weight(weight, attributes.where());
    kernel_.in_channels = weight.back();
    kernel_.out_channels = weight.front();
    kernel_.sizes = along_network({weight.begin() + 1, weight.end() - 1}, order);
    expect("ndim", axes());
    expect("in_channels", kernel_.in_channels);
    expect("out_channels", kernel_.out_channels);
    auto const told = attributes_.for_each_axis("kernel_size", axes());
    if (told && along_network(*told, order_) != kernel_.sizes)
      throw FormatError({attributes_.where(), ": kernel_size is ", extents_text(*told), ", and the kernel is ",
                         extents_text(along_network(kernel_.sizes, order_)),
                         " by the shape of its weight; the file does not fit itself, so export the network again"});
    if (std::int64_t const groups = attributes_.integer("groups").value_or(1); groups != 1)
      throw FormatError({attributes_.where(), ": it has ", groups, " groups, and 1 is read; use a network without"});
    if (attributes_.is_set("transposed"))
      throw FormatError(
          {attributes_.where(),
           ": it is transposed, and the format does not say which sites such a node gives; use an inverse "
           "one, or build that network by hand"});
  }

  /// Throws: FormatError if no kernel has a weight of that shape.
  static void check_weight(std::vector<std::int64_t> const& shape, std::string_view where) {
    bool const is_kernel =
        shape.size() >= 3 && shape.size() <= most_axes + 2 && std::ranges::all_of(shape, [](std::int64_t extent) {
          return extent >= 1 && std::in_range<std::int32_t>(extent);
        });
    if (is_kernel) return;
    throw FormatError({where, ": its weight has the shape ", extents_text(shape),
                       ", and that of a kernel is C_out, 1 to ", most_axes,
                       " extents, C_in, of at least 1 each; export the network again"});
  }

  /// Numbers for the axes of one side, for those of the other.
  [[nodiscard]] static std::vector<std::int64_t> along_network(std::vector<std::int64_t> numbers, AxisOrder order) {
    if (order == AxisOrder::reversed) std::ranges::reverse(numbers);
    return numbers;
  }

  [[nodiscard]] KernelShape const& shape() const { return kernel_; }
  [[nodiscard]] int axes() const { return static_cast<int>(kernel_.sizes.size()); }
  [[nodiscard]] bool is_inverse() const { return attributes_.is_set("inverse"); }
  [[nodiscard]] std::string rulebook() const { return attributes_.text("rulebook").value_or(""); }

  /// Throws: FormatError if there is another one than the four.
  [[nodiscard]] Activation activation(double leaky_relu_slope) const {
    std::string const told = attributes_.text("activation").value_or("None");
    if (told == "None") return no_activation;
    if (told == "ReLU") return relu;
    if (told == "Sigmoid") return sigmoid;
    if (told == "LeakyReLU") return leaky_relu(leaky_relu_slope);
    throw FormatError({attributes_.where(), ": the activation ", in_quotes(told),
                       " is none of None, ReLU, Sigmoid and LeakyReLU; export the network with one of these"});
  }

  /// Of a node that is not inverse. Throws: FormatError if something is not told, or contradicts something; as check_node_geometry.
  [[nodiscard]] NodeGeometry geometry() const {
    if (!attributes_.integer("subm")) attributes_.fail_missing("subm");
    bool const is_submanifold = attributes_.is_set("subm");
    NodeGeometry geometry{.kernel_size = axis_numbers_of(kernel_.sizes),
                          .stride = along_axes("stride"),
                          .padding = along_axes("padding"),
                          .dilation = along_axes("dilation")};
    auto const longer = attributes_.for_each_axis("output_padding", axes());
    if (longer && *longer != std::vector<std::int64_t>(longer->size(), 0))
      throw FormatError({attributes_.where(), ": output_padding is ", extents_text(*longer),
                         ", and it is 0 where nothing is transposed; export the network again"});
    // What a submanifold node says of its padding means nothing.
    if (is_submanifold) geometry = keeping_sites(geometry);
    check_node_geometry(geometry, axes(), attributes_.where());
    if (is_submanifold) geometry.padding = site_keeping_padding(geometry, axes());
    return geometry;
  }

  /// The numbers in the network's order K, C_in, C_out, of those in the graph's: C_out, kernel, C_in. Here the shape means what it says
  /// where the kernel is one element, too.
  [[nodiscard]] std::vector<float> arranged(std::vector<float> const& stored) const {
    auto const places = weight_places(WeightLayout::flexgemm, order_, kernel_, false, weight_);
    std::vector<float> numbers;
    numbers.reserve(stored.size());
    for (std::int64_t const element : places->elements)
      for (std::int64_t in = 0; in < kernel_.in_channels; ++in)
        for (std::int64_t out = 0; out < kernel_.out_channels; ++out)
          numbers.push_back(
              stored[static_cast<std::size_t>(element + in * places->in_stride + out * places->out_stride)]);
    return numbers;
  }

 private:
  void expect(std::string_view name, std::int64_t by_weight) const {
    std::int64_t const told = attributes_.integer(name).value_or(by_weight);
    if (told == by_weight) return;
    throw FormatError({attributes_.where(), ": ", name, " is ", told, ", and by the shape of its weight ", by_weight,
                       "; the file does not fit itself, so export the network again"});
  }

  [[nodiscard]] AxisNumbers along_axes(std::string_view name) const {
    return axis_numbers_of(along_network(attributes_.needed_for_each_axis(name, axes()), order_));
  }

  [[nodiscard]] NodeGeometry keeping_sites(NodeGeometry geometry) const {
    bool const is_even = std::ranges::any_of(kernel_.sizes, [](std::int64_t size) { return size % 2 == 0; });
    if (is_even)
      throw FormatError({attributes_.where(), ": it is submanifold and its kernel is ", to_string(geometry.kernel_size),
                         ", and the format does not say which element of an even kernel is the middle; build that "
                         "network by hand"});
    geometry.padding = 0;
    geometry.definition = OutputDefinition::submanifold;
    return geometry;
  }

  OnnxAttributes const& attributes_;
  AxisOrder order_;
  std::vector<std::int64_t> const& weight_;
  KernelShape kernel_;
};

}  // namespace sparseconv::inline v0_1
