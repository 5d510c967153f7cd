#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/mark_largest_rows.hpp"
#include "sparseconv/execute/mark_rows_above.hpp"
#include "sparseconv/index/select_sites.hpp"
#include "sparseconv/layers/tensor_of_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/item_offsets.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The rows of selected sites: what select_sites chose, once for all tensors on one set, which so come to lie on one set again.
///
/// Shapes: input N x C on the sites that were selected from; result M x C on the selected sites.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, unless the input lies on another set of equal sites.
/// Bits:   those of the input.
/// Throws: CoordinateError if the input has other sites than were selected from.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> prune(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                               SelectedSites<D, Memory> const& selected) {
  if (!same_sites(where, input.sites(), selected.of)) {
    throw CoordinateError({"prune: the tensor has ", input.size(),
                           " sites, and sites were selected from another set of ", selected.of.size(),
                           how_grids_differ(input.sites(), selected.of), "; select from the sites of the tensor"});
  }
  return tensor_of_rows(where, selected.sites, selected.rows, input.features(), "prune");
}

/// The rows whose mark is not 0, on a new set of their sites.
///
/// Shapes: input N x C, a mark for each of the N sites; result M x C.
/// Order:  waits for the result, on a device once, for the number of sites and their box.
/// Bits:   those of the input.
/// Throws: ShapeError if there are not as many marks as sites.
template <HostPolicy Policy, Element T, int D>
[[nodiscard]] SparseTensor<T, D> prune(Policy const& where, SparseTensor<T, D> const& input,
                                       std::type_identity_t<std::span<std::uint8_t const>> mask) {
  check_mask(std::ssize(mask), input.size(), "prune");
  return prune(where, input, select_sites(where, input.sites(), mask));
}

/// The same for a mask in a device's memory.
template <DevicePolicy Policy, Element T, int D>
[[nodiscard]] SparseTensor<T, D, typename Policy::Memory> prune(
    Policy const& where, SparseTensor<T, D, typename Policy::Memory> const& input,
    Buffer<std::uint8_t, typename Policy::Memory> const& mask) {
  check_mask(mask.size(), input.size(), "prune");
  return prune(where, input, select_sites(where, input.sites(), mask));
}

/// A mask of the sites whose score is above the threshold. NaN is above nothing.
///
/// Shapes: scores N x 1; result N marks.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Throws: ShapeError if the scores have more than one channel.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] Buffer<std::uint8_t, Memory> mask_above(Policy const& where, SparseTensor<T, D, Memory> const& scores,
                                                      double threshold) {
  return mark_rows_above(where, scores.features(), threshold);
}

/// A mask of the sites with the largest scores of each batch item. Of equal scores the site that stands first is the larger one; NaN
/// comes after every number.
///
/// Shapes: scores N x 1 in a batch of B items; B counts, on the host: how many sites of each item are kept, all where it has no more;
///         result N marks.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Throws: ShapeError if the scores have more than one channel, there are not B counts, or one is negative.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] Buffer<std::uint8_t, Memory> mask_largest(Policy const& where, SparseTensor<T, D, Memory> const& scores,
                                                        std::type_identity_t<std::span<std::int64_t const>> counts) {
  return mark_largest_rows(where, *item_offsets(where, scores.sites()), scores.features(), counts);
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> &&
         !begins_as_wanted<AnyTensor, Arguments...>) RefusedTensor<AnyTensor, Arguments...> prune(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1
