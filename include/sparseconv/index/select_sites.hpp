#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/index/cpu/select_sites.hpp"
#include "sparseconv/index/device/select_sites.hpp"
#include "sparseconv/index/selected_sites.hpp"
#include "sparseconv/index/seq/select_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The sites whose mark is not 0, as a new set: each call makes one, also of equal marks.
///
/// Shapes: a mark for each of N sites.
/// Order:  the sites keep their order. Waits for the result, on a device once: for the number of sites and their box.
/// Bits:   the same for every policy.
/// Throws: ShapeError if there are not as many marks as sites.
template <HostPolicy Policy, int D>
[[nodiscard]] SelectedSites<D> select_sites(Policy const& where, SiteSet<D> const& sites,
                                            std::type_identity_t<std::span<std::uint8_t const>> mask) {
  check_mask(std::ssize(mask), sites.size(), "select_sites");
  check_list(mask, "the mask's", "select_sites");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    return on_seq::select_sites(where, sites, mask);
  } else {
    return on_cpu::select_sites(where, sites, mask);
  }
}

/// The same for a mask in a device's memory.
template <DevicePolicy Policy, int D>
[[nodiscard]] SelectedSites<D, typename Policy::Memory> select_sites(
    Policy const& where, SiteSet<D, typename Policy::Memory> const& sites,
    Buffer<std::uint8_t, typename Policy::Memory> const& mask) {
  check_mask(mask.size(), sites.size(), "select_sites");
  return on_device::select_sites(where, sites, mask);
}

}  // namespace sparseconv::inline v0_1
