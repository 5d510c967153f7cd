#pragma once

#include <cstdint>

#include "sparseconv/index/cpu/pair_lists.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds the pairs of some kernel elements, for one stretch of outputs at a time, or of inputs. Safe from several threads.
class PairFinder {
 public:
  /// How many outputs, or inputs, there are to find pairs for.
  [[nodiscard]] virtual std::int64_t count() const = 0;

  /// Appends the pairs of the lists' elements with outputs (or inputs) [begin, end), for which the lists need room; in each list the
  /// rows of both rise. The first element is one that begins a row of the kernel.
  virtual void find(std::int64_t begin, std::int64_t end, PairLists& lists) const = 0;

 protected:
  PairFinder() = default;
  PairFinder(PairFinder const&) = default;
  PairFinder& operator=(PairFinder const&) = default;
  ~PairFinder() = default;
};

}  // namespace sparseconv::inline v0_1::on_cpu
