#pragma once

#include <optional>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/network/axis_numbers.hpp"

namespace sparseconv::inline v0_1 {

/// The kernel of a node and the outputs that it leads to: a KernelGeometry and its OutputDefinition, for any number of axes.
struct NodeGeometry {
  AxisNumbers kernel_size = 1;     ///< cells that the kernel has along each axis
  AxisNumbers stride = 1;          ///< cells of the input from one output to the next
  AxisNumbers padding = 0;         ///< empty cells before the first and behind the last one of an axis
  AxisNumbers dilation = 1;        ///< cells from one kernel element to the next
  bool transposed = false;         ///< whether inputs and outputs are exchanged
  AxisNumbers output_padding = 0;  ///< of a transposed one: cells that a bounded grid of the outputs is longer by
  OutputDefinition definition = OutputDefinition::regular;  ///< which outputs are active

  template <int D>
  [[nodiscard]] KernelGeometry<D> on_axes() const {
    return {.kernel_size = kernel_size.per_axis<D>(),
            .stride = stride.per_axis<D>(),
            .padding = padding.per_axis<D>(),
            .dilation = dilation.per_axis<D>(),
            .transposed = transposed,
            .output_padding = output_padding.per_axis<D>()};
  }

  friend bool operator==(NodeGeometry const&, NodeGeometry const&) = default;
};

/// Calls the body for a number of axes D from 1 to 8, which is its template parameter.
template <class Body>
decltype(auto) with_axes(int axes, Body const& body) {
  switch (axes) {
    case 1:
      return body.template operator()<1>();
    case 2:
      return body.template operator()<2>();
    case 3:
      return body.template operator()<3>();
    case 4:
      return body.template operator()<4>();
    case 5:
      return body.template operator()<5>();
    case 6:
      return body.template operator()<6>();
    case 7:
      return body.template operator()<7>();
    default:
      return body.template operator()<8>();
  }
}

/// Throws: ShapeError if `numbers`, which the message calls `what`, are neither one nor one for each axis.
inline void check_axis_count(AxisNumbers const& numbers, int axes, char const* what, std::string_view call) {
  if (numbers.fits(axes)) return;
  throw ShapeError({call, ": ", what, " has ", numbers.told().size(), " numbers for an input of ", axes,
                    " axes; give one number for each axis, or one for all"});
}

/// Throws: ShapeError if a number is told for other axes than those, or geometry and definition do not fit, see output_grid;
///         CapacityError as check_geometry.
void check_node_geometry(NodeGeometry const& geometry, int axes, std::string_view call);

/// The padding that keeps the sites as they are: KernelGeometry::same_padding. The geometry must have been checked.
AxisNumbers site_keeping_padding(NodeGeometry const& geometry, int axes);

/// K, the number of kernel elements. The geometry must have been checked.
inline std::int64_t element_count(NodeGeometry const& geometry, int axes) {
  std::int64_t count = 1;
  for (int axis = 0; axis < axes; ++axis) count *= geometry.kernel_size[axis];
  return count;
}

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY void check_node_geometry(NodeGeometry const& geometry, int axes, std::string_view call) {
  auto const check = [&](AxisNumbers const& numbers, char const* what) { check_axis_count(numbers, axes, what, call); };
  check(geometry.kernel_size, "kernel_size");
  check(geometry.stride, "stride");
  check(geometry.padding, "padding");
  check(geometry.dilation, "dilation");
  check(geometry.output_padding, "output_padding");
  with_axes(axes, [&]<int D>() { (void)output_grid(Grid<D>{}, geometry.on_axes<D>(), geometry.definition, call); });
}

SPARSECONV_NETWORK_BODY AxisNumbers site_keeping_padding(NodeGeometry const& geometry, int axes) {
  return with_axes(axes, [&]<int D>() { return AxisNumbers(geometry.on_axes<D>().same_padding()); });
}
#endif

}  // namespace sparseconv::inline v0_1
