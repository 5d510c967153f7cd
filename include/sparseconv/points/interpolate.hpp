#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/points/cpu/interpolate.hpp"
#include "sparseconv/points/interpolated_features.hpp"
#include "sparseconv/points/interpolation_map.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/device/point_features.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Whether a point of a map has no site around.
struct IsWithoutSites {
  Row const* rows;
  std::int64_t cells;

  [[nodiscard]] constexpr bool operator()(std::int64_t point) const {
    bool without = true;
    for (std::int64_t at = point * cells; at < (point + 1) * cells; ++at) without &= rows[at] == no_row;
    return without;
  }
};

/// Counts those of points i, i + bodies, ...
template <class Atomics>
struct CountWithoutSites {
  IsWithoutSites is_without;
  std::int64_t points;
  std::int64_t bodies;
  std::int64_t* count;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t some = 0;
    for (std::int64_t point = i; point < points; point += bodies) some += is_without(point);
    if (some > 0) Atomics::add(*count, some);
  }
};

/// How many points of a map have no site around, and so zeros for features.
///
/// Order: waits for the result.
template <ExecutionPolicy Policy, int D, class Number, MemorySpace Memory>
[[nodiscard]] std::int64_t count_points_without_sites(Policy const& where,
                                                      InterpolationMap<D, Number, Memory> const& map) {
  check_reach<Policy, Memory>();
  IsWithoutSites const is_without{map.rows().data, map.cells()};
  std::int64_t count = 0;
  if constexpr (HostPolicy<Policy>) {
    for (std::int64_t point = 0; point < map.size(); ++point) count += is_without(point);
  } else {
    Buffer<std::int64_t, Memory> counted(where.memory(), 1);
    where.for_each(1, Fill<std::int64_t>{counted.data(), 0});
    std::int64_t const bodies = map.size() / on_device::places_per_body + 1;
    where.for_each(bodies, CountWithoutSites<typename Policy::Atomics>{is_without, map.size(), bodies, counted.data()});
    where.copy_to_host(&count, counted.data(), counted.bytes());
  }
  return count;
}

/// The features of points, from the sites around them that a map has found: trilinear interpolation, in D dimensions, or those of the
/// nearest site. A point with nothing around has zeros: see count_points_without_sites.
///
/// Shapes: tensor N x C on the sites of the map, map of P points; result P x C.
/// Order:  `seq` and `cpu` wait for the result; a device policy only to compare the sites, where they are not one set.
/// Bits:   the same for every policy and any number of threads: linear sums are kept in the type of the sums (float for half and
///         bfloat16), each product rounded, in the order of the cells, and rounded once to T. nearest copies.
/// Throws: ShapeError if the tensor has not the sites of the map, in a grid of the same batch size and shape.
template <ExecutionPolicy Policy, Element T, int D, class Number, MemorySpace Memory>
[[nodiscard]] Buffer<T, Memory> interpolate(Policy const& where, SparseTensor<T, D, Memory> const& tensor,
                                            InterpolationMap<D, Number, Memory> const& map) {
  check_reach<Policy, Memory>();
  static_assert(std::same_as<Number, Accumulator<T>>,
                "sparseconv: interpolate: a tensor of double takes a map with weights of double, which "
                "build_interpolation_map<double>(...) makes, and other tensors one with weights of float");
  if (!same_sites(where, tensor.sites(), map.sites())) {
    throw ShapeError({"interpolate: the tensor's ", tensor.size(), " sites are not the ", map.sites().size(),
                      " that the map was made for", how_grids_differ(tensor.sites(), map.sites()),
                      "; make a map for the sites of this tensor"});
  }
  std::int64_t const channels = tensor.channels();
  std::int64_t const numbers = feature_count(map.size(), channels, "interpolate");
  T const* const from = tensor.features().data;
  bool const is_nearest = map.interpolation() == Interpolation::nearest;
  if constexpr (HostPolicy<Policy>) {
    if (is_nearest) {
      return features_to_points(where, tensor, {map.rows().data, static_cast<std::size_t>(map.size())});
    }
  }
  Buffer<T, Memory> features(where.memory(), numbers);
  if constexpr (DevicePolicy<Policy>) {
    if (is_nearest) {  // without the check of rows, which waits
      where.for_each(map.size(), channels, on_device::CopyToPoint<T>{from, map.rows().data, channels, features.data()});
      return features;
    }
  }
  InterpolatedFeatures<T> const sums{from, channels, map.rows().data, map.weights().data, map.cells()};
  WriteInterpolated<T> const write{sums, features.data()};
  if constexpr (DevicePolicy<Policy>) {
    where.for_each(map.size(), channels, write);
  } else if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    for (std::int64_t point = 0; point < map.size(); ++point) {
      for (std::int64_t c = 0; c < channels; ++c) write(point, c);
    }
  } else {
    on_cpu::interpolate<std::size_t{1} << D>(where, sums, map.size(), features.data());
  }
  return features;
}

}  // namespace sparseconv::inline v0_1
