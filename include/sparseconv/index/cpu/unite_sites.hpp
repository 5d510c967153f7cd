#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Counts what is written to it.
template <class T>
class CountingOutput {
 public:
  using difference_type = std::ptrdiff_t;

  [[nodiscard]] std::int64_t count() const { return count_; }
  CountingOutput& operator*() { return *this; }
  CountingOutput& operator=(T const&) { return *this; }
  CountingOutput& operator++() { return ++count_, *this; }
  CountingOutput operator++(int) {
    CountingOutput const before = *this;
    ++count_;
    return before;
  }

 private:
  std::int64_t count_ = 0;
};

/// sparseconv::unite_sites: a stretch of the first list and what of the second belongs between its ends are merged by one thread. The
/// first list must not be empty unless both are.
template <int D>
SiteSet<D> unite_sites(CpuPolicy const& where, SiteSet<D> const& a, SiteSet<D> const& b) {
  constexpr std::int64_t stretch = 8192;  // sites of the first list that one thread takes at a time
  std::span<Coordinate<D> const> const first = a.coordinates();
  std::span<Coordinate<D> const> const second = b.coordinates();
  auto const merge = [&](std::int64_t begin, std::int64_t end, auto output) {
    auto const bound = [&](std::int64_t row) {  // what of the second list comes before the stretch at this row
      if (row == 0) return second.begin();
      if (row == a.size()) return second.end();
      return std::ranges::lower_bound(second, first[static_cast<std::size_t>(row)]);
    };
    return std::set_union(first.begin() + begin, first.begin() + end, bound(begin), bound(end), output);
  };
  Buffer<std::int64_t> const before = counts_before(
      where, a.size(), stretch,
      [&](std::int64_t begin, std::int64_t end) { return merge(begin, end, CountingOutput<Coordinate<D>>()).count(); });
  std::int64_t const total = before[before.size() - 1];
  check_site_count(total, "unite_sites");
  Buffer<Coordinate<D>> united(where.memory(), total);
  for_each_range(where, a.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    merge(begin, end, united.data() + before[begin / stretch]);
  });
  Box<D> box = a.bounding_box();
  box.include(b.bounding_box());
  return SiteSet<D>(a.grid(), std::move(united), box);
}

}  // namespace sparseconv::inline v0_1::on_cpu
