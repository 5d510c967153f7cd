#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/execute/cpu/microkernels.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// An epilogue as the microkernels take it: the bias in the type of the sums.
template <Element T, Element W>
class PreparedEpilogue {
 public:
  using Sum = Accumulator<T>;

  /// The epilogue must outlive it. Factors are C_out numbers or none, as in sparseconv::finish_rows.
  PreparedEpilogue(CpuPolicy const& where, Epilogue<T, HostMemory, W> const& epilogue,
                   std::span<Sum const> factors = {})
      : epilogue_(epilogue), factors_(factors.empty() ? nullptr : factors.data()), set_(where.instruction_set()) {
    if (epilogue.bias.empty()) return;
    if constexpr (std::same_as<W, Sum>) {
      bias_ = epilogue.bias.data();
    } else {
      widened_bias_ = Buffer<Sum>(where.memory(), static_cast<std::int64_t>(epilogue.bias.size()));
      std::ranges::transform(epilogue.bias, widened_bias_.begin(), [](W number) { return static_cast<Sum>(number); });
      bias_ = widened_bias_.data();
    }
  }

  /// What may be done to the sums while they are finished: those of a narrow type are, before they are rounded.
  using Sums = std::conditional_t<is_narrow<T>, Sum*, Sum const*>;

  /// Finishes rows [first, first + count) of the output. `sums` holds their sums, rows `stride` apart, and may be the output's
  /// own rows.
  void finish(std::int64_t first, std::int64_t count, Sums sums, std::int64_t stride, MatrixView<T> output) const {
    if constexpr (is_narrow<T>) {
      finish_sums(first, count, sums, stride, output.columns);
      if (stride == output.columns && !output.has_gaps()) {
        narrow_numbers(sums, output.row_data(first), count * output.columns, set_);
        return;
      }
      for (std::int64_t row = 0; row < count; ++row) {
        narrow_numbers(sums + row * stride, output.row_data(first + row), output.columns, set_);
      }
    } else {
      if (keeps_sums() && sums == output.row_data(first)) return;
      bool const has_residual = epilogue_.residual.data != nullptr;
      call({.from = sums,
            .from_stride = stride,
            .to = output.row_data(first),
            .to_stride = output.stride,
            .rows = count,
            .channels = output.columns,
            .residual = has_residual ? epilogue_.residual.row_data(first) : nullptr,
            .residual_stride = epilogue_.residual.stride},
           0);
    }
  }

 private:
  [[nodiscard]] bool keeps_sums() const {
    return factors_ == nullptr && bias_ == nullptr && epilogue_.residual.data == nullptr &&
           epilogue_.activation == no_activation;
  }

  /// Of a narrow type: in place, in the type of the sums; a residual is widened some channels of a row at a time.
  void finish_sums(std::int64_t first, std::int64_t count, Sum* sums, std::int64_t stride,
                   std::int64_t channels) const {
    if (keeps_sums()) return;
    constexpr std::int64_t part = 256;
    Sum residual[part];
    bool const has_residual = epilogue_.residual.data != nullptr;
    std::int64_t const rows_each = has_residual ? 1 : count;
    std::int64_t const channels_each = has_residual ? part : channels;
    for (std::int64_t row = 0; row < count; row += rows_each) {
      for (std::int64_t c = 0; c < channels; c += channels_each) {
        std::int64_t const present = std::min(channels_each, channels - c);
        if (has_residual) widen_numbers(epilogue_.residual.row_data(first + row) + c, residual, present, set_);
        Sum* const place = sums + row * stride + c;
        call({.from = place,
              .from_stride = stride,
              .to = place,
              .to_stride = stride,
              .rows = rows_each,
              .channels = present,
              .residual = has_residual ? residual : nullptr},
             c);
      }
    }
  }

  /// Finishes rows whose first channel is `channel`: with its factors and offsets, and the activation.
  void call(RowsToFinish<Sum> rows, std::int64_t channel) const {
    rows.factors = factors_ == nullptr ? nullptr : factors_ + channel;
    rows.offsets = bias_ == nullptr ? nullptr : bias_ + channel;
    rows.activation = epilogue_.activation;
    on_cpu::finish_rows(set_, rows);
  }

  Epilogue<T, HostMemory, W> const& epilogue_;
  Sum const* factors_;
  Sum const* bias_ = nullptr;
  Buffer<Sum> widened_bias_;
  InstructionSet set_;
};

/// sparseconv::finish_rows by microkernels.
template <Element T, Element W>
void finish_rows(CpuPolicy const& where, MatrixView<T const> input, std::span<Accumulator<T> const> factors,
                 Epilogue<T, HostMemory, W> const& epilogue, MatrixView<T> output) {
  using Sum = Accumulator<T>;
  PreparedEpilogue<T, W> const prepared(where, epilogue, factors);
  for_each_range(where, output.rows, 1024, [&](std::int64_t begin, std::int64_t end) {
    if constexpr (is_narrow<T>) {
      Buffer<Sum> sums(where.memory(), output.columns);
      for (std::int64_t row = begin; row < end; ++row) {
        widen_numbers(input.row_data(row), sums.data(), output.columns, where.instruction_set());
        prepared.finish(row, 1, sums.data(), 0, output);
      }
    } else {
      prepared.finish(begin, end - begin, input.row_data(begin), input.stride, output);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
