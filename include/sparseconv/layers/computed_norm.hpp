#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/layers/norm_terms.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// What norms share that compute their statistics from the input: a scale and a shift for each channel, in double, and
/// epsilon.
template <MemorySpace Memory>
class ComputedNorm {
 public:
  [[nodiscard]] std::int64_t channels() const { return scale_.size(); }
  [[nodiscard]] double epsilon() const { return epsilon_; }

  /// Learned numbers: scale and shift.
  [[nodiscard]] std::int64_t parameter_count() const { return 2 * channels(); }

  /// C numbers each, in the norm's memory.
  [[nodiscard]] std::span<double const> scale() const { return span_of(scale_); }
  [[nodiscard]] std::span<double const> shift() const { return span_of(shift_); }

 protected:
  /// Scale 1 and shift 0.
  /// Throws: ShapeError if channels < 1, or epsilon is not positive and finite.
  ComputedNorm(std::int64_t channels, double epsilon, std::string_view norm) requires(Memory::host_reads)
      : epsilon_(checked(epsilon, norm)), scale_(checked_norm_channels(channels, norm), 1.0), shift_(channels, 0.0) {}

  /// Of parts.
  /// Throws: ShapeError if there are not as many scales as shifts, or what the other constructor throws.
  ComputedNorm(Buffer<double, Memory> scale, Buffer<double, Memory> shift, double epsilon, std::string_view norm)
      : epsilon_(checked(epsilon, norm)), scale_(std::move(scale)), shift_(std::move(shift)) {
    if (checked_norm_channels(scale_.size(), norm) == shift_.size()) return;
    throw ShapeError(
        {norm, ": ", scale_.size(), " scales and ", shift_.size(), " shifts; give one of each for every channel"});
  }

  /// Throws: ShapeError if one of them does not have C numbers; the norm is as it was then.
  template <Element Number>
  void set_parameters(std::span<Number const> scale, std::span<Number const> shift, std::string_view call) {
    check_norm_list(scale, channels(), "scale", call);
    check_norm_list(shift, channels(), "shift", call);
    auto const widened = [](Number number) { return static_cast<double>(number); };
    std::transform(scale.begin(), scale.end(), scale_.begin(), widened);
    std::transform(shift.begin(), shift.end(), shift_.begin(), widened);
  }

 private:
  static double checked(double epsilon, std::string_view norm) {
    if (epsilon > 0 && std::isfinite(epsilon)) return epsilon;
    throw ShapeError({norm, ": epsilon is ", epsilon, "; it must be positive and finite"});
  }
  static std::span<double const> span_of(Buffer<double, Memory> const& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
  }

  double epsilon_;
  Buffer<double, Memory> scale_;
  Buffer<double, Memory> shift_;
};

}  // namespace sparseconv::inline v0_1
