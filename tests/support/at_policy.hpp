#pragma once

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace sparseconv::test {

/// What lies on the host, where a policy works: itself, or a device's copy.
template <class Policy, class Thing>
auto there(Policy const& where, Thing const& thing) {
  if constexpr (HostPolicy<Policy>) {
    return thing;
  } else {
    return copy_to(where, thing);
  }
}

/// The way back.
template <class Policy, class Thing>
auto here(Policy const& where, Thing const& thing) {
  if constexpr (HostPolicy<Policy>) {
    return thing;
  } else {
    return copy_to_host(where, thing);
  }
}

}  // namespace sparseconv::test
