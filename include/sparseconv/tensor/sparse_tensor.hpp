#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The numbers of `sites` rows of so many channels. Throws: ShapeError if channels < 0; CapacityError beyond 2^63 - 1.
inline std::int64_t feature_count(std::int64_t sites, std::int64_t channels, std::string_view call) {
  if (channels < 0) throw ShapeError({call, ": ", channels, " channels; the count cannot be negative"});
  if (channels > 0 && sites > std::numeric_limits<std::int64_t>::max() / channels) {
    throw CapacityError({call, ": ", sites, " sites of ", channels, " channels cannot be addressed; take fewer"});
  }
  return sites * channels;
}

/// A data list on a coordinate list: row i of the features belongs to site i. A copy copies the features and shares the
/// sites.
///
/// Shapes: N sites, C channels; features N x C, row-major.
template <Element T, int D, MemorySpace Memory = HostMemory>
class SparseTensor {
 public:
  /// No sites and no channels.
  SparseTensor() = default;

  /// Zeros on the given sites.
  /// Throws: ShapeError if channels < 0.
  SparseTensor(SiteSet<D, Memory> const& sites, std::int64_t channels) requires(Memory::host_reads)
      : SparseTensor(sites, channels, Buffer<T>(feature_count(sites.size(), channels, "SparseTensor"), T{0})) {}

  /// Takes the features as they are.
  /// Throws: ShapeError if features does not hold sites.size() x channels numbers; the caller keeps them then.
  SparseTensor(SiteSet<D, Memory> const& sites, std::int64_t channels, Buffer<T, Memory>&& features)
      : sites_(sites), channels_(channels) {
    if (features.size() != feature_count(sites_.size(), channels_, "SparseTensor")) {
      throw ShapeError({"SparseTensor: ", features.size(), " features for ", sites_.size(), " sites of ", channels_,
                        " channels; give one number for each site and channel"});
    }
    features_ = std::move(features);
  }

  /// The same of a copy of the features.
  SparseTensor(SiteSet<D, Memory> const& sites, std::int64_t channels,
               Buffer<T, Memory> const& features) requires(Memory::host_reads)
      : SparseTensor(sites, channels, Buffer<T, Memory>(features)) {}

  /// A handle on the sites; of a temporary tensor one that keeps them.
  [[nodiscard]] SiteSet<D, Memory> const& sites() const& { return sites_; }
  [[nodiscard]] SiteSet<D, Memory> sites() const&& { return sites_; }
  [[nodiscard]] Grid<D> const& grid() const& { return sites_.grid(); }
  [[nodiscard]] Grid<D> grid() const&& { return sites_.grid(); }
  [[nodiscard]] std::int64_t size() const { return sites_.size(); }
  [[nodiscard]] std::int64_t channels() const { return channels_; }

  /// A view of the numbers, which lives no longer than the tensor: so a temporary has none, and does not compile.
  [[nodiscard]] MatrixView<T, Memory> features() & { return {features_.data(), size(), channels_}; }
  [[nodiscard]] MatrixView<T const, Memory> features() const& { return {features_.data(), size(), channels_}; }
  template <class Self = SparseTensor>
  MatrixView<T const, Memory> features() const&& {
    static_assert(never<Self>,
                  "sparseconv: features() is a view of a tensor that ends with this statement; give the tensor a name "
                  "first: auto const out = conv(sc::cpu, x); then out.features()");
    return {};
  }

 private:
  SiteSet<D, Memory> sites_;
  std::int64_t channels_ = 0;
  Buffer<T, Memory> features_;
};

}  // namespace sparseconv::inline v0_1
