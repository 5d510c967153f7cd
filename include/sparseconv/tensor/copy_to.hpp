#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Copies what lies on the host to the memory of a device policy: an array, a site set, a tensor; layers and networks have
/// a copy_to beside them.
///
/// Order:  ordered on the policy's stream. The source may be changed at once. Does not wait for its own result, but above 3 KB
///         CUDA may wait for what stands before it, while it takes the host's memory over.
/// Throws: std::bad_alloc; CudaError, also for more than 3 KB while the stream is captured in a CUDA graph.
template <DevicePolicy Policy, class T>
Buffer<T, typename Policy::Memory> copy_to(Policy const& where, std::span<T const> host) {
  check_list(host, "the host's", "copy_to");
  Buffer<T, typename Policy::Memory> copy(where.memory(), static_cast<std::int64_t>(host.size()));
  where.copy_to_device(copy.data(), host.data(), copy.bytes());
  return copy;
}

/// The same of a short list, in pieces that a kernel carries among its operands: it never waits, and may be part of a graph.
template <DevicePolicy Policy, class T>
Buffer<T, typename Policy::Memory> copy_in_pieces(Policy const& where, std::span<T const> host) {
  constexpr std::int64_t carried = 3072 / static_cast<std::int64_t>(sizeof(T));
  Buffer<T, typename Policy::Memory> copy(where.memory(), std::ssize(host));
  for (std::int64_t first = 0; first < copy.size(); first += carried) {
    where.copy_to_device(copy.data() + first, host.data() + first,
                         std::min(carried, copy.size() - first) * static_cast<std::int64_t>(sizeof(T)));
  }
  return copy;
}

/// The same as copy_to of an array that owns its numbers.
template <DevicePolicy Policy, class T>
Buffer<T, typename Policy::Memory> copy_to(Policy const& where, Buffer<T> const& host) {
  return copy_to(where, std::span<T const>(host));
}

/// A copy is a set of its own: what is derived from the host's set stays there.
template <DevicePolicy Policy, int D>
SiteSet<D, typename Policy::Memory> copy_to(Policy const& where, SiteSet<D> const& host) {
  return SiteSet<D, typename Policy::Memory>(host.grid(), copy_to(where, host.coordinates()), host.bounding_box());
}

/// The features alone, onto a copy of their sites that is there already: tensors that share sites share them there too.
/// Throws: ShapeError if the copy has another number of sites.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D, typename Policy::Memory> copy_to(Policy const& where, SparseTensor<T, D> const& host,
                                                    SiteSet<D, typename Policy::Memory> const& sites) {
  std::span<T const> const features = host.features().values();
  return SparseTensor<T, D, typename Policy::Memory>(sites, host.channels(), copy_to(where, features));
}

/// A tensor with a copy of its sites. Order, Throws: as copy_to of an array.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D, typename Policy::Memory> copy_to(Policy const& where, SparseTensor<T, D> const& host) {
  return copy_to(where, host, copy_to(where, host.sites()));
}

/// Copies what lies in a device policy's memory to the host.
///
/// Order:  waits for the result, and so for all that stands before it on the stream.
/// Throws: std::bad_alloc; CudaError, also while the stream is captured; ShapeError if given sites are not as many.
template <DevicePolicy Policy, class T>
Buffer<T> copy_to_host(Policy const& where, T const* device, std::int64_t count) {
  Buffer<T> copy(count);
  where.copy_to_host(copy.data(), device, copy.bytes());
  return copy;
}

/// The same of an array that owns its numbers.
template <DevicePolicy Policy, class T>
Buffer<T> copy_to_host(Policy const& where, Buffer<T, typename Policy::Memory> const& device) {
  return copy_to_host(where, device.data(), device.size());
}

/// The same of sites; the copy is a set of its own.
template <DevicePolicy Policy, int D>
SiteSet<D> copy_to_host(Policy const& where, SiteSet<D, typename Policy::Memory> const& device) {
  return SiteSet<D>(device.grid(), copy_to_host(where, device.data(), device.size()), device.bounding_box());
}

/// The features alone, onto sites of the host that are there already.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D> copy_to_host(Policy const& where, SparseTensor<T, D, typename Policy::Memory> const& device,
                                SiteSet<D> const& sites) {
  auto const features = device.features();
  return SparseTensor<T, D>(sites, device.channels(), copy_to_host(where, features.data, features.size()));
}

/// The same of a tensor, with a copy of its sites.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D> copy_to_host(Policy const& where, SparseTensor<T, D, typename Policy::Memory> const& device) {
  return copy_to_host(where, device, copy_to_host(where, device.sites()));
}

}  // namespace sparseconv::inline v0_1
