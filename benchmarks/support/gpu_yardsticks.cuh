#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <stdexcept>

#include "sparseconv/cuda.cuh"
#include "support/gpu_timing.cuh"

#ifdef SPARSECONV_HAVE_CUBLAS
#include <cublas_v2.h>
#endif

/// What the GPU itself can do, to be measured in the same run as the library.
namespace benchmark_support {

/// Numbers between -1 and 1 that differ; zeros would need less power, and so run faster.
template <class T>
struct WriteRandomNumbers {
  T* to;
  std::uint64_t seed;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::uint64_t bits = (static_cast<std::uint64_t>(i) + seed) * 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    to[i] = static_cast<T>(static_cast<float>((bits ^ (bits >> 31)) >> 40) * 0x1p-23F - 1);
  }
};

template <class T>
using GpuBuffer = sparseconv::Buffer<T, sparseconv::DeviceMemory>;

template <class T>
GpuBuffer<T> random_numbers_on_gpu(sparseconv::GpuPolicy const& where, std::int64_t count, std::uint64_t seed) {
  GpuBuffer<T> numbers(where.memory(), count);
  where.for_each(count, WriteRandomNumbers<T>{numbers.data(), seed * 0x632be59bd9b4e019});
  return numbers;
}

/// Copies a block of memory; its bytes are read once and written once.
class GpuCopy {
 public:
  GpuCopy(sparseconv::GpuPolicy const& where, std::int64_t bytes)
      : where_(where),
        from_(random_numbers_on_gpu<float>(where, bytes / 4 + 1, 1)),
        to_(where.memory(), from_.size()) {}

  double operator()(StreamTimer const& timer) const {
    return timer.seconds([&] { where_.copy_on_device(to_.data(), from_.data(), from_.bytes()); });
  }

 private:
  sparseconv::GpuPolicy where_;
  GpuBuffer<float> from_;
  mutable GpuBuffer<float> to_;
};

struct WriteRandomKeys {
  std::uint64_t* keys;
  sparseconv::Row* rows;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    keys[i] = (static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15) >> 24;  // 40 bits, all different at these counts
    rows[i] = static_cast<sparseconv::Row>(i);
  }
};

/// CUB's sort of so many keys of 40 bits with their rows.
class GpuSort {
 public:
  GpuSort(sparseconv::GpuPolicy const& where, std::int64_t count)
      : where_(where),
        keys_(where.memory(), count),
        sorted_keys_(where.memory(), count),
        rows_(where.memory(), count),
        sorted_rows_(where.memory(), count) {
    where.for_each(count, WriteRandomKeys{keys_.data(), rows_.data()});
  }

  double operator()(StreamTimer const& timer) const {
    return timer.seconds([&] {
      where_.sort_pairs(keys_.data(), sorted_keys_.data(), rows_.data(), sorted_rows_.data(), keys_.size(), 0, 40);
    });
  }

 private:
  sparseconv::GpuPolicy where_;
  GpuBuffer<std::uint64_t> keys_;
  mutable GpuBuffer<std::uint64_t> sorted_keys_;
  GpuBuffer<sparseconv::Row> rows_;
  mutable GpuBuffer<sparseconv::Row> sorted_rows_;
};

#ifdef SPARSECONV_HAVE_CUBLAS
/// cuBLAS's product of rows x C_in by C_in x C_out, in the same type and with the same sums as the library.
template <class T>
class GpuGemm {
 public:
  GpuGemm(sparseconv::GpuPolicy const& where, std::int64_t rows, std::int64_t in_channels, std::int64_t out_channels)
      : wanted_(rows),
        rows_(std::min(rows, most_bytes / static_cast<std::int64_t>(sizeof(T)) / std::max(in_channels, out_channels))),
        in_(in_channels),
        out_(out_channels),
        tf32_(where.tf32()),
        a_(random_numbers_on_gpu<T>(where, rows_ * in_, 1)),
        b_(random_numbers_on_gpu<T>(where, in_ * out_, 2)),
        c_(where.memory(), rows_ * out_) {
    check(cublasCreate(&handle_));
    check(cublasSetStream(handle_, where.stream()));
  }
  GpuGemm(GpuGemm const&) = delete;
  GpuGemm& operator=(GpuGemm const&) = delete;
  ~GpuGemm() { static_cast<void>(cublasDestroy(handle_)); }

  /// A product of fewer rows stands for one that would take too much memory: its time is that much longer.
  double operator()(StreamTimer const& timer) const {
    if (rows_ == 0) return 0;
    double const time = timer.seconds([&] { std::same_as<T, double> ? multiply(1.0) : multiply(1.0F); });
    return time * static_cast<double>(wanted_) / static_cast<double>(rows_);
  }

 private:
  /// Of a matrix: more than any GPU's cache holds.
  static constexpr std::int64_t most_bytes = std::int64_t{1} << 28;

  template <class Scale>
  void multiply(Scale one) const {
    using sparseconv::bfloat16;
    using sparseconv::half;
    constexpr cudaDataType_t type = std::same_as<T, half>       ? CUDA_R_16F
                                    : std::same_as<T, bfloat16> ? CUDA_R_16BF
                                    : std::same_as<T, float>    ? CUDA_R_32F
                                                                : CUDA_R_64F;
    cublasComputeType_t const sums = std::same_as<T, double> ? CUBLAS_COMPUTE_64F
                                     : tf32_                 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                             : CUBLAS_COMPUTE_32F;
    Scale const zero = 0;
    auto const rows = static_cast<int>(rows_);
    auto const in = static_cast<int>(in_);
    auto const out = static_cast<int>(out_);
    // cuBLAS's matrices are column-major: the transposed product is the row-major one.
    check(cublasGemmEx(handle_, CUBLAS_OP_N, CUBLAS_OP_N, out, rows, in, &one, b_.data(), type, out, a_.data(), type,
                       in, &zero, c_.data(), type, out, sums, CUBLAS_GEMM_DEFAULT));
  }

  static void check(cublasStatus_t status) {
    if (status != CUBLAS_STATUS_SUCCESS)
      throw std::runtime_error(std::string("cuBLAS: ") + cublasGetStatusString(status));
  }

  std::int64_t wanted_;
  std::int64_t rows_;
  std::int64_t in_;
  std::int64_t out_;
  bool tf32_;
  GpuBuffer<T> a_;
  GpuBuffer<T> b_;
  mutable GpuBuffer<T> c_;
  cublasHandle_t handle_ = nullptr;
};
#endif

}  // namespace benchmark_support
