#pragma once

// A system has them where it has the calls of POSIX that were taken out in 2008.
#if defined(__linux__) && __has_include(<ucontext.h>)
#define SPARSECONV_HAS_FIBERS 1
#else
#define SPARSECONV_HAS_FIBERS 0
#endif

#if SPARSECONV_HAS_FIBERS
#include <sys/mman.h>
#include <ucontext.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/memory/memory_pool.hpp"  // SPARSECONV_ADDRESS_SANITIZER
#include "support/block_seat.hpp"

#ifdef SPARSECONV_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace sparseconv::test {

/// A stack of its own, with a page below it that nobody may touch.
class FiberStack {
 public:
  FiberStack() : low_(::mmap(nullptr, guard + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (low_ == MAP_FAILED || ::mprotect(low_, guard, PROT_NONE) != 0) throw std::bad_alloc();
  }
  ~FiberStack() {
    if (low_ != nullptr) ::munmap(low_, guard + size);
  }
  FiberStack(FiberStack&& other) noexcept : low_(std::exchange(other.low_, nullptr)) {}
  FiberStack& operator=(FiberStack&&) = delete;

  static constexpr std::size_t size = std::size_t{256} << 10;
  [[nodiscard]] void* data() const { return static_cast<std::byte*>(low_) + guard; }

 private:
  static constexpr std::size_t guard = std::size_t{64} << 10;  // no system has larger pages
  void* low_;
};

/// The threads of a block as fibers of the calling thread: each runs until a meeting where others are missing, then the next one does.
///
/// They take turns from the first to the last, then from the last to the first, and every other block begins the other way round. So
/// if a thread reads what another one writes, and nothing has them meet in between, it reads too early in one of two blocks.
class BlockFibers {
 public:
  using Seat = BlockSeat<BlockFibers>;

  explicit BlockFibers(int threads)
      : requests_(threads), everyone_{threads}, warps_(static_cast<std::size_t>(threads / 32), Meeting{32}) {
    for (int thread = 0; thread < threads; ++thread) fibers_.emplace_back(*this, thread);
  }
  BlockFibers(BlockFibers const&) = delete;
  BlockFibers& operator=(BlockFibers const&) = delete;

  void meet_block(int thread) { meet(fiber(thread), everyone_); }
  void meet_warp(int thread) { meet(fiber(thread), warps_[static_cast<std::size_t>(thread / 32)]); }
  [[nodiscard]] WarpRequests& requests() { return requests_; }

  /// Every thread does the work once. Waits for the result.
  /// Throws: BlockError if one threw, or waits for what cannot come.
  void run(std::function<void(Seat&)> work) {
    std::lock_guard const lock(busy_);
    work_ = std::move(work);
    requests_.clear();
    everyone_.here = 0;
    for (Meeting& warp : warps_) warp.here = 0;
    is_broken_ = false;
    message_.clear();
    for (Fiber& one : fibers_) start(one);
    begins_forward_ = !begins_forward_;
    bool forward = begins_forward_;
    for (std::size_t left = fibers_.size(); left > 0;) {
      std::size_t const ran = take_turns(forward, left);
      forward = !forward;
      if (ran > 0) continue;
      if (message_.empty()) message_ = waits_in_vain;
      is_broken_ = true;
    }
    if (!message_.empty()) throw BlockError(message_);
  }

 private:
  struct Meeting {
    int expected;
    int here = 0;
    unsigned round = 0;
  };
  struct Fiber {
    Fiber(BlockFibers& team, int thread) : seat(team, thread) {}
    Seat seat;
    FiberStack stack;
    ucontext_t context = {};
    Meeting const* waits_at = nullptr;
    unsigned round = 0;  ///< of that meeting
    bool is_done = true;
    void* kept_by_sanitizer = nullptr;
  };
  struct Stopped {};  // thrown in threads that wait for what cannot come

  [[nodiscard]] Fiber& fiber(int thread) { return fibers_[static_cast<std::size_t>(thread)]; }

  void start(Fiber& one) {
    ::getcontext(&one.context);
    one.context.uc_stack.ss_sp = one.stack.data();
    one.context.uc_stack.ss_size = FiberStack::size;
    one.context.uc_link = nullptr;
    ::makecontext(&one.context, &BlockFibers::enter, 0);
    one.waits_at = nullptr;
    one.is_done = false;
  }

  /// Runs each fiber that can go on, once. Returns how many did; `left` is how many are not done.
  std::size_t take_turns(bool forward, std::size_t& left) {
    std::size_t ran = 0;
    for (std::size_t i = 0; i < fibers_.size(); ++i) {
      Fiber& one = fibers_[forward ? i : fibers_.size() - 1 - i];
      bool const waits = one.waits_at != nullptr && one.waits_at->round == one.round && !is_broken_;
      if (one.is_done || waits) continue;
      ++ran;
      resume(one);
      if (one.is_done) --left;
    }
    return ran;
  }

  void meet(Fiber& own, Meeting& meeting) {
    if (++meeting.here == meeting.expected) {
      meeting.here = 0;
      ++meeting.round;
      return;
    }
    own.waits_at = &meeting;
    own.round = meeting.round;
    suspend(own);
    own.waits_at = nullptr;
    if (is_broken_) throw Stopped{};
  }

  /// What a fiber does first and last. A context takes no pointer along.
  static void enter() {
    Fiber& own = *entered_;
    BlockFibers& team = *team_entered_;
    tell_arrival(nullptr, &team.caller_stack_, &team.caller_stack_size_);
    try {
      team.work_(own.seat);
    } catch (Stopped) {
    } catch (std::exception const& error) {
      if (team.message_.empty()) team.message_ = error.what();
    }
    own.is_done = true;
    tell_departure(nullptr, team.caller_stack_, team.caller_stack_size_);
    ::setcontext(&team.caller_);
  }

  void resume(Fiber& one) {
    entered_ = &one;
    team_entered_ = this;
    void* kept = nullptr;
    tell_departure(&kept, one.stack.data(), FiberStack::size);
    ::swapcontext(&caller_, &one.context);
    tell_arrival(kept, nullptr, nullptr);
  }

  void suspend(Fiber& own) {
    tell_departure(&own.kept_by_sanitizer, caller_stack_, caller_stack_size_);
    ::swapcontext(&own.context, &caller_);
    tell_arrival(own.kept_by_sanitizer, &caller_stack_, &caller_stack_size_);
  }

  // AddressSanitizer wants to know which stack is in use.
#ifdef SPARSECONV_ADDRESS_SANITIZER
  static void tell_departure(void** kept, void const* to, std::size_t size) {
    __sanitizer_start_switch_fiber(kept, to, size);
  }
  static void tell_arrival(void* kept, void const** from, std::size_t* size) {
    __sanitizer_finish_switch_fiber(kept, from, size);
  }
#else
  static void tell_departure(void**, void const*, std::size_t) {}
  static void tell_arrival(void*, void const**, std::size_t*) {}
#endif

  inline static thread_local Fiber* entered_ = nullptr;
  inline static thread_local BlockFibers* team_entered_ = nullptr;

  WarpRequests requests_;
  Meeting everyone_;
  std::vector<Meeting> warps_;
  std::vector<Fiber> fibers_;
  std::function<void(Seat&)> work_;
  std::mutex busy_;
  std::string message_;
  bool is_broken_ = false;
  bool begins_forward_ = false;
  ucontext_t caller_ = {};
  void const* caller_stack_ = nullptr;
  std::size_t caller_stack_size_ = 0;
};

}  // namespace sparseconv::test
#endif
