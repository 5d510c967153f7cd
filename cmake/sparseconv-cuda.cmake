# Defines sparseconv::cuda, which is sparseconv::sparseconv with the options of nvcc that <sparseconv/cuda.cuh> needs.
# The CUDA runtime CMake links by itself, the one that CMAKE_CUDA_RUNTIME_LIBRARY names. Both in the project's own build
# and, installed, as the package's component `cuda`. sparseconv_cuda_missing says what is missing, if anything is.

set(sparseconv_cuda_missing "")
get_property(sparseconv_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT "CUDA" IN_LIST sparseconv_languages)
  set(sparseconv_cuda_missing "the language CUDA, as in project(... LANGUAGES CXX CUDA), and nvcc for it")
elseif(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA" AND CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.4)
  set(sparseconv_cuda_missing "CUDA 12.4 or later; ${CMAKE_CUDA_COMPILER} is of CUDA ${CMAKE_CUDA_COMPILER_VERSION}")
endif()

if(NOT sparseconv_cuda_missing AND NOT TARGET sparseconv::cuda)
  add_library(sparseconv::cuda INTERFACE IMPORTED GLOBAL)
  target_link_libraries(sparseconv::cuda INTERFACE sparseconv::sparseconv)
  target_compile_options(sparseconv::cuda INTERFACE $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:--expt-relaxed-constexpr>)
  if(CMAKE_VERSION VERSION_LESS 3.25.2)  # which knows no cuda_std_20 yet
    target_compile_options(sparseconv::cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
  else()
    target_compile_features(sparseconv::cuda INTERFACE cuda_std_20)
  endif()
endif()
