#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// A row map that somebody else owns: the rulebook as a table, for executors that own outputs.
///
/// Outputs stand in *places* that are sorted by the set of elements they have, then by row, so that neighbours in the table
/// have about the same elements and tiles of them can skip the rest; blocks of places with many elements come first, so
/// that no long tile is left at the end. See place_order.hpp.
///
/// Shapes: K elements, M places; masks of 16 places x ceil(K / 32) words.
struct RowMapView {
  static constexpr std::int64_t group = 16;   ///< places with one mask: the rows of a product of tensor cores
  static constexpr std::int64_t block = 128;  ///< places that are moved together: the largest tile

  Row const* input_rows = nullptr;   ///< K x M: the input row of element k for the output at place p, or no_row
  Row const* output_rows = nullptr;  ///< M: the output row at place p
  std::uint32_t const* group_masks = nullptr;  ///< bit k % 32 of word k / 32: a place of the group has element k
  std::int64_t elements = 0;
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;

  [[nodiscard]] constexpr std::int64_t mask_words() const { return (elements + 31) / 32; }
  [[nodiscard]] constexpr std::int64_t groups() const { return (output_count + group - 1) / group; }
  [[nodiscard]] constexpr std::int64_t blocks() const { return (output_count + block - 1) / block; }
};

/// The rows that meet in a convolution, as a table; see RowMapView.
template <MemorySpace Memory = HostMemory>
class RowMap {
 public:
  RowMap(std::int64_t elements, std::int64_t input_count, Buffer<Row, Memory> input_rows,
         Buffer<Row, Memory> output_rows, Buffer<std::uint32_t, Memory> group_masks)
      : elements_(elements),
        input_count_(input_count),
        input_rows_(std::move(input_rows)),
        output_rows_(std::move(output_rows)),
        group_masks_(std::move(group_masks)) {}

  [[nodiscard]] RowMapView view() const {
    return {input_rows_.data(), output_rows_.data(), group_masks_.data(), elements_, input_count_, output_count()};
  }
  [[nodiscard]] std::int64_t element_count() const { return elements_; }
  [[nodiscard]] std::int64_t input_count() const { return input_count_; }
  [[nodiscard]] std::int64_t output_count() const { return output_rows_.size(); }

  /// Memory in bytes: 4 for each element and output, 4 for each output, K / 128 for each output.
  [[nodiscard]] std::int64_t bytes() const { return input_rows_.bytes() + output_rows_.bytes() + group_masks_.bytes(); }

 private:
  std::int64_t elements_;
  std::int64_t input_count_;
  Buffer<Row, Memory> input_rows_;
  Buffer<Row, Memory> output_rows_;
  Buffer<std::uint32_t, Memory> group_masks_;
};

/// A row map of a device on the host, for who wants to look at it. Waits for the result.
template <DevicePolicy Policy>
RowMap<> copy_to_host(Policy const& where, RowMap<typename Policy::Memory> const& device) {
  RowMapView const view = device.view();
  return RowMap<>(view.elements, view.input_count,
                  copy_to_host(where, view.input_rows, view.elements * view.output_count),
                  copy_to_host(where, view.output_rows, view.output_count),
                  copy_to_host(where, view.group_masks, view.groups() * view.mask_words()));
}

}  // namespace sparseconv::inline v0_1
