#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// A site and its features.
template <class T, int D>
struct SiteRow {
  Coordinate<D> const& site;  ///< where it is
  std::span<T> features;      ///< its channels
};

/// The sites of a tensor with their features, in the tensor's order, for a loop; made by site_rows().
template <class T, int D>
class SiteRows {
 public:
  /// Goes from site to site.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = SiteRow<T, D>;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = SiteRow<T, D>;

    Iterator(Coordinate<D> const* site, MatrixView<T> features, std::int64_t row)
        : site_(site), features_(features), row_(row) {}

    SiteRow<T, D> operator*() const { return {site_[row_], features_.row(row_)}; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator const before = *this;
      ++row_;
      return before;
    }
    friend bool operator==(Iterator const& a, Iterator const& b) { return a.row_ == b.row_; }

   private:
    Coordinate<D> const* site_;
    MatrixView<T> features_;
    std::int64_t row_;
  };

  SiteRows(Coordinate<D> const* sites, MatrixView<T> features) : sites_(sites), features_(features) {}

  [[nodiscard]] Iterator begin() const { return {sites_, features_, 0}; }
  [[nodiscard]] Iterator end() const { return {sites_, features_, features_.rows}; }
  [[nodiscard]] std::int64_t size() const { return features_.rows; }

 private:
  Coordinate<D> const* sites_;
  MatrixView<T> features_;
};

/// The sites of a tensor with their features, which lie on the host:
///
///     for (auto const& [site, features] : sc::site_rows(out)) use(site.batch, site.position, features[0]);
///
/// It is a view and lives no longer than the tensor, so that of a temporary does not compile. Features of a tensor that is not const
/// may be written.
template <Element T, int D>
[[nodiscard]] SiteRows<T const, D> site_rows(SparseTensor<T, D> const& tensor) {
  return {tensor.sites().data(), tensor.features()};
}
/// The same of a tensor whose features may be written.
template <Element T, int D>
[[nodiscard]] SiteRows<T, D> site_rows(SparseTensor<T, D>& tensor) {
  return {tensor.sites().data(), tensor.features()};
}
/// Of a temporary it is a sentence of the compiler.
template <Element T, int D>
SiteRows<T const, D> site_rows(SparseTensor<T, D> const&& tensor) {
  static_assert(never<T>,
                "sparseconv: site_rows() is a view of a tensor that ends with this statement; give the tensor a name "
                "first: auto const out = conv(sc::cpu, x); then site_rows(out)");
  return site_rows(tensor);
}

}  // namespace sparseconv::inline v0_1
