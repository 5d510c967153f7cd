#include "sparseconv/cuda/device_memory.cuh"

#include <gtest/gtest.h>

#include <cstdint>

#include "support/cuda_stream.hpp"

namespace sparseconv::device_memory_test {
namespace {

static_assert(MemorySpace<DeviceMemory>);

TEST(DeviceMemory, IsAlignedAndGivenAgain) {
  test::CudaStream const stream;
  DeviceMemoryResource memory(stream);
  EXPECT_EQ(memory.stream(), stream);
  MemoryBlock const first = memory.take(1000);
  MemoryBlock const second = memory.take(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first.data) % DeviceMemoryResource::alignment, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second.data) % DeviceMemoryResource::alignment, 0u);
  EXPECT_EQ(first.size, 1000u);
  EXPECT_NE(first.data, second.data);
  memory.give_back(first);
  memory.give_back(second);
  EXPECT_EQ(memory.take(0).data, nullptr);
  memory.give_back({});
}

TEST(DeviceMemory, AsksTheSystemForNothingOnceItHasAll) {
  test::CudaStream const stream;
  DeviceMemoryResource memory(stream);
  auto const round = [&] {
    MemoryBlock const large = memory.take(std::size_t{100} << 20);
    MemoryBlock const small = memory.take(1000);
    memory.give_back(large);
    memory.give_back(memory.take(std::size_t{50} << 20));
    memory.give_back(small);
    check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  };
  round();
  std::int64_t const asked = memory.bytes_from_system();
  EXPECT_GE(asked, std::int64_t{100} << 20);
  EXPECT_EQ(memory.bytes(), asked) << "all waits for reuse";
  for (int i = 0; i < 20; ++i) round();
  EXPECT_EQ(memory.bytes_from_system(), asked);
  memory.release();
  EXPECT_LT(memory.bytes_from_system(), asked);
}

TEST(DeviceMemory, TakesAPoolOfTheCaller) {
  test::CudaStream const stream;
  cudaMemPool_t pool = nullptr;
  check_cuda(cudaDeviceGetDefaultMemPool(&pool, current_device()), "cudaDeviceGetDefaultMemPool");
  {
    DeviceMemoryResource memory(stream, pool);
    memory.give_back(memory.take(1000));
  }
  std::uint64_t unused = 0;
  EXPECT_EQ(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &unused), cudaSuccess) << "it lives on";
}

TEST(DeviceMemory, KeepsWhatWasTakenBeforeACaptureUntilAfterIt) {
  test::CudaStream const stream;
  DeviceMemoryResource memory(stream);
  MemoryBlock const before = memory.take(std::size_t{1} << 20);
  MemoryBlock result{};
  {
    test::CudaGraph const graph(stream, [&] {
      memory.give_back(before);
      MemoryBlock const temporary = memory.take(1000);
      memory.give_back(temporary);
      result = memory.take(1000);
      check_cuda(cudaMemsetAsync(result.data, 1, 1000, stream), "cudaMemsetAsync");
    });
    for (int i = 0; i < 3; ++i) graph.replay(stream);
    unsigned char last = 0;
    check_cuda(cudaMemcpyAsync(&last, static_cast<char*>(result.data) + 999, 1, cudaMemcpyDeviceToHost, stream),
               "cudaMemcpyAsync");
    check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    EXPECT_EQ(last, 1);
    memory.give_back(result);
  }
  memory.give_back(memory.take(1000));  // gives the late one back too
  check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  EXPECT_EQ(memory.bytes(), memory.bytes_from_system());
}

TEST(DeviceMemory, SaysThatItIsFull) {
  test::CudaStream const stream;
  DeviceMemoryResource memory(stream);
  try {
    static_cast<void>(memory.take(std::size_t{1} << 50));
    FAIL() << "no GPU has a pebibyte";
  } catch (CudaError const& caught) {
    EXPECT_NE(std::string(caught.what()).find("cudaMallocFromPoolAsync: "), std::string::npos) << caught.what();
  }
  memory.give_back(memory.take(1000));  // it goes on
}

}  // namespace
}  // namespace sparseconv::device_memory_test
