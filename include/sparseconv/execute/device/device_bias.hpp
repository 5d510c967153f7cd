#pragma once

#include <concepts>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_device {

/// A bias that a device adds to sums of T: numbers of T, or beside float of a narrower type, or none.
///
/// What they are stored as is no part of the type: a kernel reads a bias once for each output, and one kernel serves all.
template <Element T>
class DeviceBias {
 public:
  constexpr DeviceBias() = default;

  /// nullptr is none.
  template <Element W>
  requires(std::same_as<W, T> || std::same_as<T, Accumulator<W>>) constexpr DeviceBias(W const* numbers)  // NOLINT
      : numbers_(numbers),
        stored_(std::same_as<W, T>          ? Stored::as_features
                : std::same_as<W, bfloat16> ? Stored::as_bfloat16
                                            : Stored::as_half) {}

  [[nodiscard]] constexpr bool present() const { return numbers_ != nullptr; }

  /// That of a channel, as a sum; see ThreadBlock::widened.
  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  [[nodiscard]] SPARSECONV_HOST_DEVICE Accumulator<T> load(Block const& block, std::int64_t channel) const {
    if constexpr (std::same_as<T, float>) {
      if (stored_ == Stored::as_half) return block.widened(static_cast<half const*>(numbers_)[channel]);
      if (stored_ == Stored::as_bfloat16) return block.widened(static_cast<bfloat16 const*>(numbers_)[channel]);
    }
    return block.widened(static_cast<T const*>(numbers_)[channel]);
  }

 private:
  enum class Stored { as_features, as_half, as_bfloat16 };

  void const* numbers_ = nullptr;
  Stored stored_ = Stored::as_features;
};

}  // namespace sparseconv::inline v0_1::on_device
