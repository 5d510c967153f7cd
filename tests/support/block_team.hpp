#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/sleeping_word.hpp"
#include "support/warp_matrices.hpp"

namespace sparseconv::test {

/// A kernel did to its thread block what no block allows.
class BlockError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// As many real threads as a block has, which live on from one block to the next.
///
/// Nothing but the meetings that a kernel asks for orders its threads (all other bookkeeping is relaxed), so that
/// ThreadSanitizer sees a missing barrier.
class BlockTeam {
 public:
  /// A thread's place in the team.
  class Seat {
   public:
    [[nodiscard]] int thread() const { return thread_; }
    void meet_block() { team_.meet(team_.everyone_); }
    void meet_warp() { team_.meet(team_.warps_[static_cast<std::size_t>(thread_ / 32)]); }

    /// What this thread, or one of its warp, asks its warp for; there are two lists that take turns.
    [[nodiscard]] std::vector<WarpRequest>& requests(int turn) const {
      return team_.requests_[static_cast<std::size_t>(thread_)][static_cast<std::size_t>(turn)];
    }
    [[nodiscard]] std::vector<WarpRequest> const& requests_of(int lane, int turn) const {
      return team_.requests_[static_cast<std::size_t>(thread_ / 32 * 32 + lane)][static_cast<std::size_t>(turn)];
    }

   private:
    friend BlockTeam;
    Seat(BlockTeam& team, int thread) : team_(team), thread_(thread) {}

    BlockTeam& team_;
    int thread_;
  };

  explicit BlockTeam(int threads)
      : threads_(threads), everyone_(threads), requests_(static_cast<std::size_t>(threads)) {
    if (threads <= 0 || threads % 32 != 0) throw BlockError("a block has a multiple of 32 threads");
    for (int i = 0; i < threads; i += 32) warps_.emplace_back(32);
    for (int i = 0; i < threads; ++i) members_.emplace_back([this, i] { serve(i); });
  }
  ~BlockTeam() {
    closing_.store(true, std::memory_order_relaxed);
    started_.advance();
    for (std::thread& member : members_) member.join();
  }
  BlockTeam(BlockTeam const&) = delete;
  BlockTeam& operator=(BlockTeam const&) = delete;

  /// The team of a size, made when first asked for.
  static BlockTeam& of(int threads) {
    static std::mutex guard;
    static std::map<int, std::unique_ptr<BlockTeam>> teams;
    std::lock_guard const lock(guard);
    std::unique_ptr<BlockTeam>& team = teams[threads];
    if (team == nullptr) team = std::make_unique<BlockTeam>(threads);
    return *team;
  }

  /// Every thread does the work once. Waits for the result.
  void run(std::function<void(Seat&)> work) {
    std::lock_guard const lock(busy_);
    work_ = std::move(work);
    for (auto& lists : requests_) lists[0].clear(), lists[1].clear();
    everyone_.here.store(0, std::memory_order_relaxed);
    for (Meeting& warp : warps_) warp.here.store(0, std::memory_order_relaxed);
    broken_.store(false, std::memory_order_relaxed);
    message_.clear();
    state_.store(threads_ * (one_awake + one_left), std::memory_order_relaxed);
    std::uint32_t const before = finished_.now();
    started_.advance();
    finished_.sleep_while(before);
    if (!message_.empty()) throw BlockError(message_);
  }

 private:
  struct Meeting {
    explicit Meeting(int size) : expected(size) {}
    int expected;
    std::atomic<int> here{0};
    SleepingWord round;
  };
  static constexpr std::int64_t one_awake = 1;
  static constexpr std::int64_t one_left = std::int64_t{1} << 32;
  struct Stopped {};  // thrown in threads that wait for what cannot come

  void meet(Meeting& meeting) {
    std::uint32_t const round = meeting.round.now();
    if (meeting.here.fetch_add(1, std::memory_order_acq_rel) + 1 == meeting.expected) {
      meeting.here.store(0, std::memory_order_relaxed);
      state_.fetch_add((meeting.expected - 1) * one_awake, std::memory_order_relaxed);
      meeting.round.advance();
      return;
    }
    std::int64_t const state = state_.fetch_sub(one_awake, std::memory_order_relaxed) - one_awake;
    if (state % one_left == 0) stop();
    meeting.round.sleep_while(round);
    if (broken_.load(std::memory_order_relaxed)) throw Stopped{};
  }

  /// For the last one awake: the others wait in vain.
  void stop() {
    fail("some threads wait at a barrier or in a warp operation that others never reach");
    broken_.store(true, std::memory_order_relaxed);
    state_.fetch_add(threads_ * one_awake, std::memory_order_relaxed);
    everyone_.round.advance();
    for (Meeting& warp : warps_) warp.round.advance();
  }

  void fail(std::string const& message) {
    std::lock_guard const lock(message_guard_);
    if (message_.empty()) message_ = message;
  }

  void serve(int thread) {
    Seat seat(*this, thread);
    std::uint32_t round = 0;
    while (true) {
      started_.sleep_while(round);
      ++round;
      if (closing_.load(std::memory_order_relaxed)) return;
      try {
        work_(seat);
      } catch (Stopped) {
      } catch (std::exception const& error) {
        fail(error.what());
      }
      std::int64_t const state =
          state_.fetch_sub(one_awake + one_left, std::memory_order_acq_rel) - one_awake - one_left;
      if (state < one_left) {
        finished_.advance();
      } else if (state % one_left == 0) {
        stop();
      }
    }
  }

  int threads_;
  Meeting everyone_;
  std::deque<Meeting> warps_;
  std::vector<std::array<std::vector<WarpRequest>, 2>> requests_;
  std::function<void(Seat&)> work_;
  std::mutex busy_;
  std::mutex message_guard_;
  std::string message_;
  std::atomic<std::int64_t> state_{0};  // threads that run or are about to, and threads whose work is not done
  std::atomic<bool> broken_{false};
  std::atomic<bool> closing_{false};
  SleepingWord started_;
  SleepingWord finished_;
  std::vector<std::thread> members_;
};

}  // namespace sparseconv::test
