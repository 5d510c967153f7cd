#include "sparseconv/cuda/gpu_policy.cuh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "support/cuda_stream.hpp"
#include "support/gpu_present.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::gpu_policy_test {
namespace {

template <class T>
class DeviceArray {
 public:
  DeviceArray(GpuPolicy const& where, std::int64_t count)
      : memory_(where.memory()), block_(memory_->take(static_cast<std::size_t>(count) * sizeof(T))), count_(count) {}
  DeviceArray(GpuPolicy const& where, std::vector<T> const& values)
      : DeviceArray(where, static_cast<std::int64_t>(values.size())) {
    where.copy_to_device(data(), values.data(), bytes());
  }
  DeviceArray(DeviceArray const&) = delete;
  DeviceArray& operator=(DeviceArray const&) = delete;
  ~DeviceArray() { memory_->give_back(block_); }

  T* data() const { return static_cast<T*>(block_.data); }
  std::int64_t bytes() const { return count_ * static_cast<std::int64_t>(sizeof(T)); }
  std::vector<T> read(GpuPolicy const& where) const {
    std::vector<T> values(static_cast<std::size_t>(count_));
    where.copy_to_host(values.data(), data(), bytes());
    return values;
  }

 private:
  std::shared_ptr<DeviceMemoryResource> memory_;
  MemoryBlock block_;
  std::int64_t count_;
};

struct WriteIndex {
  std::int64_t* to;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { to[i] = i; }
};

struct AddOne {
  std::int64_t* to;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { ++to[i]; }
};

struct AddOneInTable {
  std::int64_t columns;
  std::int64_t* to;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t column) const { ++to[row * columns + column]; }
};

struct MarkLast {
  std::uint8_t* to;
  std::int64_t count;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    if (i >= count - 3) to[i - (count - 3)] = 1;
  }
};

/// Adds 1, 2, ..., 33 in shared memory that is beyond 48 KB.
struct SumInShared {
  static constexpr int threads = 64;
  std::int64_t* to;
  std::int64_t asked;

  [[nodiscard]] std::int64_t shared_bytes() const { return asked; }
  SPARSECONV_DEVICE_TEMPLATE template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    auto* const last = reinterpret_cast<std::int64_t*>(block.shared() + asked) - threads;
    last[block.thread()] = block.thread() < 34 ? block.thread() : 0;
    block.barrier();
    if (block.thread() != 0) return;
    std::int64_t sum = 0;
    for (int i = 0; i < threads; ++i) sum += last[i];
    to[block.index()] = sum + block.index();
  }
};

std::string sentence(auto const& call) {
  try {
    call();
  } catch (Error const& caught) {
    return caught.what();
  }
  return "";
}

TEST(GpuPolicy, RefusesTheDefaultStream) {
  for (cudaStream_t const stream : {cudaStream_t{}, cudaStreamLegacy}) {
    EXPECT_NE(sentence([&] { static_cast<void>(gpu.on(stream)); }).find("gpu.on: the default stream makes all others"),
              std::string::npos);
  }
}

// A stream that could not be made is often 0: the sentence is of the driver then, and not of the default stream.
TEST(GpuPolicyWithoutGpu, SaysSoWhereThereIsNone) {
  if (test::why_no_gpu().empty()) GTEST_SKIP() << "there is one";
  for (cudaStream_t const stream : {cudaStreamPerThread, cudaStream_t{}, cudaStreamLegacy}) {
    std::string const said = sentence([&] { static_cast<void>(gpu.on(stream)); });
    EXPECT_TRUE(said.starts_with("gpu.on: ")) << said;
    EXPECT_NE(said.find("or use sparseconv::cpu"), std::string::npos) << said;
  }
}

TEST(GpuPolicy, TakesTheStreamOfTheThread) {
  GpuPolicy const where = gpu.on(cudaStreamPerThread);
  DeviceArray<std::int64_t> const numbers(where, 1000);
  where.for_each(1000, WriteIndex{numbers.data()});
  EXPECT_EQ(numbers.read(where)[999], 999);
}

