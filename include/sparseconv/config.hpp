#pragma once

// Before anything else, and with an include that stops the compiler: what C++17 has to say of the headers is thousands of lines.
#if (defined(_MSVC_LANG) && _MSVC_LANG <= 201703L) || (!defined(_MSVC_LANG) && __cplusplus <= 201703L)
#error "sparseconv: the headers need C++20: compile with -std=c++20, or in CMake link the target sparseconv::sparseconv"
#include "sparseconv needs C++20"
#endif

#if !defined(SPARSECONV_ALLOW_FAST_MATH)
#if defined(__FAST_MATH__)
#error \
    "sparseconv: -ffast-math (also part of -Ofast) loses NaN and the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error \
    "sparseconv: -ffinite-math-only loses NaN and the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#elif defined(__ASSOCIATIVE_MATH__)
#error \
    "sparseconv: -fassociative-math (also part of -funsafe-math-optimizations) loses the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#elif defined(__x86_64__) && defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 2
#error \
    "sparseconv: -mfpmath=387 loses the promise of equal bits; compile without it, or define SPARSECONV_ALLOW_FAST_MATH if that is known"
#endif
#endif

#if defined(D) || defined(T) || defined(W) || defined(Row) || defined(Key) || defined(Box) || defined(Body) || \
    defined(Policy) || defined(Memory) || defined(half) || defined(cpu) || defined(seq) || defined(gpu) ||     \
    defined(relu)
#error \
    "sparseconv: a macro is named D, T, W, Row, Key, Box, Body, Policy, Memory, half, cpu, seq, gpu or relu, which are names in these headers; #undef it before they are included, or include them first"
#endif

#if defined(min) || defined(max)
#error \
    "sparseconv: min or max is a macro, as <windows.h> defines them; define NOMINMAX before it is included, or #undef them before these headers"
#endif

#if !defined(__CUDACC__) && !defined(__cpp_exceptions)
#error "sparseconv: errors are exceptions; compile without -fno-exceptions"
#endif

#if defined(__GNUC__) && !defined(__OPTIMIZE__) && !defined(__CUDACC__) && !defined(SPARSECONV_ALLOW_UNOPTIMIZED) && \
    !defined(SPARSECONV_COMPILED)
#pragma message( \
    "sparseconv: compiled without optimisation, which makes it about 30 times slower: pass -O2, or define SPARSECONV_ALLOW_UNOPTIMIZED if that is meant")
#endif

/// SPARSECONV_POSIX says whether the system has the calls of POSIX: its open files, rights, mapped files, signals and fork.
#if __has_include(<unistd.h>) && !defined(_WIN32)
#define SPARSECONV_POSIX 1
#else
#define SPARSECONV_POSIX 0
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
/// Their end is a constant, and no call: GCC 11 would warn that it ignores the pragma.
#if defined(__CUDACC__)
#define SPARSECONV_UNROLL
#elif defined(__clang__)
#define SPARSECONV_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define SPARSECONV_UNROLL _Pragma("GCC unroll 16")
#else
#define SPARSECONV_UNROLL
#endif

/// SPARSECONV_COLD stands before functions that are seldom called, such as those that put a message together: they are never
/// inlined, so that those that call them stay small and compile fast.
///
/// SPARSECONV_NOINLINE stands before functions that many others call and whose own work is long: to inline them would only make
/// code longer.
///
/// SPARSECONV_INLINE stands before functions that are compiled once for each instruction set, inside functions of that set.
#if defined(__GNUC__) || defined(__clang__)
#define SPARSECONV_COLD __attribute__((cold, noinline))
#define SPARSECONV_NOINLINE __attribute__((noinline))
#define SPARSECONV_INLINE __attribute__((always_inline)) inline
#else
#define SPARSECONV_COLD
#define SPARSECONV_NOINLINE
#define SPARSECONV_INLINE inline
#endif

/// SPARSECONV_COMPILED is defined by who links the library sparseconv::compiled, which holds what compiled.hpp lists. Of that, the
/// bodies that are for a few types alone, and need headers that are long to read, are seen only where the library itself is
/// compiled: SPARSECONV_BODIES says whether they are.
#if !defined(SPARSECONV_COMPILED) || defined(SPARSECONV_COMPILING_BODIES)
#define SPARSECONV_BODIES 1
#else
#define SPARSECONV_BODIES 0
#endif

/// SPARSECONV_NETWORK_BODIES says the same of functions of networks that are no templates; SPARSECONV_NETWORK_BODY stands before each
/// of them: it is inline, but where the library compiles it.
#if !defined(SPARSECONV_COMPILED)
#define SPARSECONV_NETWORK_BODIES 1
#define SPARSECONV_NETWORK_BODY inline
#elif defined(SPARSECONV_COMPILING_NETWORKS)
#define SPARSECONV_NETWORK_BODIES 1
#define SPARSECONV_NETWORK_BODY
#else
#define SPARSECONV_NETWORK_BODIES 0
#endif
