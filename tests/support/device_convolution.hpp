#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <vector>

#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/pack_weights.hpp"
#include "sparseconv/execute/device/tile_sums.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/index/row_map.hpp"
#include "support/emulated_block.hpp"
#include "support/emulated_kernels.hpp"
#include "support/random_numbers.hpp"
#include "support/warp_matrices.hpp"

namespace sparseconv::test {

/// Launches kernels on the emulated block.
struct EmulatedLaunch {
  [[nodiscard]] std::int64_t most_shared_bytes() const { return 227 * 1024; }
  template <class Kernel>
  void launch(std::int64_t blocks, Kernel const& kernel) const {
    run_grid(kernel, blocks);
  }
};

/// What a convolution of random pairs is made from.
struct DeviceCase {
  std::int64_t outputs = 1;
  std::int64_t elements = 1;
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  int percent = 40;           // of the (output, element) pairs are there
  bool identity = false;      // every output has the input of its own row by element 0, and no other pair
  std::int64_t misplace = 0;  // by how many numbers output and residual miss a multiple of 16 bytes
  bool epilogue = false;      // bias and residual
  Activation activation = no_activation;
  std::uint32_t seed = 1;
};

/// Numbers that begin so many places behind a multiple of 16 bytes, with nothing behind them.
template <class T>
class PlacedNumbers {
 public:
  PlacedNumbers(std::int64_t size, std::int64_t misplace)
      : memory_(static_cast<T*>(::operator new (bytes(size + misplace), std::align_val_t{16}))),
        data_(memory_.get() + misplace) {
    std::uninitialized_fill_n(memory_.get(), size + misplace, T(0));
  }

  T* data() { return data_; }

 private:
  static std::size_t bytes(std::int64_t size) { return static_cast<std::size_t>(size) * sizeof(T); }
  struct Free {
    void operator()(T* memory) const { ::operator delete (memory, std::align_val_t{16}); }
  };

  std::unique_ptr<T, Free> memory_;
  T* data_;
};

/// A convolution of random pairs in both forms that devices read, and what it comes to in plain loops.
///
/// T: float, double, half, bfloat16, or Tf32.
template <class T>
class DeviceConvolution {
 public:
  using Number = on_device::StoredAs<T>;

  explicit DeviceConvolution(DeviceCase const& given)
      : case_(given),
        inputs_(given.outputs + 7),
        padded_channels_(on_device::packed_in_channels<Number>(given.in_channels)),
        numbers_(inputs_ * padded_channels_, 0),
        weights_(at(given.elements * given.in_channels * given.out_channels)),
        packed_(on_device::packed_weights_size<Number>(given.elements, given.in_channels, given.out_channels), 0),
        output_(given.outputs * given.out_channels, given.misplace),
        residual_(given.outputs * given.out_channels, given.misplace),
        bias_(at(given.out_channels)) {
    RandomNumbers random(given.seed);
    auto const fill = [&](Number* values, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) values[i] = Number(random.number<double>());
    };
    for (std::int64_t row = 0; row < inputs_; ++row) {
      fill(numbers_.data() + row * padded_channels_, given.in_channels);  // zeros stay behind them
    }
    fill(weights_.data(), size(weights_));
    fill(residual_.data(), output_size());
    fill(bias_.data(), given.out_channels);
    choose_pairs(random);
    make_map();
    std::int64_t const count =
        on_device::packed_weights_size<Number>(given.elements, given.in_channels, given.out_channels);
    on_device::PackWeights<Number> const pack{weights_.data(), packed_.data(), given.in_channels, given.out_channels,
                                              std::same_as<T, on_device::Tf32>};
    for (std::int64_t i = 0; i < count; ++i) pack(i);
  }

  [[nodiscard]] on_device::DevicePairs pairs() const {
    return {offsets_.data(), {input_rows_.data()}, {output_rows_.data()}, case_.elements, inputs_, case_.outputs};
  }
  [[nodiscard]] RowMapView map() const {
    return {map_inputs_.data(), map_outputs_.data(), masks_.data(), case_.elements, inputs_, case_.outputs};
  }
  [[nodiscard]] on_device::DeviceOperands<Number> operands() {
    return {.input = numbers_.data(),
            .input_rows = inputs_,
            .in_channels = padded_channels_,
            .packed_weights = packed_.data(),
            .output = output_.data(),
            .output_stride = case_.out_channels,
            .output_rows = case_.outputs,
            .out_channels = case_.out_channels,
            .bias = case_.epilogue ? bias_.data() : nullptr,
            .residual = case_.epilogue ? residual_.data() : nullptr,
            .residual_stride = case_.out_channels,
            .activation = case_.activation,
            .tf32 = std::same_as<T, on_device::Tf32>};
  }

  /// Runs something with the output full of NaN, and returns what it then holds.
  template <class Run>
  std::vector<Number> output_of(Run const& run) {
    std::fill_n(output_.data(), output_size(), std::numeric_limits<Number>::quiet_NaN());
    run();
    return {output_.data(), output_.data() + output_size()};
  }