TEST(GpuPolicy, CopiesShareTheMemoryAndTf32IsAskedFor) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  GpuPolicy const coarse = where.with_tf32();
  EXPECT_FALSE(where.tf32());
  EXPECT_TRUE(coarse.tf32());
  EXPECT_EQ(coarse.memory(), where.memory());
  EXPECT_EQ(coarse.stream(), stream);
  EXPECT_NE(gpu.on(stream).memory(), where.memory());
  EXPECT_GE(where.compute_capability(), 75);
}

TEST(GpuPolicy, VisitsEachIndexOnce) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  for (std::int64_t const count : {0, 1, 255, 256, 257, 100'003}) {
    std::vector<std::int64_t> expected(static_cast<std::size_t>(count) + 1);
    std::iota(expected.begin(), expected.end(), 0);
    DeviceArray<std::int64_t> const numbers(where, expected);
    where.for_each(count, AddOne{numbers.data()});
    for (auto& value : expected) value += 1;
    expected.back() -= 1;
    EXPECT_EQ(numbers.read(where), expected) << count;
  }
}

// Narrow tables, wide ones, and one that is taller than a grid.
TEST(GpuPolicy, VisitsEachPlaceOfATableOnce) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  std::vector<std::pair<std::int64_t, std::int64_t>> const tables{{0, 5},   {5, 0},   {1, 1},        {1000, 1},
                                                                  {777, 3}, {33, 16}, {27, 100'003}, {70'000, 257}};
  for (auto const& [rows, columns] : tables) {
    std::vector<std::int64_t> expected(static_cast<std::size_t>(rows * columns) + 1);
    std::iota(expected.begin(), expected.end(), 0);
    DeviceArray<std::int64_t> const numbers(where, expected);
    where.for_each(rows, columns, AddOneInTable{columns, numbers.data()});
    for (auto& value : expected) value += 1;
    expected.back() -= 1;
    EXPECT_EQ(numbers.read(where), expected) << rows << " x " << columns;
  }
}

TEST(GpuPolicy, CountsBeyond32Bits) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  DeviceArray<std::uint8_t> const marks(where, std::vector<std::uint8_t>(3));
  std::int64_t const count = (std::int64_t{1} << 32) + 5;
  where.for_each(count, MarkLast{marks.data(), count});
  EXPECT_EQ(marks.read(where), std::vector<std::uint8_t>(3, 1));
}

TEST(GpuPolicy, SortsStablyByTheBitsItIsTold) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  test::RandomNumbers random(1);
  for (std::int64_t const count : {0, 1, 33, 50'000}) {
    for (auto const& [first_bit, end_bit] : {std::pair(0, 64), std::pair(5, 9), std::pair(60, 64), std::pair(7, 7)}) {
      std::vector<std::uint64_t> keys;
      std::vector<std::int32_t> rows;
      for (std::int64_t i = 0; i < count; ++i) {
        keys.push_back(static_cast<std::uint64_t>(random.between(INT64_MIN, INT64_MAX)));
        rows.push_back(static_cast<std::int32_t>(i));
      }
      auto const part = [&, first = first_bit, bits = end_bit - first_bit](std::int32_t row) {
        std::uint64_t const key = keys[static_cast<std::size_t>(row)];
        return bits == 64 ? key : (key >> first) % (std::uint64_t{1} << bits);
      };
      DeviceArray<std::uint64_t> const unsorted_keys(where, keys);
      DeviceArray<std::int32_t> const unsorted_rows(where, rows);
      DeviceArray<std::uint64_t> const sorted_keys(where, count);
      DeviceArray<std::int32_t> const sorted_rows(where, count);
      where.sort_pairs(unsorted_keys.data(), sorted_keys.data(), unsorted_rows.data(), sorted_rows.data(), count,
                       first_bit, end_bit);
      std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) { return part(a) < part(b); });
      EXPECT_EQ(sorted_rows.read(where), rows) << count << " from bit " << first_bit << " to " << end_bit;
      std::vector<std::uint64_t> expected;
      for (std::int32_t const row : rows) expected.push_back(keys[static_cast<std::size_t>(row)]);
      EXPECT_EQ(sorted_keys.read(where), expected);
      DeviceArray<std::uint64_t> const keys_alone(where, count);
      where.sort_keys(unsorted_keys.data(), keys_alone.data(), count, first_bit, end_bit);
      EXPECT_EQ(keys_alone.read(where), expected);
    }
  }
}

