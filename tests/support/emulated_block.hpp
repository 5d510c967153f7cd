#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/number/element.hpp"
#include "support/block_team.hpp"
#include "support/warp_matrices.hpp"

namespace sparseconv::test {

/// One thread of a thread block in plain C++; see ThreadBlock for what it promises.
///
/// It is as unkind as the promise allows: shared memory starts as NaN, copies hold NaN until they are waited for, and
/// so do registers until they settle. Misuse (a copy that is not aligned, a warp that disagrees, a barrier that some
/// threads never reach) ends the run with a BlockError.
class EmulatedBlock {
 public:
  EmulatedBlock(BlockTeam::Seat& seat, std::int64_t index, std::byte* shared, std::int64_t shared_bytes)
      : seat_(seat), index_(index), shared_(shared), shared_bytes_(shared_bytes) {}

  [[nodiscard]] std::int64_t index() const { return index_; }
  [[nodiscard]] int thread() const { return seat_.thread(); }
  [[nodiscard]] int lane() const { return seat_.thread() % 32; }
  [[nodiscard]] int warp() const { return seat_.thread() / 32; }
  [[nodiscard]] std::byte* shared() const { return shared_; }
  [[nodiscard]] std::int64_t shared_bytes() const { return shared_bytes_; }
  void barrier() { seat_.meet_block(); }

  void copy_async(void* to, void const* from, bool present) {
    check_aligned(to, "copy_async writes to");
    if (present) check_aligned(from, "copy_async reads from");
    check_shared(to, 16, "copy_async writes");
    std::memset(to, poison, 16);
    copies_.push_back({to, present ? from : nullptr});
  }
  void commit() { groups_.push_back(copies_.size()); }
  template <int Pending>
  void wait() {
    while (groups_.size() > Pending) {
      std::size_t const landing = groups_.front();
      for (std::size_t i = 0; i < landing; ++i) {
        if (copies_[i].from == nullptr) {
          std::memset(copies_[i].to, 0, 16);
        } else {
          std::memcpy(copies_[i].to, copies_[i].from, 16);
        }
      }
      copies_.erase(copies_.begin(), copies_.begin() + static_cast<std::ptrdiff_t>(landing));
      groups_.erase(groups_.begin());
      for (std::size_t& group : groups_) group -= landing;
    }
  }

  void store(void* to, on_device::ChunkWords const& words) const {
    check_aligned(to, "store writes to");
    std::memcpy(to, words.words, 16);
  }

  void load_matrices(std::uint32_t (&registers)[4], void const* row) {
    check_aligned(row, "load_matrices reads from");
    check_shared(row, 16, "load_matrices reads");
    std::fill_n(registers, 4, ~std::uint32_t{0});
    post({WarpRequest::Kind::load, registers, nullptr, row, {}, {}});
  }
  void multiply_add_half(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    post_product(WarpRequest::Kind::half, sums, a, b0, b1);
  }
  void multiply_add_bfloat16(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    post_product(WarpRequest::Kind::bfloat16, sums, a, b0, b1);
  }
  void multiply_add_tf32(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    post_product(WarpRequest::Kind::tf32, sums, a, b0, b1);
  }
  [[nodiscard]] std::uint32_t round_to_tf32(std::uint32_t bits) const { return nearest_tf32(bits); }

  /// Each thread takes its part of the results from what all 32 asked for.
  void settle() {
    std::vector<WarpRequest>& own = seat_.requests(parity_);
    seat_.meet_warp();
    auto const asked_by = [&](int lane) -> std::vector<WarpRequest> const& { return seat_.requests_of(lane, parity_); };
    for (int other = 0; other < 32; ++other) {
      if (asked_by(other).size() != own.size()) throw BlockError("the threads of a warp asked for different things");
    }
    for (auto const& [sums, before] : held_) std::copy_n(before.begin(), 4, sums);
    held_.clear();
    for (std::size_t i = 0; i < own.size(); ++i) {
      std::array<WarpRequest const*, 32> warp;
      for (int other = 0; other < 32; ++other) warp[static_cast<std::size_t>(other)] = &asked_by(other)[i];
      if (!answer(warp, lane())) throw BlockError("the threads of a warp asked for different things");
    }
    // The others may still read these: they are cleared when this half is used again, after one more meeting.
    parity_ = 1 - parity_;
    seat_.requests(parity_).clear();
  }