  /// The largest error, as a multiple of the largest that rounding explains. NaN makes it infinite.
  [[nodiscard]] double error_of(std::vector<Number> const& output) {
    double largest = 0;
    Expected const expected = reference();
    for (std::size_t i = 0; i < output.size(); ++i) {
      double const error = std::fabs(static_cast<double>(output[i]) - expected.values[i]);
      largest =
          std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error / expected.bounds[i]);
    }
    return largest;
  }

 private:
  struct Expected {
    std::vector<double> values;
    std::vector<double> bounds;
  };

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  static std::int64_t size(auto const& values) { return static_cast<std::int64_t>(values.size()); }
  [[nodiscard]] std::int64_t output_size() const { return case_.outputs * case_.out_channels; }

  /// Every third element has no pair, and every fifth output.
  void choose_pairs(RandomNumbers& random) {
    offsets_.push_back(0);
    std::vector<Row> inputs(at(inputs_));
    if (case_.identity) {
      input_rows_.resize(at(case_.outputs));
      std::iota(input_rows_.begin(), input_rows_.end(), 0);
      output_rows_ = input_rows_;
      offsets_.resize(at(case_.elements + 1), case_.outputs);
      return;
    }
    for (std::int64_t k = 0; k < case_.elements; ++k) {
      std::iota(inputs.begin(), inputs.end(), 0);
      random.shuffle(inputs);
      for (std::int64_t o = 0; o < case_.outputs; ++o) {
        if (k % 3 == 1 || (case_.outputs > 1 && o % 5 == 3) || random.between(0, 99) >= case_.percent) continue;
        input_rows_.push_back(inputs[at(o)]);
        output_rows_.push_back(static_cast<Row>(o));
      }
      offsets_.push_back(size(input_rows_));
    }
  }

  /// Places in the order of the outputs' masks.
  void make_map() {
    std::vector<std::vector<Row>> table(at(case_.outputs), std::vector<Row>(at(case_.elements), no_row));
    for (std::int64_t k = 0; k < case_.elements; ++k) {
      for (std::int64_t p = offsets_[at(k)]; p < offsets_[at(k + 1)]; ++p) {
        table[at(output_rows_[at(p)])][at(k)] = input_rows_[at(p)];
      }
    }
    map_outputs_.resize(at(case_.outputs));
    std::iota(map_outputs_.begin(), map_outputs_.end(), 0);
    auto const less = [&](Row x, Row y) {
      for (std::size_t k = at(case_.elements); k-- > 0;) {
        bool const has_x = table[at(x)][k] != no_row;
        bool const has_y = table[at(y)][k] != no_row;
        if (has_x != has_y) return has_y;
      }
      return x < y;
    };
    std::sort(map_outputs_.begin(), map_outputs_.end(), less);
    std::size_t const words = at((case_.elements + 31) / 32);
    masks_.assign(at(map().groups()) * words, 0);
    map_inputs_.resize(at(case_.elements * case_.outputs));
    for (std::size_t place = 0; place < map_outputs_.size(); ++place) {
      for (std::size_t k = 0; k < at(case_.elements); ++k) {
        Row const input = table[at(map_outputs_[place])][k];
        map_inputs_[k * map_outputs_.size() + place] = input;
        if (input != no_row)
          masks_[place / static_cast<std::size_t>(RowMapView::group) * words + k / 32] |= std::uint32_t{1} << k % 32;
      }
    }
  }

  /// A factor as the arithmetic takes it.
  static double factor(Number number) {
    if constexpr (std::same_as<T, on_device::Tf32>) {
      return static_cast<double>(std::bit_cast<float>(nearest_tf32(std::bit_cast<std::uint32_t>(number))));
    } else {
      return static_cast<double>(number);
    }
  }

  [[nodiscard]] Expected reference() {
    std::vector<double> sums(at(output_size()));
    std::vector<double> magnitudes(at(output_size()));
    for (std::int64_t k = 0; k < case_.elements; ++k) {
      for (std::int64_t p = offsets_[at(k)]; p < offsets_[at(k + 1)]; ++p) {
        for (std::int64_t c = 0; c < case_.in_channels; ++c) {
          double const input = factor(numbers_.data()[input_rows_[at(p)] * padded_channels_ + c]);
          for (std::int64_t j = 0; j < case_.out_channels; ++j) {
            double const weight = factor(weights_[at((k * case_.in_channels + c) * case_.out_channels + j)]);
            std::size_t const place = at(output_rows_[at(p)] * case_.out_channels + j);
            sums[place] += input * weight;
            magnitudes[place] += std::fabs(input * weight);
          }
        }
      }
    }
    // A rounding for each product, addition, element and step of the epilogue; the reference rounds too if T is double.
    using Sum = Accumulator<Number>;
    std::int64_t const terms = 2 * case_.elements * case_.in_channels + case_.elements + 4;
    double const unit = std::numeric_limits<Sum>::epsilon() * (std::same_as<Sum, double> ? 2 : 1);
    double const store =
        std::same_as<Sum, Number> ? 0 : static_cast<double>(std::numeric_limits<Number>::epsilon()) / 2;
    double const smallest = static_cast<double>(std::numeric_limits<Number>::denorm_min());
    std::vector<double> bounds(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (case_.epilogue) {
        double const bias = static_cast<double>(bias_[i % bias_.size()]);
        double const residual = static_cast<double>(residual_.data()[i]);
        sums[i] += bias + residual;
        magnitudes[i] += std::fabs(bias) + std::fabs(residual);
      }
      sums[i] = case_.activation(sums[i]);
      double const arithmetic = static_cast<double>(terms) * unit / 2 * magnitudes[i];
      bounds[i] = arithmetic + store * (std::fabs(sums[i]) + arithmetic) + smallest;
    }
    return {sums, bounds};
  }

  DeviceCase case_;
  std::int64_t inputs_;
  std::int64_t padded_channels_;
  PlacedNumbers<Number> numbers_;
  std::vector<Number> weights_;
  PlacedNumbers<Number> packed_;
  PlacedNumbers<Number> output_;
  PlacedNumbers<Number> residual_;
  std::vector<Number> bias_;
  std::vector<std::int64_t> offsets_;
  std::vector<Row> input_rows_;
  std::vector<Row> output_rows_;
  std::vector<Row> map_inputs_;
  std::vector<Row> map_outputs_;
  std::vector<std::uint32_t> masks_;
};

}  // namespace sparseconv::test
