#pragma once

#if !defined(SPARSECONV_ALLOW_FAST_MATH)
#if defined(__FAST_MATH__)
#error \
    "sparseconv: -ffast-math (also part of -Ofast) loses NaN and the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error \
    "sparseconv: -ffinite-math-only loses NaN and the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#elif defined(__x86_64__) && defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 2
#error \
    "sparseconv: -mfpmath=387 loses the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#endif
#endif

#if defined(__GNUC__) && !defined(__OPTIMIZE__) && !defined(__CUDACC__) && !defined(SPARSECONV_ALLOW_UNOPTIMIZED)
#pragma message( \
    "sparseconv: compiled without optimisation, which makes it about 30 times slower: pass -O2, or define SPARSECONV_ALLOW_UNOPTIMIZED if that is meant")
#endif

/// SPARSECONV_HOST_DEVICE stands before functions that also run on a GPU and cannot be constexpr. Those that can are plain
/// constexpr functions, which nvcc takes for both with --expt-relaxed-constexpr.
///
/// SPARSECONV_DEVICE_TEMPLATE stands before a host/device function of a template that may be handed functions of one side
/// alone, as kernels are.
#if defined(__CUDACC__)
#define SPARSECONV_HOST_DEVICE __host__ __device__
#define SPARSECONV_DEVICE_TEMPLATE _Pragma("nv_exec_check_disable")
#else
#define SPARSECONV_HOST_DEVICE
#define SPARSECONV_DEVICE_TEMPLATE
#endif

/// SPARSECONV_UNROLL stands before short loops over axes in what is done for every site: at -O2 compilers leave them as loops.
#if defined(__CUDACC__)
#define SPARSECONV_UNROLL
#elif defined(__clang__)
#define SPARSECONV_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define SPARSECONV_UNROLL _Pragma("GCC unroll 16")
#else
#define SPARSECONV_UNROLL
#endif
