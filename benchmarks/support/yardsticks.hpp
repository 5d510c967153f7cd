#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <vector>

#include "sparseconv/sparseconv.hpp"
#include "support/interleaved.hpp"
#include "support/scenes.hpp"

#ifdef SPARSECONV_HAVE_ONEDNN
#include <dnnl.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef __linux__
#include <unistd.h>
#endif
#endif

/// What the machine itself can do, to be measured in the same run as the library.
namespace benchmark_support {

#ifdef SPARSECONV_HAVE_ONEDNN
inline constexpr bool have_gemm = true;
#else
inline constexpr bool have_gemm = false;
#endif

/// Holds the yardstick to what the library's kernels of an instruction set may use; only before its first product. For the
/// portable kernels that is SSE4.1, the least that oneDNN has.
/// Throws: Error if oneDNN does not do so.
inline void hold_gemm_to(sparseconv::InstructionSet set) {
#if defined(SPARSECONV_HAVE_ONEDNN) && SPARSECONV_X86_KERNELS
  if (set >= sparseconv::InstructionSet::avx512) return;
  dnnl_cpu_isa_t const most = set == sparseconv::InstructionSet::avx2 ? dnnl_cpu_isa_avx2 : dnnl_cpu_isa_sse41;
  if (dnnl_set_max_cpu_isa(most) != dnnl_success || dnnl_get_effective_cpu_isa() != most) {
    throw sparseconv::Error(
        "hold_gemm_to: oneDNN cannot be held to an instruction set; it was built without, or has run");
  }
#else
  static_cast<void>(set);
#endif
}

/// Starts the program anew with OMP_WAIT_POLICY=passive, if it was started without that variable; first thing in main.
///
/// The yardstick's threads are OpenMP's. By default they look for more work for milliseconds after their last, and so take the
/// core from a thread that is timed then. OpenMP reads the variable before main.
inline void let_yardstick_sleep([[maybe_unused]] char** argv) {
#if defined(SPARSECONV_HAVE_ONEDNN) && defined(_OPENMP) && defined(__linux__)
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 0);
  execv("/proc/self/exe", argv);  // comes back only if it fails
  std::cerr
      << "the program could not be started anew with OMP_WAIT_POLICY=passive: times on several threads are too long\n";
#endif
}

/// oneDNN's sgemm of rows x C_in by C_in x C_out, where oneDNN is there; more than 2^22 rows in pieces, on one piece of memory.
class Gemm {
 public:
  Gemm(std::int64_t rows, std::int64_t in_channels, std::int64_t out_channels, int threads)
      : rows_(rows), in_(in_channels), out_(out_channels), threads_(threads) {
    if constexpr (have_gemm) {
      std::int64_t const present = std::min(rows, most_rows);
      a_ = random_numbers(present * in_channels, 1);
      b_ = random_numbers(in_channels * out_channels, 2);
      c_ = sparseconv::Buffer<float>(present * out_channels, 0.0F);
    }
  }

  void operator()() const {
#ifdef SPARSECONV_HAVE_ONEDNN
#ifdef _OPENMP
    omp_set_num_threads(threads_);
#endif
    for (std::int64_t done = 0; done < rows_; done += most_rows) {
      std::int64_t const rows = std::min(rows_ - done, most_rows);
      dnnl_sgemm('N', 'N', rows, out_, in_, 1.0F, a_.data(), in_, b_.data(), out_, 0.0F, c_.data(), out_);
    }
#endif
  }

 private:
  static constexpr std::int64_t most_rows = std::int64_t{1} << 22;

  [[maybe_unused]] std::int64_t rows_;
  [[maybe_unused]] std::int64_t in_;
  [[maybe_unused]] std::int64_t out_;
  [[maybe_unused]] int threads_;
  sparseconv::Buffer<float> a_;
  sparseconv::Buffer<float> b_;
  mutable sparseconv::Buffer<float> c_;
};

/// Times `work` against one call of oneDNN's sgemm, or of several, as the counter `of_gemm`; alone where there is no oneDNN.
/// `before` runs before each run of the work and is not timed.
template <class Before, class Work, class Gemms>
double measure_against_gemm(benchmark::State& state, Before const& before, Work const& work, Gemms const& gemms) {
  if constexpr (have_gemm) {
    return measure_against(state, "of_gemm", before, work, gemms);
  } else {
    return measure(state, before, work);
  }
}

/// The same with nothing to do before.
template <class Work, class Gemms>
double measure_against_gemm(benchmark::State& state, Work const& work, Gemms const& gemms) {
  return measure_against_gemm(
      state, [] {}, work, gemms);
}

/// Copies a block of memory; its bytes are read once and written once.
class Copy {
 public:
  explicit Copy(std::int64_t bytes) : from_(bytes, 'x'), to_(bytes, ' ') {}
  void operator()() const { std::memcpy(to_.data(), from_.data(), static_cast<std::size_t>(from_.size())); }

 private:
  sparseconv::Buffer<char> from_;
  mutable sparseconv::Buffer<char> to_;
};

/// std::sort of the packed 64-bit keys of sites, in an order that no list comes in by chance.
class SortOfKeys {
 public:
  explicit SortOfKeys(sparseconv::SiteSet<3> const& sites) {
    sparseconv::KeyPacking<3, std::uint64_t> const packing(sites.bounding_box());
    for (auto const& site : sites.coordinates()) keys_.push_back(packing.key(sparseconv::widen(site)));
    std::shuffle(keys_.begin(), keys_.end(), std::mt19937_64(1));
  }

  /// Sorts a copy; the copy's time counts, and is small.
  void operator()() const {
    std::vector<std::uint64_t> sorted = keys_;
    std::sort(sorted.begin(), sorted.end());
  }

 private:
  std::vector<std::uint64_t> keys_;
};

}  // namespace benchmark_support
