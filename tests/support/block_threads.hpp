#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/block_seat.hpp"
#include "support/sleeping_word.hpp"

namespace sparseconv::test {

/// As many real threads as a block has, which live on from one block to the next: what ThreadSanitizer needs to see a kernel that lacks a
/// barrier. Slow, as every meeting puts its threads to sleep and wakes them.
///
/// Nothing but the meetings that a kernel asks for orders its threads (all other bookkeeping is relaxed).
class BlockThreads {
 public:
  using Seat = BlockSeat<BlockThreads>;

  explicit BlockThreads(int threads) : threads_(threads), everyone_(threads), requests_(threads) {
    for (int i = 0; i < threads; i += 32) warps_.emplace_back(32);
    for (int i = 0; i < threads; ++i) members_.emplace_back([this, i] { serve(i); });
  }
  ~BlockThreads() {
    closing_.store(true, std::memory_order_relaxed);
    started_.advance();
    for (std::thread& member : members_) member.join();
  }
  BlockThreads(BlockThreads const&) = delete;
  BlockThreads& operator=(BlockThreads const&) = delete;

  void meet_block(int) { meet(everyone_); }
  void meet_warp(int thread) { meet(warps_[static_cast<std::size_t>(thread / 32)]); }
  [[nodiscard]] WarpRequests& requests() { return requests_; }

  /// Every thread does the work once. Waits for the result.
  void run(std::function<void(Seat&)> work) {
    std::lock_guard const lock(busy_);
    work_ = std::move(work);
    requests_.clear();
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
    fail(waits_in_vain);
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
  WarpRequests requests_;
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
