#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// A rulebook that somebody else owns: for each kernel element the (input row, output row) pairs that it joins.
///
/// Shapes: K elements, P pairs; offsets K + 1 (64-bit); the pairs of element k are offsets[k] to offsets[k + 1] - 1.
/// Order:  within an element both input rows and output rows rise strictly.
///
/// Offsets and rows lie in Memory, so what reads them can be called where that can be read.
template <MemorySpace Memory = HostMemory>
struct RulebookView {
  std::span<std::int64_t const> offsets;
  Row const* input_rows = nullptr;
  Row const* output_rows = nullptr;
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;
  /// The element whose pairs are (0, 0), (1, 1), ... for every row, where the geometry makes one so.
  std::optional<std::int64_t> identity;

  [[nodiscard]] constexpr std::int64_t element_count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  [[nodiscard]] constexpr std::int64_t pair_count() const { return offsets.back(); }
  [[nodiscard]] constexpr std::int64_t pair_count(std::int64_t element) const {
    return offsets[static_cast<std::size_t>(element) + 1] - offsets[static_cast<std::size_t>(element)];
  }
  [[nodiscard]] constexpr std::span<Row const> inputs_of(std::int64_t element) const { return of(input_rows, element); }
  [[nodiscard]] constexpr std::span<Row const> outputs_of(std::int64_t element) const {
    return of(output_rows, element);
  }

  /// The same pairs with inputs and outputs exchanged.
  [[nodiscard]] constexpr RulebookView transposed() const {
    return {offsets, output_rows, input_rows, output_count, input_count, identity};
  }

 private:
  [[nodiscard]] constexpr std::span<Row const> of(Row const* rows, std::int64_t element) const {
    return {rows + offsets[static_cast<std::size_t>(element)], static_cast<std::size_t>(pair_count(element))};
  }
};

/// The pairs of rows that meet in a convolution; see RulebookView, which it converts to.
template <MemorySpace Memory = HostMemory>
class Rulebook {
 public:
  /// The rows may be longer than there are pairs: a device makes room for as many as there can be.
  Rulebook(Buffer<std::int64_t, Memory> offsets, Buffer<Row, Memory> input_rows, Buffer<Row, Memory> output_rows,
           std::int64_t input_count, std::int64_t output_count, std::optional<std::int64_t> identity)
      : offsets_(std::move(offsets)),
        input_rows_(std::move(input_rows)),
        output_rows_(std::move(output_rows)),
        input_count_(input_count),
        output_count_(output_count),
        identity_(identity) {}

  Rulebook(std::vector<std::int64_t> const& offsets, Buffer<Row> input_rows, Buffer<Row> output_rows,
           std::int64_t input_count, std::int64_t output_count,
           std::optional<std::int64_t> identity) requires(Memory::host_reads)
      : Rulebook(Buffer<std::int64_t>(std::span<std::int64_t const>(offsets)), std::move(input_rows),
                 std::move(output_rows), input_count, output_count, identity) {}

  [[nodiscard]] RulebookView<Memory> view() const {
    return {{offsets_.data(), static_cast<std::size_t>(offsets_.size())},
            input_rows_.data(),
            output_rows_.data(),
            input_count_,
            output_count_,
            identity_};
  }
  operator RulebookView<Memory>() const { return view(); }  // NOLINT: a view of itself

  [[nodiscard]] RulebookView<Memory> transposed() const { return view().transposed(); }
  [[nodiscard]] std::int64_t element_count() const { return view().element_count(); }
  [[nodiscard]] std::int64_t pair_count() const requires(Memory::host_reads) { return view().pair_count(); }

  /// Memory in bytes: 8 for each pair there is room for, and each element.
  [[nodiscard]] std::int64_t bytes() const { return input_rows_.bytes() + output_rows_.bytes() + offsets_.bytes(); }

 private:
  Buffer<std::int64_t, Memory> offsets_;
  Buffer<Row, Memory> input_rows_;
  Buffer<Row, Memory> output_rows_;
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
};

/// A rulebook of a device on the host, for who wants to look at it. Waits for the result.
template <DevicePolicy Policy>
Rulebook<> copy_to_host(Policy const& where, Rulebook<typename Policy::Memory> const& device) {
  RulebookView<typename Policy::Memory> const view = device.view();
  Buffer<std::int64_t> offsets = copy_to_host(where, view.offsets.data(), view.element_count() + 1);
  std::int64_t const pairs = offsets[offsets.size() - 1];
  return Rulebook<>(std::move(offsets), copy_to_host(where, view.input_rows, pairs),
                    copy_to_host(where, view.output_rows, pairs), view.input_count, view.output_count, view.identity);
}

}  // namespace sparseconv
