// What a block of a GPU does by instructions of its own, against the same in plain C++. The rest of it is tested by the kernels
// that use it.
#include "sparseconv/cuda/cuda_block.cuh"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/cuda/gpu_policy.cuh"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/on_gpu.cuh"
#include "support/random_numbers.hpp"

namespace sparseconv::cuda_block_test {
namespace {

/// Rounds pairs of values, and widens each number of 16 bits.
template <class T>
struct ConvertNumbers {
  static constexpr int threads = 64;
  float const* values;
  std::int64_t pairs;
  std::uint32_t* rounded;
  float* widened;

  [[nodiscard]] std::int64_t shared_bytes() const { return 16; }
  SPARSECONV_DEVICE_TEMPLATE template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    for (std::int64_t i = block.thread(); i < pairs; i += threads) {
      rounded[i] = block.template rounded_pair<T>(values[2 * i], values[2 * i + 1]);
    }
    for (int bits = block.thread(); bits < 65536; bits += threads) {
      widened[bits] = block.widened(T::from_bits(static_cast<std::uint16_t>(bits)));
    }
  }
};

/// Writes its words to places of 16 bytes.
struct StoreWords {
  static constexpr int threads = 32;
  std::uint32_t* to;

  [[nodiscard]] std::int64_t shared_bytes() const { return 16; }
  SPARSECONV_DEVICE_TEMPLATE template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    auto const first = static_cast<std::uint32_t>(4 * block.thread());
    block.store(to + first, on_device::ChunkWords{{first, first + 1, first + 2, first + 3}});
  }
};

template <class T>
void expect_conversions(GpuPolicy const& where) {
  std::vector<float> values;
  // Each number, the middle between it and the next, and what lies beside that.
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    auto const bits =
        std::bit_cast<std::uint32_t>(static_cast<float>(T::from_bits(static_cast<std::uint16_t>(pattern))));
    constexpr std::uint32_t half_a_step = 1u << (22 - T::significand_bits);
    for (std::uint32_t const offset : {0u, half_a_step - 1, half_a_step, half_a_step + 1}) {
      values.push_back(std::bit_cast<float>(bits + offset));
    }
  }
  test::RandomNumbers random(1);
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random.between(0, UINT32_MAX))));
  }
  auto const given = copy_to(where, std::span<float const>(values));
  std::int64_t const pairs = static_cast<std::int64_t>(values.size()) / 2;
  Buffer<std::uint32_t, DeviceMemory> rounded(where.memory(), pairs);
  Buffer<float, DeviceMemory> widened(where.memory(), 65536);
  where.launch(1, ConvertNumbers<T>{given.data(), pairs, rounded.data(), widened.data()});

  auto const rounded_here = copy_to_host(where, rounded);
  for (std::int64_t i = 0; i < 2 * pairs; ++i) {
    float const value = values[static_cast<std::size_t>(i)];
    auto const number = T::from_bits(static_cast<std::uint16_t>(rounded_here[i / 2] >> (i % 2 * 16)));
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(number)));
    } else {
      ASSERT_EQ(number.bits(), T(value).bits()) << std::hexfloat << value;
    }
  }
  auto const widened_here = copy_to_host(where, widened);
  for (int bits = 0; bits < 65536; ++bits) {
    float const expected = T::from_bits(static_cast<std::uint16_t>(bits));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(widened_here[bits])) << bits;
    } else {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(widened_here[bits]), std::bit_cast<std::uint32_t>(expected)) << bits;
    }
  }
}

TEST(CudaBlock, ConvertsNumbersAsTheHostDoes) {
  expect_conversions<half>(test::OnGpu::policy());
  expect_conversions<bfloat16>(test::OnGpu::policy());
}

TEST(CudaBlock, StoresWholeChunks) {
  GpuPolicy const& where = test::OnGpu::policy();
  Buffer<std::uint32_t, DeviceMemory> words(where.memory(), 128);
  where.launch(1, StoreWords{words.data()});
  auto const here = copy_to_host(where, words);
  for (std::uint32_t i = 0; i < 128; ++i) ASSERT_EQ(here[i], i);
}

}  // namespace
}  // namespace sparseconv::cuda_block_test
