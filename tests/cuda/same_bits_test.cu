// A network's features have the same bits in every run: no sum depends on which block comes first. At sizes that keep
// many blocks under way at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iostream>
#include <span>

#include "sparseconv/cuda.cuh"
#include "sparseconv/models/second.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/on_gpu.cuh"
#include "support/random_sites.hpp"

namespace sparseconv::same_bits_test {
namespace {

/// FNV-1a over the numbers' bits.
std::uint64_t fingerprint(std::span<float const> values) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (float const value : values) sum = (sum ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3;
  return sum;
}

// Printed for tests/gpu.sh, which compares the bits of several processes.
TEST(SameBits, InTenColdRunsOfSecond) {
  GpuPolicy const& where = test::OnGpu::policy();
  auto const engine = prepare<half>(where, second(4));
  auto const sites = test::random_site_set(Grid<3>{.shape = {41, 160, 140}}, 60'001, 2);
  auto const input = copy_to(where, test::random_tensor<float>(sites, 4, 3));
  auto const first = copy_to_host(where, engine(where, input));
  for (int run = 1; run < 10; ++run) {
    input.sites().release_derived();
    auto const again = copy_to_host(where, engine(where, input));
    EXPECT_TRUE(std::ranges::equal(again.features().values(), first.features().values())) << "run " << run;
  }
  std::cout << "fingerprint " << std::hex << fingerprint(first.features().values()) << std::dec << "\n";
}

}  // namespace
}  // namespace sparseconv::same_bits_test
