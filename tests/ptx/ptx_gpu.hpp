#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "ptx/entries.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "support/emulated_block.hpp"
#include "support/emulated_gpu.hpp"

namespace sparseconv::ptx {

/// The types of the kernels and bodies that have run as PTX in this program.
inline std::set<std::string>& have_run() {
  static std::set<std::string> names;
  return names;
}

/// The entry of T. There is no other way to run it: what nvcc did not compile is an error.
template <class T, class Place>
Entry<Place> const& entry_of(std::map<std::string, Entry<Place>> const& entries) {
  auto const found = entries.find(name_of<T>());
  if (found == entries.end()) throw std::logic_error("nvcc's PTX has no kernel of " + name_of<T>());
  if (found->second.bytes != sizeof(T)) {
    throw std::logic_error(name_of<T>() + " has " + std::to_string(sizeof(T)) + " bytes for the host and " +
                           std::to_string(found->second.bytes) + " for nvcc");
  }
  have_run().insert(name_of<T>());
  return found->second;
}

template <class T>
std::byte const* bytes_of(T const& operand) {
  return reinterpret_cast<std::byte const*>(&operand);
}

/// A kernel whose work is done by what nvcc made of it.
template <class Kernel>
struct KernelOfPtx {
  static constexpr int threads = Kernel::threads;
  Kernel kernel;
  Entry<test::EmulatedBlock&> entry = entry_of<Kernel>(Entries::all().kernels);

  [[nodiscard]] std::int64_t shared_bytes() const { return kernel.shared_bytes(); }
  void operator()(test::EmulatedBlock& block) const {
    std::byte const* const operands[] = {bytes_of(kernel)};
    entry.run(block, operands);
  }
};

template <class Kernel>
void run_grid(Kernel const& kernel, std::int64_t blocks) {
  KernelOfPtx<Kernel> const of_ptx{kernel};
  if (of_ptx.entry.threads != Kernel::threads) throw std::logic_error(name_of<Kernel>() + " has another block size");
  test::run_grid(of_ptx, blocks);
}

/// The emulated device, whose kernels and bodies are what nvcc made of them. Sorts, sums and copies are the host's.
class PtxGpu : public test::EmulatedGpu {
 public:
  PtxGpu() = default;
  explicit PtxGpu(test::EmulatedGpu const& device) : test::EmulatedGpu(device) {}
  [[nodiscard]] PtxGpu with_tf32() const { return PtxGpu(test::EmulatedGpu::with_tf32()); }
  [[nodiscard]] PtxGpu with_compute_capability(int capability) const {
    return PtxGpu(test::EmulatedGpu::with_compute_capability(capability));
  }

  template <class Kernel>
  void launch(std::int64_t blocks, Kernel const& kernel) const {
    ptx::run_grid(kernel, blocks);
  }

  /// Fewer blocks than for_each_on_gpu takes for long lists, so that threads go round again.
  template <class Body>
  void for_each(std::int64_t count, Body const& body) const {
    if (count <= 0) return;
    auto const& entry = entry_of<Body>(Entries::all().lists);
    std::byte const* const operands[] = {bytes_of(count), bytes_of(body)};
    auto const width = static_cast<unsigned>(entry.threads);
    auto const blocks = static_cast<unsigned>(std::min<std::int64_t>((count + width - 1) / width, 7));
    run_threads(entry, operands, {blocks, 1}, {width, 1});
  }

  template <class Body>
  void for_each(std::int64_t rows, std::int64_t columns, Body const& body) const {
    if (rows <= 0 || columns <= 0) return;
    auto const& entry = entry_of<Body>(Entries::all().tables);
    std::byte const* const operands[] = {bytes_of(rows), bytes_of(columns), bytes_of(body)};
    unsigned width = 1;
    while (width < columns && width < static_cast<unsigned>(entry.threads)) width *= 2;
    unsigned const height = static_cast<unsigned>(entry.threads) / width;
    auto const across = static_cast<unsigned>(std::min<std::int64_t>((columns + width - 1) / width, 5));
    auto const down = static_cast<unsigned>(std::min<std::int64_t>((rows + height - 1) / height, 3));
    run_threads(entry, operands, {across, down}, {width, height});
  }

 private:
  struct Extent {
    unsigned x, y;
  };
  static void run_threads(Entry<ThreadPlace const&> const& entry, std::byte const* const* operands, Extent blocks,
                          Extent threads) {
    for (unsigned block_y = 0; block_y < blocks.y; ++block_y) {
      for (unsigned block_x = 0; block_x < blocks.x; ++block_x) {
        for (unsigned y = 0; y < threads.y; ++y) {
          for (unsigned x = 0; x < threads.x; ++x) {
            entry.run({x, y, block_x, block_y, threads.x, threads.y, blocks.x, blocks.y}, operands);
          }
        }
      }
    }
  }
};

}  // namespace sparseconv::ptx

template <>
inline constexpr bool sparseconv::is_policy<sparseconv::ptx::PtxGpu> = true;
static_assert(sparseconv::DevicePolicy<sparseconv::ptx::PtxGpu>);
