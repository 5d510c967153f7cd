#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Whether a map is symmetric: where the identity is the middle one of K elements, the pairs of element K-1-k are those of
/// element k with input and output exchanged.
constexpr bool is_symmetric(std::optional<std::int64_t> identity, std::int64_t elements) {
  return identity && 2 * *identity + 1 == elements;
}

/// The rows on one side of the pairs, element by element.
///
/// One list serves both sides of a symmetric map: the outputs of element k are the inputs of element K-1-k.
struct PairRows {
  Row const* rows = nullptr;
  bool reversed = false;  ///< the rows of element k are where those of element K-1-k would be

  /// The rows of an element, of K, whose offsets are K + 1.
  [[nodiscard]] constexpr Row const* of(std::int64_t element, std::int64_t elements,
                                        std::int64_t const* offsets) const {
    return rows + offsets[reversed ? elements - 1 - element : element];
  }
};

/// A rulebook that somebody else owns: for each kernel element the (input row, output row) pairs that it joins.
///
/// Shapes: K elements, P pairs; offsets K + 1 (64-bit); element k has offsets[k + 1] - offsets[k] pairs. Of a rulebook that was
///         moved from, as of a view by default, there are no offsets, and K and P are 0.
/// Order:  within an element both input rows and output rows rise strictly.
///
/// Offsets and rows lie in Memory, so what reads them can be called where that can be read.
template <MemorySpace Memory = HostMemory>
struct RulebookView {
  std::span<std::int64_t const> offsets;
  PairRows input_rows = {};
  PairRows output_rows = {};
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;
  /// The element whose pairs are (0, 0), (1, 1), ... for every row, where the geometry makes one so.
  std::optional<std::int64_t> identity;

  /// K; 0 of a rulebook that was moved from.
  [[nodiscard]] constexpr std::int64_t element_count() const {
    return offsets.empty() ? 0 : static_cast<std::int64_t>(offsets.size()) - 1;
  }
  [[nodiscard]] constexpr std::int64_t pair_count() const { return offsets.empty() ? 0 : offsets.back(); }
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
  [[nodiscard]] constexpr std::span<Row const> of(PairRows side, std::int64_t element) const {
    return {side.of(element, element_count(), offsets.data()), static_cast<std::size_t>(pair_count(element))};
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

  /// A symmetric one, from the input rows of all elements; is_symmetric(identity, K).
  Rulebook(Buffer<std::int64_t, Memory> offsets, Buffer<Row, Memory> rows, std::int64_t site_count,
           std::optional<std::int64_t> identity)
      : Rulebook(std::move(offsets), std::move(rows), {}, site_count, site_count, identity) {
    symmetric_ = true;
  }

  [[nodiscard]] RulebookView<Memory> view() const {
    PairRows const inputs{input_rows_.data(), false};
    PairRows const outputs{symmetric_ ? input_rows_.data() : output_rows_.data(), symmetric_};
    RulebookView<Memory> const as_stored{{offsets_.data(), static_cast<std::size_t>(offsets_.size())},
                                         inputs,
                                         outputs,
                                         input_count_,
                                         output_count_,
                                         identity_};
    return exchanged_ ? as_stored.transposed() : as_stored;
  }
  operator RulebookView<Memory>() const { return view(); }  // NOLINT: a view of itself

  [[nodiscard]] RulebookView<Memory> transposed() const { return view().transposed(); }

  /// The rulebook with inputs and outputs exchanged, in the memory of this one.
  [[nodiscard]] Rulebook exchanged() && {
    exchanged_ = !exchanged_;
    return std::move(*this);
  }
  [[nodiscard]] bool is_exchanged() const { return exchanged_; }

  [[nodiscard]] std::int64_t element_count() const { return view().element_count(); }
  [[nodiscard]] std::int64_t pair_count() const requires(Memory::host_reads) { return view().pair_count(); }

  /// Memory in bytes: 8 for each element, and for each pair there is room for 4 if one list serves both sides, else 8.
  [[nodiscard]] std::int64_t bytes() const { return input_rows_.bytes() + output_rows_.bytes() + offsets_.bytes(); }

 private:
  Buffer<std::int64_t, Memory> offsets_;
  Buffer<Row, Memory> input_rows_;
  Buffer<Row, Memory> output_rows_;  ///< empty where symmetric
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
  bool symmetric_ = false;
  bool exchanged_ = false;  ///< the view shows what is stored with inputs and outputs exchanged
};

/// A rulebook of a device on the host, for who wants to look at it. Waits for the result.
template <DevicePolicy Policy>
Rulebook<> copy_to_host(Policy const& where, Rulebook<typename Policy::Memory> const& device) {
  RulebookView<typename Policy::Memory> const view = device.is_exchanged() ? device.transposed() : device.view();
  Buffer<std::int64_t> offsets = copy_to_host(where, view.offsets.data(), view.element_count() + 1);
  std::int64_t const pairs = offsets[offsets.size() - 1];
  Buffer<Row> input_rows = copy_to_host(where, view.input_rows.rows, pairs);
  bool const symmetric = view.output_rows.reversed;
  Rulebook<> copy = symmetric ? Rulebook<>(std::move(offsets), std::move(input_rows), view.input_count, view.identity)
                              : Rulebook<>(std::move(offsets), std::move(input_rows),
                                           copy_to_host(where, view.output_rows.rows, pairs), view.input_count,
                                           view.output_count, view.identity);
  return device.is_exchanged() ? std::move(copy).exchanged() : std::move(copy);
}

}  // namespace sparseconv::inline v0_1
