#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device/key_order.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes the key of each output that an input reaches, and fillers up to the most that one can reach.
///
/// Shapes: keys most x N: those of neighbouring inputs stand side by side.
template <int D, class Key>
struct ListReachedKeys {
  Coordinate<D> const* inputs;
  ReachedOutputs<D> reached;
  KeyPacking<D, Key> packing;
  std::int64_t input_count;
  std::int64_t most;
  Key* keys;

  /// What is done for one output.
  struct Append {
    KeyPacking<D, Key> const& packing;
    std::int64_t step;
    Key* keys;
    std::int64_t& count;

    constexpr void operator()(WideCoordinate<D> const& output) const { keys[count++ * step] = packing.key(output); }
  };

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t count = 0;
    reached(inputs[i], Append{packing, input_count, keys + i, count});
    for (; count < most; ++count) keys[i + count * input_count] = filler_key<Key>();
  }
};

/// Throws: CapacityError if a list is longer than rows can be numbered.
inline void check_list_length(std::int64_t inputs, std::int64_t most, std::string_view call) {
  if (most == 0 || inputs <= std::numeric_limits<Row>::max() / most) return;
  throw CapacityError({call, ": ", inputs, " inputs reach up to ", most,
                       " outputs each; a device lists at most 2^31 - 1 of them, so split the batch"});
}

/// Throws: CoordinateError if a site of the box does not fit 32 bits.
template <int D>
void check_fits_coordinates(Box<D> const& box, std::string_view call) {
  if (box.empty()) return;
  narrow<D>(box.low, call);
  narrow<D>(box.high, call);
}

/// Lists the keys that inputs reach, sorts the list and keeps one of each.
template <DevicePolicy Policy, int D>
SiteSet<D, typename Policy::Memory> reached_sites(Policy const& where,
                                                  SiteSet<D, typename Policy::Memory> const& inputs,
                                                  ReachedOutputs<D> const& reached, Grid<D> const& grid) {
  using Memory = typename Policy::Memory;
  if (inputs.empty()) return SiteSet<D, Memory>(grid, {}, {});
  Box<D> const box = reached.box(inputs.bounding_box());
  std::int64_t const most = reached.most();
  check_list_length(inputs.size(), most, "output_sites");
  return with_key_packing(box, "output_sites", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    Buffer<Key, Memory> keys(where.memory(), inputs.size() * most);
    where.for_each(inputs.size(),
                   ListReachedKeys<D, Key>{inputs.data(), reached, packing, inputs.size(), most, keys.data()});
    keys = sorted_keys(where, std::move(keys), packing.bits() + 1);  // and the bit that fillers alone have
    auto const unique = unique_keys(where, keys, packing);
    check_fits_coordinates<D>(unique.summary.box, "output_sites");
    check_site_count(unique.summary.count, "output_sites");
    Buffer<Coordinate<D>, Memory> sites(where.memory(), unique.summary.count);
    where.for_each(keys.size(), WriteSites<D, Key>{keys.data(), unique.sums.data(), packing, sites.data()});
    return SiteSet<D, Memory>(grid, std::move(sites), unique.summary.box);
  });
}

}  // namespace sparseconv::inline v0_1::on_device