  template <class T>
  [[nodiscard]] std::uint32_t rounded_pair(float x, float y) const {
    return T(x).bits() | static_cast<std::uint32_t>(T(y).bits()) << 16;
  }
  template <class T>
  [[nodiscard]] Accumulator<T> widened(T number) const {
    return number;
  }

  /// What a kernel leaves behind: nothing.
  void check_finished() const {
    if (!groups_.empty() || !copies_.empty()) throw BlockError("the kernel ended before its copies were waited for");
    if (!seat_.requests(parity_).empty()) throw BlockError("the kernel ended before its matrices settled");
  }

  static constexpr int poison = 0xff;  // bytes of NaN in every type

 private:
  struct Copy {
    void* to;
    void const* from;
  };
  struct HeldSums {
    float* sums;
    std::array<float, 4> before;
  };

  void post(WarpRequest const& request) { seat_.requests(parity_).push_back(request); }

  void post_product(WarpRequest::Kind kind, float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0,
                    std::uint32_t b1) {
    auto const same = [&](HeldSums const& held) { return held.sums == sums; };
    if (std::none_of(held_.begin(), held_.end(), same)) {
      held_.push_back({sums, {sums[0], sums[1], sums[2], sums[3]}});
      std::memset(sums, poison, sizeof(sums));
    }
    post({kind, nullptr, sums, nullptr, {a[0], a[1], a[2], a[3]}, {b0, b1}});
  }

  static void check_aligned(void const* place, char const* what) {
    if (reinterpret_cast<std::uintptr_t>(place) % 16 != 0) {
      throw BlockError(std::string(what) + " an address that is not 16-byte aligned");
    }
  }
  void check_shared(void const* place, std::int64_t bytes, char const* what) const {
    auto const* const at = static_cast<std::byte const*>(place);
    if (at < shared_ || at + bytes > shared_ + shared_bytes_) {
      throw BlockError(std::string(what) + " outside shared memory");
    }
  }

  BlockTeam::Seat& seat_;
  std::int64_t index_;
  std::byte* shared_;
  std::int64_t shared_bytes_;
  std::vector<Copy> copies_;         // those that have not landed
  std::vector<std::size_t> groups_;  // how many of them each group ends at
  std::vector<HeldSums> held_;       // sums that hold NaN until they settle
  int parity_ = 0;
};

/// Runs one block of a grid. Shared memory is exactly as long as the kernel asks for.
///
/// Throws: BlockError if a thread misused the block, or waited for threads that never came.
template <class Kernel>
void run_block(Kernel const& kernel, std::int64_t index) {
  std::int64_t const bytes = kernel.shared_bytes();
  auto const free_shared = [](std::byte* memory) { ::operator delete (memory, std::align_val_t{16}); };
  std::unique_ptr<std::byte, decltype(free_shared)> const shared(
      static_cast<std::byte*>(::operator new (static_cast<std::size_t>(bytes), std::align_val_t{16})), free_shared);
  std::memset(shared.get(), EmulatedBlock::poison, static_cast<std::size_t>(bytes));
  team_of<BlockTeam>(Kernel::threads).run([&](BlockTeam::Seat& seat) {
    EmulatedBlock block(seat, index, shared.get(), bytes);
    kernel(block);
    block.check_finished();
  });
}

/// Runs the blocks of a grid one after the other.
template <class Kernel>
void run_grid(Kernel const& kernel, std::int64_t blocks) {
  for (std::int64_t index = 0; index < blocks; ++index) run_block(kernel, index);
}

}  // namespace sparseconv::test