TEST(GpuPolicy, SumsInPlaceAndBesides) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  for (std::int64_t const count : {0, 1, 100, 70'001}) {
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back((i % 7 << 33) + 1);
    std::vector<std::int64_t> expected(values.size());
    std::exclusive_scan(values.begin(), values.end(), expected.begin(), std::int64_t{0});
    DeviceArray<std::int64_t> const numbers(where, values);
    DeviceArray<std::int64_t> const sums(where, count);
    where.exclusive_sum(numbers.data(), sums.data(), count);
    EXPECT_EQ(sums.read(where), expected);
    where.exclusive_sum(numbers.data(), numbers.data(), count);
    EXPECT_EQ(numbers.read(where), expected);

    DeviceArray<std::int32_t> const ones(where, std::vector<std::int32_t>(values.size(), 1));
    where.exclusive_sum(ones.data(), ones.data(), count);
    std::vector<std::int32_t> rising(values.size());
    std::iota(rising.begin(), rising.end(), 0);
    EXPECT_EQ(ones.read(where), rising);
  }
}

TEST(GpuPolicy, LaunchesKernelsOfLittleAndOfMuchSharedMemory) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  DeviceArray<std::int64_t> const sums(where, 3);
  for (std::int64_t const shared_bytes : {512, 48 * 1024, 60 * 1024}) {
    where.launch(0, SumInShared{nullptr, shared_bytes});
    where.launch(3, SumInShared{sums.data(), shared_bytes});
    EXPECT_EQ(sums.read(where), (std::vector<std::int64_t>{561, 562, 563})) << shared_bytes;
  }
  EXPECT_NE(sentence([&] {
              where.launch(1, SumInShared{nullptr, std::int64_t{1} << 30});
            }).find("of shared memory"),
            std::string::npos);
  EXPECT_THROW(where.launch(std::int64_t{1} << 31, SumInShared{nullptr, 512}), CapacityError);
}

TEST(GpuPolicy, ReadsTheSourceOfACopyBeforeItReturns) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  // Enough numbers for each of the ways that copies take, from memory that is page-locked and from such that is not.
  for (std::int64_t const count : {1, 384, 385, 100'000}) {
    std::vector<std::int64_t> expected(static_cast<std::size_t>(count));
    std::iota(expected.begin(), expected.end(), 7);
    std::int64_t const bytes = count * 8;
    void* locked = nullptr;
    check_cuda(cudaMallocHost(&locked, static_cast<std::size_t>(bytes)), "cudaMallocHost");
    std::copy(expected.begin(), expected.end(), static_cast<std::int64_t*>(locked));
    std::vector<std::int64_t> pageable = expected;
    DeviceArray<std::int64_t> const one(where, count);
    DeviceArray<std::int64_t> const two(where, count);
    DeviceArray<std::int64_t> const busy(where, 1 << 22);
    for (int i = 0; i < 20; ++i) where.for_each(1 << 22, WriteIndex{busy.data()});  // so that the copies stand in line
    where.copy_to_device(one.data(), locked, bytes);
    where.copy_to_device(two.data(), pageable.data(), bytes);
    std::fill_n(static_cast<std::int64_t*>(locked), count, -1);
    std::fill(pageable.begin(), pageable.end(), -1);
    EXPECT_EQ(one.read(where), expected);
    EXPECT_EQ(two.read(where), expected);
    where.copy_on_device(one.data(), busy.data(), bytes);
    EXPECT_EQ(one.read(where).back(), count - 1);
    check_cuda(cudaFreeHost(locked), "cudaFreeHost");
  }
}

