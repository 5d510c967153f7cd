# Enables the language CUDA if SPARSECONV_BUILD_CUDA asks for it, and defines sparseconv::cuda if there is the language.
# From here on SPARSECONV_BUILD_CUDA is true exactly if programs for the GPU can be built.

get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(SPARSECONV_BUILD_CUDA AND NOT "CUDA" IN_LIST languages)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND "$ENV{CUDAARCHS}" STREQUAL "")
      set(CMAKE_CUDA_ARCHITECTURES 75)  # the oldest that the library takes; CUDA 12 by itself takes an older one
    endif()
    enable_language(CUDA)
  endif()
endif()
include(sparseconv-cuda)

if(SPARSECONV_BUILD_CUDA AND sparseconv_cuda_missing)
  if(NOT SPARSECONV_BUILD_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "sparseconv: SPARSECONV_BUILD_CUDA=${SPARSECONV_BUILD_CUDA} needs ${sparseconv_cuda_missing}; "
                        "put nvcc in the PATH or set CMAKE_CUDA_COMPILER, or configure with SPARSECONV_BUILD_CUDA=OFF.")
  endif()
  message(STATUS "sparseconv: skipping what runs on GPUs, which needs ${sparseconv_cuda_missing}.")
  set(SPARSECONV_BUILD_CUDA OFF)
endif()
