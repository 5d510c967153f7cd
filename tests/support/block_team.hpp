#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "support/block_fibers.hpp"
#include "support/block_threads.hpp"

#if defined(__SANITIZE_THREAD__)
#define SPARSECONV_BLOCKS_OF_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)  // Clang's way to say so
#define SPARSECONV_BLOCKS_OF_THREADS 1
#endif
#endif

namespace sparseconv::test {

/// What runs the threads of an emulated block.
#if defined(SPARSECONV_BLOCKS_OF_THREADS) || !SPARSECONV_HAS_FIBERS
using BlockTeam = BlockThreads;
#else
using BlockTeam = BlockFibers;
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
