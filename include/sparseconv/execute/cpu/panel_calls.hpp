#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/execute/cpu/packed_weights.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The parts that a panel of in_channels x width is taken in, so that each stays in the first-level cache beside its input rows.
template <class Factor>
std::int64_t panel_parts(std::int64_t in_channels, std::int64_t width) {
  constexpr std::int64_t part_bytes = 24 * 1024;
  std::int64_t const channels =
      std::max<std::int64_t>(part_bytes / (width * static_cast<std::int64_t>(sizeof(Factor))), 1);
  return (in_channels + channels - 1) / channels;
}

/// Calls microkernels one call late: each then knows what the next one reads, and fetches it.
template <Element Factor>
class PanelCalls {
 public:
  explicit PanelCalls(Microkernels<Factor> const& kernels) : kernels_(kernels) {}

  /// Adds pairs of one kernel element to a block, panel by panel; no panel need be named.
  ///
  /// As many input channels at a time as keep the panel in the first-level cache; the sums go on in the block.
  template <Element W>
  void add(BlockPairs<Factor> const& pairs, PackedWeights<W, Factor> const& packed, std::int64_t element) {
    for (Panel const& panel : packed.panels()) {
      std::int64_t const width = panel.vectors * kernels_.lanes;
      std::int64_t const parts = panel_parts<Factor>(pairs.in_channels, width);
      std::int64_t const products = pairs.in_channels / kernels_.channels;
      for (std::int64_t part = 0; part < parts; ++part) {
        std::int64_t const channel = products * part / parts * kernels_.channels;
        BlockPairs<Factor> call = pairs;
        call.input += channel;
        call.in_channels = products * (part + 1) / parts * kernels_.channels - channel;
        call.panel = packed.panel(element, panel) + channel * width;
        call.block += panel.first_channel;
        call_waiting(call.panel, call.in_channels * width);
        waiting_ = call;
        vectors_ = panel.vectors;
      }
    }
  }

  /// After it all calls are done.
  void finish() { call_waiting(nullptr, 0); }

 private:
  void call_waiting(Factor const* next_panel, std::int64_t next_panel_size) {
    if (waiting_.count == 0) return;
    waiting_.next_panel = next_panel;
    waiting_.next_panel_size = next_panel_size;
    kernels_.add_pairs[static_cast<std::size_t>(vectors_) - 1](waiting_);
    waiting_.count = 0;
  }

  Microkernels<Factor> const& kernels_;
  BlockPairs<Factor> waiting_{};
  std::int64_t vectors_ = 0;
};

}  // namespace sparseconv::inline v0_1::on_cpu
