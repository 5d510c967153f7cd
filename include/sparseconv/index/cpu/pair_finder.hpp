#pragma once

#include <cstdint>

#include "sparseconv/index/cpu/pair_lists.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds the pairs of some kernel elements, for one stretch of outputs at a time. Safe from several threads.
class PairFinder {
 public:
  /// Appends the pairs of the lists' elements with outputs [begin, end), for which the lists need room; in each list the rows rise.
  /// The first element is one that begins a row of the kernel.
  virtual void find(std::int64_t begin, std::int64_t end, PairLists& lists) const = 0;

 protected:
  PairFinder() = default;
  PairFinder(PairFinder const&) = default;
  PairFinder& operator=(PairFinder const&) = default;
  ~PairFinder() = default;
};

}  // namespace sparseconv::inline v0_1::on_cpu
