// expect: for_each(count, AnyWork
// A policy that lacks a function of a device policy: the compiler names the function.
#include "support/device_without_for_each.hpp"

template <>
inline constexpr bool sparseconv::is_policy<DeviceWithoutForEach> = true;

static_assert(sparseconv::DevicePolicy<DeviceWithoutForEach>);
