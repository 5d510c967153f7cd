#pragma once

/// The library with the GPU policy, for CUDA 12.4 and later: what sparseconv.hpp has, and `gpu.on(stream)`.

#ifndef __CUDACC__
#error "sparseconv/cuda.cuh is CUDA C++: name this file .cu, for nvcc, or include sparseconv/sparseconv.hpp instead"
#endif
#if defined(__NVCC__) && !defined(__CUDACC_RELAXED_CONSTEXPR__)
#error "sparseconv/cuda.cuh: pass --expt-relaxed-constexpr to nvcc, or link the CMake target sparseconv::cuda"
#endif
#if defined(__CUDACC_VER_MAJOR__) && __CUDACC_VER_MAJOR__ * 100 + __CUDACC_VER_MINOR__ < 1204
#error "sparseconv/cuda.cuh needs CUDA 12.4 or later"
#endif
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 750
#error \
    "sparseconv/cuda.cuh needs compute capability 7.5 or later: set CMAKE_CUDA_ARCHITECTURES, or nvcc's -arch, to 75 or more"
#endif

#include "sparseconv/cuda/gpu_policy.cuh"
#include "sparseconv/sparseconv.hpp"
