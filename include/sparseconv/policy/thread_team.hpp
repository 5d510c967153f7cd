#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/policy/sleeping_threads.hpp"

#if SPARSECONV_POSIX
#include <pthread.h>
#endif

namespace sparseconv::inline v0_1 {

/// Tells the processor that its thread looks at one place again and again.
inline void relax_processor() {
#if (defined(__GNUC__) || defined(__clang__)) && (defined(__x86_64__) || defined(__i386__))
  __builtin_ia32_pause();
#elif (defined(__GNUC__) || defined(__clang__)) && defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Waits until the value is not `old`, and returns it. Looks so many times before the thread joins the sleepers.
template <class T>
T wait_while(std::atomic<T> const& value, T old, int looks, SleepingThreads& sleepers) {
  for (int look = 0; look < looks; ++look) {
    if (T const now = value.load(std::memory_order_acquire); now != old) return now;
    relax_processor();
  }
  sleepers.sleep_while(value, old);
  return value.load(std::memory_order_acquire);
}

/// How often this process and those that it descends from have forked into it, since the first call: a child has another number
/// than its parent. 0 where processes cannot fork.
inline std::int64_t fork_count() {
#if SPARSECONV_POSIX
  static std::atomic<std::int64_t> forks{0};
  [[maybe_unused]] static int const counted = ::pthread_atfork(nullptr, nullptr, [] { ++forks; });
  return forks;
#else
  return 0;
#endif
}

/// A fixed number of threads that wait for work; the calling thread is one of them.
///
/// The threads start at the first parallel call and end with the team. One call uses the team at a time: a second
/// caller, or a call from inside a body, does its work alone. That changes the time it takes and no result. So does a system that
/// has no more threads to give: the team works with those that it got. Nor does a call wait for a thread that has no core: it ends
/// when the caller has nothing left to do and those that began have ended.
///
/// A process that forked has none of the team's threads; its first parallel call starts them anew. Fork while no other thread is
/// inside a call: what that thread holds is locked in the child for ever.
class ThreadTeam {
 public:
  /// Throws: ShapeError if threads < 1.
  explicit ThreadTeam(int threads) : size_(threads) {
    if (threads < 1) {
      throw ShapeError({"cpu.threads: ", threads, " threads; give at least 1"});
    }
  }

  ThreadTeam(ThreadTeam const&) = delete;
  ThreadTeam& operator=(ThreadTeam const&) = delete;

  ~ThreadTeam() {
    if (forks_ != fork_count()) return;  // there are no workers, or in another process
    stopping_.store(true, std::memory_order_relaxed);
    start_round();
    for (Worker& worker : workers_) {
      worker.thread.join();
      std::destroy_at(&worker.thread);
    }
  }

  [[nodiscard]] int size() const { return size_; }

  /// Calls body(worker) on `workers` threads at most, each once, and waits for those that began; workers are numbered from 0, the
  /// caller is 0. Workers that have not begun when the caller's body ends do not begin any more.
  ///
  /// The body has to share out the work by itself and must be complete when only worker 0 runs it.
  /// Throws: what a body threw first; the other bodies have ended by then.
  template <class Body>
  void run(int workers, Body const& body) {
    run_call(
        workers, [](void const* context, int worker) { (*static_cast<Body const*>(context))(worker); }, &body);
  }

 private:
  using Call = void (*)(void const* context, int worker);

  // Apart from run, so that it is compiled once and not for each body.
  void run_call(int workers, Call call, void const* context) {
    if (workers <= 1 || size_ == 1 || in_use_.exchange(true, std::memory_order_acquire)) {
      call(context, 0);
      return;
    }
    InUse const until_the_end{in_use_};
    start_workers();
    call_ = call;
    context_ = context;
    active_ = workers < size_ ? workers : size_;
    failure_ = nullptr;
    // With the number of the round, so that no worker takes part in one twice.
    door_.store((round_.load(std::memory_order_relaxed) + 1) << 32 | door_open, std::memory_order_release);
    start_round();
    guarded_call(0);
    std::uint64_t inside = door_.fetch_sub(door_open, std::memory_order_acq_rel) - door_open;
    while (static_cast<std::uint32_t>(inside) != 0) inside = wait_while(door_, inside, looks_, caller_);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  // A flag and no mutex: a call from inside a body finds the team in use, and a mutex must not be tried by its owner.
  struct InUse {
    std::atomic<bool>& flag;
    ~InUse() { flag.store(false, std::memory_order_release); }
  };

  // A thread whose handle may be forgotten: that of a thread in another process can neither be joined nor destroyed.
  union Worker {
    Worker() {}   // NOLINT: no thread yet
    ~Worker() {}  // NOLINT: who starts a thread ends it
    std::thread thread;
  };

  // Starts the workers of this process, or as many as the system gives; asks it for the others at every thousandth call.
  void start_workers() {
    if (forks_ != fork_count()) {
      workers_.clear();  // those of another process
      forks_ = fork_count();
      calls_ = 0;
    }
    if (static_cast<int>(workers_.size()) == size_ - 1 || calls_++ % 1024 != 0) return;
    auto const seen = round_.load(std::memory_order_relaxed);
    while (static_cast<int>(workers_.size()) < size_ - 1) {
      int const worker = static_cast<int>(workers_.size()) + 1;
      try {
        Worker& started = workers_.emplace_back();
        ::new (&started.thread) std::thread([this, worker, seen] { serve(worker, seen); });
      } catch (...) {
        // For want of threads, or of memory for them. Those there are do all the work.
        if (static_cast<int>(workers_.size()) == worker) workers_.pop_back();
        return;
      }
    }
  }

  void start_round() {
    round_.fetch_add(1, std::memory_order_release);
    idle_workers_.wake(round_);
  }

  void serve(int worker, std::uint64_t seen) {
    std::uint64_t took_part = seen;  // the last round that this worker was inside of
    while (true) {
      seen = wait_while(round_, seen, looks_, idle_workers_);
      if (stopping_.load(std::memory_order_relaxed)) return;
      if (!enter(took_part)) continue;
      if (worker < active_) guarded_call(worker);
      std::uint64_t const left = door_.fetch_sub(one_inside, std::memory_order_acq_rel) - one_inside;
      if (static_cast<std::uint32_t>(left) == 0) caller_.wake(door_);
    }
  }

  // Goes through the door, if it is open and leads to another round than the one before. What the caller says of its call holds
  // inside only: outside, the caller may be gone and the next one there.
  bool enter(std::uint64_t& took_part) {
    std::uint64_t door = door_.load(std::memory_order_relaxed);
    while ((door & door_open) != 0 && door >> 32 != (took_part & 0xffffffff)) {
      if (!door_.compare_exchange_weak(door, door + one_inside, std::memory_order_acquire, std::memory_order_relaxed)) {
        continue;
      }
      took_part = door >> 32;
      return true;
    }
    return false;
  }

  void guarded_call(int worker) {
    try {
      call_(context_, worker);
    } catch (...) {
      std::scoped_lock lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  int size_;
  // A few tens of microseconds on recent processors: to wake a thread takes longer than most pauses between the steps of a
  // network. None where threads have to share a core, as one that looks would keep one that works from it.
  int looks_ = static_cast<unsigned>(size_) <= std::thread::hardware_concurrency() ? 1000 : 0;
  std::deque<Worker> workers_;
  std::int64_t forks_ = -1;  ///< fork_count() of the process that the workers run in; none at first
  std::uint32_t calls_ = 0;  ///< with fewer workers than asked for
  std::atomic<bool> in_use_{false};
  // Apart, as all idle workers look at the one while those that finish write the other.
  alignas(64) std::atomic<std::uint64_t> round_{0};
  // The number of the last round, how many workers are inside, and whether others may still come in.
  static constexpr std::uint64_t door_open = 1;
  static constexpr std::uint64_t one_inside = 2;
  alignas(64) std::atomic<std::uint64_t> door_{0};
  alignas(64) std::atomic<bool> stopping_{false};
  SleepingThreads idle_workers_;
  SleepingThreads caller_;
  Call call_ = nullptr;
  void const* context_ = nullptr;
  int active_ = 0;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
};

}  // namespace sparseconv::inline v0_1
