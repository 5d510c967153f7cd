#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "support/warp_matrices.hpp"

namespace sparseconv::test {

/// A kernel did to its thread block what no block allows.
class BlockError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a BlockError says where threads wait for what cannot come.
inline constexpr char waits_in_vain[] = "some threads wait at a barrier or in a warp operation that others never reach";

/// What the threads of a block ask their warps for: two lists of each thread, which take turns.
class WarpRequests {
 public:
  /// Throws: BlockError if no block has so many threads.
  explicit WarpRequests(int threads) {
    if (threads <= 0 || threads % 32 != 0) throw BlockError("a block has a multiple of 32 threads");
    lists_.resize(static_cast<std::size_t>(threads));
  }

  [[nodiscard]] std::vector<WarpRequest>& of(int thread, int turn) {
    return lists_[static_cast<std::size_t>(thread)][static_cast<std::size_t>(turn)];
  }
  void clear() {
    for (auto& lists : lists_) lists[0].clear(), lists[1].clear();
  }

 private:
  std::vector<std::array<std::vector<WarpRequest>, 2>> lists_;
};

/// A thread's place in the team that runs a block.
template <class Team>
class BlockSeat {
 public:
  BlockSeat(Team& team, int thread) : team_(team), thread_(thread) {}

  [[nodiscard]] int thread() const { return thread_; }
  void meet_block() { team_.meet_block(thread_); }
  void meet_warp() { team_.meet_warp(thread_); }

  /// What this thread, or one of its warp, asks its warp for.
  [[nodiscard]] std::vector<WarpRequest>& requests(int turn) const { return team_.requests().of(thread_, turn); }
  [[nodiscard]] std::vector<WarpRequest> const& requests_of(int lane, int turn) const {
    return team_.requests().of(thread_ / 32 * 32 + lane, turn);
  }

 private:
  Team& team_;
  int thread_;
};

}  // namespace sparseconv::test
