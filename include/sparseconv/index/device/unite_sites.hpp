#pragma once

#include <cstdint>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// sparseconv::unite_sites: the sites of both lists, as build_site_set makes them. Waits as that does.
template <DevicePolicy Policy, int D>
SiteSet<D, typename Policy::Memory> unite_sites(Policy const& where, SiteSet<D, typename Policy::Memory> const& a,
                                                SiteSet<D, typename Policy::Memory> const& b) {
  Buffer<Coordinate<D>, typename Policy::Memory> both(where.memory(), a.size() + b.size());
  where.copy_on_device(both.data(), a.data(), a.bytes());
  where.copy_on_device(both.data() + a.size(), b.data(), b.bytes());
  return sparseconv::build_site_set(where, a.grid(), both).sites;
}

}  // namespace sparseconv::inline v0_1::on_device
