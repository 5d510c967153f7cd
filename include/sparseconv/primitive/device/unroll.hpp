#pragma once

/// SPARSECONV_DEVICE_UNROLL stands before loops of a kernel over arrays that live in registers: only indices that the compiler
/// knows keep them there.
///
/// SPARSECONV_DEVICE_LOOP stands before loops that would take too many registers if they were unrolled.
#if defined(__CUDA_ARCH__)
#define SPARSECONV_DEVICE_UNROLL _Pragma("unroll")
#define SPARSECONV_DEVICE_LOOP _Pragma("unroll 1")
#else
#define SPARSECONV_DEVICE_UNROLL
#define SPARSECONV_DEVICE_LOOP
#endif