TEST(GpuPolicy, IsCapturedInAGraphAndReplayed) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  DeviceArray<std::int64_t> const numbers(where, std::vector<std::int64_t>(1000, 1));
  auto const work = [&] {
    DeviceArray<std::int64_t> const sums(where, 1000);  // memory that the graph itself takes and gives back
    where.exclusive_sum(numbers.data(), sums.data(), 1000);
    where.copy_on_device(numbers.data(), sums.data(), 8000);
    where.for_each(1000, AddOne{numbers.data()});
    std::int64_t const last = 5;
    where.copy_to_device(numbers.data() + 999, &last, 8);
  };
  work();
  std::vector<std::int64_t> expected = numbers.read(where);
  test::CudaGraph const graph(stream, work);
  EXPECT_EQ(numbers.read(where), expected) << "a capture runs nothing";
  for (int replays = 0; replays < 3; ++replays) {
    graph.replay(stream);
    std::exclusive_scan(expected.begin(), expected.end(), expected.begin(), std::int64_t{0});
    for (auto& value : expected) ++value;
    expected.back() = 5;
    EXPECT_EQ(numbers.read(where), expected);
  }
}

TEST(GpuPolicy, RefusesToWaitDuringACaptureWhichGoesOn) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  DeviceArray<std::int64_t> const numbers(where, std::vector<std::int64_t>(1000, 1));
  std::vector<std::int64_t> host(1000);
  test::CudaGraph const graph(stream, [&] {
    EXPECT_NE(sentence([&] { where.wait(); }).find("wait: the stream is being captured"), std::string::npos);
    EXPECT_NE(sentence([&] { numbers.read(where); }).find("copy_to_host: the stream is being captured"),
              std::string::npos);
    EXPECT_NE(sentence([&] { where.copy_to_device(numbers.data(), host.data(), 8000); }).find("read the host's memory"),
              std::string::npos);
    where.for_each(1000, AddOne{numbers.data()});
  });
  graph.replay(stream);
  EXPECT_EQ(numbers.read(where), std::vector<std::int64_t>(1000, 2));
}

TEST(GpuPolicy, TouchesNoDefaultStream) {
  // The capture of a stream that waits for the default one is broken by whatever touches that one.
  test::CudaStream const stream;
  test::CudaStream const other;
  GpuPolicy const where = gpu.on(stream);
  DeviceArray<std::int64_t> const numbers(where, 1000);
  auto const work = [&](std::int64_t* more) {
    where.for_each(1000, WriteIndex{more});
    where.exclusive_sum(more, more, 1000);
    where.copy_on_device(numbers.data(), more, 8000);
  };
  // Once before, as a kernel may touch it when it is loaded. Some tools touch it too: see tests/gpu.sh.
  work(DeviceArray<std::int64_t>(where, 1000).data());
  where.wait();
  cudaStream_t blocking = nullptr;
  check_cuda(cudaStreamCreate(&blocking), "cudaStreamCreate");
  check_cuda(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
  DeviceArray<std::int64_t> const more(where, 1000);
  work(more.data());
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(blocking, &graph), cudaSuccess) << "the legacy stream was touched";
  if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
  static_cast<void>(cudaStreamDestroy(blocking));
}

TEST(GpuPolicy, WorksOnItsDeviceWhicheverIsCurrent) {
  int count = 0;
  check_cuda(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  if (count < 2) GTEST_SKIP() << "one GPU alone";
  check_cuda(cudaSetDevice(1), "cudaSetDevice");
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  check_cuda(cudaSetDevice(0), "cudaSetDevice");
  EXPECT_EQ(where.device(), 1);
  DeviceArray<std::int64_t> const numbers(where, std::vector<std::int64_t>(1000, 1));
  where.for_each(1000, AddOne{numbers.data()});
  where.exclusive_sum(numbers.data(), numbers.data(), 1000);
  EXPECT_EQ(numbers.read(where)[999], 1998);
  EXPECT_EQ(current_device(), 0) << "the caller's choice stands";
}

}  // namespace
}  // namespace sparseconv::gpu_policy_test
