#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/derived_store.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Some output channels of all kernel elements, a few vectors wide.
struct Panel {
  std::int64_t first_channel;
  std::int64_t vectors;
};

/// The matrices of a convolution cut into panels that the microkernels read from front to back, in the type that they multiply.
///
/// Shapes: for each element, for each panel: in_channels x (vectors * lanes) in the order that the kernels read; channels beyond
///         C_out are zeros.
template <Element T, Element Factor>
class PackedWeights {
 public:
  /// The input channels must be a multiple of those that the kernels multiply at once.
  PackedWeights(CpuPolicy const& where, WeightsView<T> const& weights, Microkernels<Factor> const& kernels)
      : lanes_(kernels.lanes), order_(kernels.order), in_channels_(weights.in_channels) {
    std::int64_t const vectors = (weights.out_channels + lanes_ - 1) / lanes_;
    std::int64_t const panels = (vectors + kernels.most_vectors - 1) / kernels.most_vectors;
    std::int64_t first = 0;
    for (std::int64_t p = 0; p < panels; ++p) {
      std::int64_t const end = vectors * (p + 1) / panels;  // widths differ by one vector at most
      panels_.push_back({first * lanes_, end - first});
      first = end;
    }
    width_ = vectors * lanes_;
    values_ = Buffer<Factor>(where.memory(), weights.elements * in_channels_ * width_);
    for_each_range(where, weights.elements, 1, [&](std::int64_t element, std::int64_t) { pack(weights, element); });
  }

  /// Output channels with the padding of the last panel.
  [[nodiscard]] std::int64_t width() const { return width_; }
  [[nodiscard]] std::vector<Panel> const& panels() const { return panels_; }
  [[nodiscard]] std::int64_t bytes() const { return values_.bytes(); }
  [[nodiscard]] Factor const* panel(std::int64_t element, Panel const& panel) const {
    return values_.data() + (element * width_ + panel.first_channel) * in_channels_;
  }

 private:
  void pack(WeightsView<T> const& weights, std::int64_t element) {
    MatrixView<T const> const matrix = weights.element(element);
    std::int64_t const together = order_ == PanelOrder::rows ? 1 : 2;
    Factor* to = values_.data() + element * width_ * in_channels_;
    for (Panel const& panel : panels_) {
      std::int64_t const width = panel.vectors * lanes_;
      std::int64_t const present = std::min(width, weights.out_channels - panel.first_channel);
      for (std::int64_t c = 0; c < in_channels_; c += together, to += together * width) {
        std::fill_n(to, together * width, static_cast<Factor>(0.0F));
        for (std::int64_t channel = 0; channel < together; ++channel) {
          T const* const from = matrix.row_data(c + channel) + panel.first_channel;
          Factor* const first = to + (order_ == PanelOrder::exchanged_twos ? 1 - channel : channel);
          for (std::int64_t j = 0; j < present; ++j) first[j * together] = static_cast<Factor>(from[j]);
        }
      }
    }
  }

  std::int64_t lanes_;
  PanelOrder order_;
  std::int64_t in_channels_;
  std::int64_t width_ = 0;
  std::vector<Panel> panels_;
  Buffer<Factor> values_;
};

/// What weights keep for the CPU: their packed form for each kind of kernels that has used them.
template <Element T, Element Factor>
class PackedWeightsCache final : public Derived {
 public:
  /// The packed form, made if it is not there. Two threads that make it at once get the same in the end.
  std::shared_ptr<PackedWeights<T, Factor> const> get(CpuPolicy const& where, WeightsView<T> const& weights,
                                                      Microkernels<Factor> const& kernels) {
    {
      std::scoped_lock lock(mutex_);
      if (auto const found = packed_.find(&kernels); found != packed_.end()) return found->second;
    }
    auto packed = std::make_shared<PackedWeights<T, Factor> const>(where, weights, kernels);
    std::scoped_lock lock(mutex_);
    return packed_.try_emplace(&kernels, std::move(packed)).first->second;
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (auto const& [kernels, packed] : packed_) sum += packed->bytes();
    return sum;
  }

  void release() override {
    std::scoped_lock lock(mutex_);
    packed_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::map<Microkernels<Factor> const*, std::shared_ptr<PackedWeights<T, Factor> const>> packed_;
};

/// The packed form of weights: kept with them if they are a Weights object's, made for this call if they are only viewed.
template <Element T, Element Factor>
std::shared_ptr<PackedWeights<T, Factor> const> packed_weights(CpuPolicy const& where, WeightsView<T> const& weights,
                                                               Microkernels<Factor> const& kernels) {
  if (weights.derived == nullptr) return std::make_shared<PackedWeights<T, Factor> const>(where, weights, kernels);
  return weights.derived->template get<PackedWeightsCache<T, Factor>>().get(where, weights, kernels);
}

}  // namespace sparseconv::inline v0_1::on_cpu
