#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "support/layer_sizes.hpp"
#include "support/yardsticks.hpp"

namespace benchmark_support {

/// sgemm of every layer's P x C_in x C_out, one after the other in the order of the layers. Layers of one size share operands, as
/// those of all layers of a deep network would not fit a machine's memory.
class NetworkYardstick {
 public:
  NetworkYardstick(std::vector<LayerSize> const& sizes, int threads) {
    std::vector<LayerSize> made;
    for (LayerSize const& size : sizes) {
      auto const same = std::find_if(made.begin(), made.end(), [&](LayerSize const& other) {
        return other.pairs == size.pairs && other.in_channels == size.in_channels &&
               other.out_channels == size.out_channels;
      });
      order_.push_back(static_cast<std::size_t>(same - made.begin()));
      if (same != made.end()) continue;
      made.push_back(size);
      gemms_.emplace_back(size.pairs, size.in_channels, size.out_channels, threads);
    }
  }

  void operator()() const {
    for (std::size_t const gemm : order_) gemms_[gemm]();
  }

 private:
  std::vector<Gemm> gemms_;
  std::vector<std::size_t> order_;
};

}  // namespace benchmark_support
