#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "support/block_fibers.hpp"
#include "support/block_threads.hpp"
#include "support/thread_sanitizer.hpp"

namespace sparseconv::test {

/// What runs the threads of an emulated block.
#if SPARSECONV_HAS_FIBERS && !SPARSECONV_THREAD_SANITIZER
using BlockTeam = BlockFibers;
#else
using BlockTeam = BlockThreads;
#endif

/// The team of a size, made when first asked for.
template <class Team>
Team& team_of(int threads) {
  static std::mutex guard;
  static std::map<int, std::unique_ptr<Team>> teams;
  std::lock_guard const lock(guard);
  std::unique_ptr<Team>& team = teams[threads];
  if (team == nullptr) team = std::make_unique<Team>(threads);
  return *team;
}

}  // namespace sparseconv::test
