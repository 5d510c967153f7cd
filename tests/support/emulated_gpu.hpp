#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <type_traits>
#include <vector>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/site_set.hpp"
#include "support/emulated_block.hpp"

namespace sparseconv::test {

/// Memory of the emulated device: its type keeps plain code out, and what is taken holds no zeros.
class EmulatedMemoryResource {
 public:
  static constexpr std::size_t alignment = 256;

  [[nodiscard]] MemoryBlock take(std::size_t bytes) {
    MemoryBlock const block{::operator new(bytes, std::align_val_t(alignment)), bytes};
    std::memset(block.data, 0xA5, bytes);
    taken_ += static_cast<std::int64_t>(bytes);
    return block;
  }
  void give_back(MemoryBlock block) noexcept {
    taken_ -= static_cast<std::int64_t>(block.size);
    ::operator delete(block.data, std::align_val_t(alignment));
  }

  /// Bytes that were taken and not given back.
  [[nodiscard]] std::int64_t bytes_taken() const { return taken_; }

 private:
  std::atomic<std::int64_t> taken_{0};
};

struct EmulatedMemory {
  using Resource = EmulatedMemoryResource;
  static constexpr bool host_reads = false;
};

struct EmulatedAtomics : HostAtomics {
  static void add(std::int64_t& place, std::int64_t value) {
    SharedNumber const shared(place);
    for (std::int64_t seen = shared.value(); !shared.replace(seen, seen + value); seen = shared.value()) {
    }
  }
  template <class Word>
  static void set_bits(Word& word, Word bits) {
    SharedNumber(word).set_bits(bits);
  }
  static void lower(std::int64_t& place, std::int64_t value) {
    SharedNumber const shared(place);
    for (std::int64_t seen = shared.value(); value < seen && !shared.replace(seen, value); seen = shared.value()) {
    }
  }
  static void raise(std::int64_t& place, std::int64_t value) {
    SharedNumber const shared(place);
    for (std::int64_t seen = shared.value(); value > seen && !shared.replace(seen, value); seen = shared.value()) {
    }
  }
};

/// A device policy for machines without a device: bodies run on three threads, kernels on emulated thread blocks.
///
/// It counts what would wait, so that tests can hold the library to its word.
class EmulatedGpu {
 public:
  using Memory = EmulatedMemory;
  using Atomics = EmulatedAtomics;

  [[nodiscard]] std::shared_ptr<EmulatedMemoryResource> const& memory() const { return state_->memory; }
  [[nodiscard]] int compute_capability() const { return compute_capability_; }
  /// The same device with less, or more, that it can do.
  [[nodiscard]] EmulatedGpu with_compute_capability(int capability) const {
    EmulatedGpu policy = *this;
    policy.compute_capability_ = capability;
    return policy;
  }
  [[nodiscard]] bool capturing() const { return state_->capturing; }
  /// From now on as if the stream were captured in a graph, or no longer.
  void set_capturing(bool capturing) const { state_->capturing = capturing; }
  [[nodiscard]] std::int64_t most_shared_bytes() const { return 99 * 1024; }  // the least of those above 8.0
  [[nodiscard]] bool tf32() const { return tf32_; }
  [[nodiscard]] EmulatedGpu with_tf32() const {
    EmulatedGpu policy = *this;
    policy.tf32_ = true;
    return policy;
  }

  template <class Body>
  void for_each(std::int64_t count, Body const& body) const {
    static_assert(std::is_trivially_copyable_v<Body>, "a device takes bodies as bytes");
    share(count, &body, [](void const* kept, std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) (*static_cast<Body const*>(kept))(i);
    });
  }

  template <class Body>
  void for_each(std::int64_t rows, std::int64_t columns, Body const& body) const {
    static_assert(std::is_trivially_copyable_v<Body>, "a device takes bodies as bytes");
    auto const run = [](void const* kept, std::int64_t width, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) (*static_cast<Body const*>(kept))(i / width, i % width);
    };
    share(rows * columns, &body, run, columns);
  }

  void sort_keys(std::uint64_t const* keys, std::uint64_t* sorted_keys, std::int64_t count, int first_bit,
                 int end_bit) const {
    std::vector<Row> const none(static_cast<std::size_t>(count));
    std::vector<Row> unused(static_cast<std::size_t>(count));
    sort_pairs(keys, sorted_keys, none.data(), unused.data(), count, first_bit, end_bit);
  }

  void sort_pairs(std::uint64_t const* keys, std::uint64_t* sorted_keys, Row const* values, Row* sorted_values,
                  std::int64_t count, int first_bit, int end_bit) const {
    std::uint64_t const above = end_bit == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << end_bit) - 1;
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return (keys[a] & above) >> first_bit < (keys[b] & above) >> first_bit;
    });
    for (std::int64_t i = 0; i < count; ++i) {
      sorted_keys[i] = keys[order[static_cast<std::size_t>(i)]];
      sorted_values[i] = values[order[static_cast<std::size_t>(i)]];
    }
  }

  template <class Value>
  void exclusive_sum(Value const* values, Value* sums, std::int64_t count) const {
    std::exclusive_scan(values, values + count, sums, Value{0});
  }

  template <class Kernel>
  void launch(std::int64_t blocks, Kernel const& kernel) const {
    static_assert(std::is_trivially_copyable_v<Kernel>, "a device takes kernels as bytes");
    run_grid(kernel, blocks);
  }

  /// More than a kernel carries is staged, for which a device may wait.
  void copy_to_device(void* to, void const* from, std::int64_t bytes) const {
    if (bytes > 3072) {
      if (state_->capturing) throw CudaError("EmulatedGpu: copies more than 3072 bytes during a capture");
      ++state_->staged_copies;
    }
    copy(to, from, bytes);
  }
  void copy_on_device(void* to, void const* from, std::int64_t bytes) const { copy(to, from, bytes); }
  void copy_to_host(void* to, void const* from, std::int64_t bytes) const {
    count_wait();
    copy(to, from, bytes);
  }
  void wait() const { count_wait(); }

  [[nodiscard]] std::int64_t staged_copies() const { return state_->staged_copies; }
  /// How often the host has waited so far.
  [[nodiscard]] std::int64_t waits() const { return state_->waits; }

 private:
  /// Runs a body over parts of [0, count) on several threads. It is no template, as there are hundreds of bodies.
  void share(std::int64_t count, void const* body,
             void (*run)(void const* body, std::int64_t columns, std::int64_t begin, std::int64_t end),
             std::int64_t columns = 0) const {
    for_each_range(state_->host, count, 61,
                   [&](std::int64_t begin, std::int64_t end) { run(body, columns, begin, end); });
  }
  void count_wait() const {
    if (state_->capturing) throw CudaError("EmulatedGpu: waits during a capture");
    ++state_->waits;
  }
  static void copy(void* to, void const* from, std::int64_t bytes) {
    if (bytes > 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }

  struct State {
    CpuPolicy host = cpu.threads(3);
    std::shared_ptr<EmulatedMemoryResource> memory = std::make_shared<EmulatedMemoryResource>();
    std::atomic<std::int64_t> waits{0};
    std::atomic<std::int64_t> staged_copies{0};
    std::atomic<bool> capturing{false};
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  int compute_capability_ = 90;
  bool tf32_ = false;
};

}  // namespace sparseconv::test

template <>
inline constexpr bool sparseconv::is_policy<sparseconv::test::EmulatedGpu> = true;
static_assert(sparseconv::DevicePolicy<sparseconv::test::EmulatedGpu>);
