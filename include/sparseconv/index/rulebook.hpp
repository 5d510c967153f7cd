#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// A rulebook that somebody else owns: for each kernel element the (input row, output row) pairs that it joins.
///
/// Shapes: K elements, P pairs; offsets K + 1 (64-bit); the pairs of element k are offsets[k] to offsets[k + 1] - 1.
/// Order:  within an element both input rows and output rows rise strictly.
struct RulebookView {
  std::span<std::int64_t const> offsets;
  Row const* input_rows = nullptr;
  Row const* output_rows = nullptr;
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;
  /// The element whose pairs are (0, 0), (1, 1), ... for every row, where the geometry makes one so.
  std::optional<std::int64_t> identity;

  [[nodiscard]] std::int64_t element_count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  [[nodiscard]] std::int64_t pair_count() const { return offsets.back(); }
  [[nodiscard]] std::int64_t pair_count(std::int64_t element) const {
    return offsets[static_cast<std::size_t>(element) + 1] - offsets[static_cast<std::size_t>(element)];
  }
  [[nodiscard]] std::span<Row const> inputs_of(std::int64_t element) const { return of(input_rows, element); }
  [[nodiscard]] std::span<Row const> outputs_of(std::int64_t element) const { return of(output_rows, element); }

  /// The same pairs with inputs and outputs exchanged.
  [[nodiscard]] RulebookView transposed() const {
    return {offsets, output_rows, input_rows, output_count, input_count, identity};
  }

 private:
  [[nodiscard]] std::span<Row const> of(Row const* rows, std::int64_t element) const {
    return {rows + offsets[static_cast<std::size_t>(element)], static_cast<std::size_t>(pair_count(element))};
  }
};

/// The pairs of rows that meet in a convolution; see RulebookView, which it converts to.
class Rulebook {
 public:
  Rulebook(std::vector<std::int64_t> offsets, Buffer<Row> input_rows, Buffer<Row> output_rows, std::int64_t input_count,
           std::int64_t output_count, std::optional<std::int64_t> identity)
      : offsets_(std::move(offsets)),
        input_rows_(std::move(input_rows)),
        output_rows_(std::move(output_rows)),
        input_count_(input_count),
        output_count_(output_count),
        identity_(identity) {}

  [[nodiscard]] RulebookView view() const {
    return {offsets_, input_rows_.data(), output_rows_.data(), input_count_, output_count_, identity_};
  }
  operator RulebookView() const { return view(); }  // NOLINT: a view of itself

  [[nodiscard]] RulebookView transposed() const { return view().transposed(); }
  [[nodiscard]] std::int64_t element_count() const { return view().element_count(); }
  [[nodiscard]] std::int64_t pair_count() const { return view().pair_count(); }

  /// Memory in bytes: 8 for each pair and each element.
  [[nodiscard]] std::int64_t bytes() const {
    return input_rows_.bytes() + output_rows_.bytes() +
           static_cast<std::int64_t>(offsets_.size() * sizeof(offsets_[0]));
  }

 private:
  std::vector<std::int64_t> offsets_;
  Buffer<Row> input_rows_;
  Buffer<Row> output_rows_;
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
};

}  // namespace sparseconv
