# sparseconv_cuda_checks compiles with nvcc, all its warnings as errors:
# - each .cuh alone, included twice, among macros that other people's headers define, as sparseconv-header-checks does;
# - the .hpp of each folder, which a program for the GPU includes too.

set(cuda_traps ${traps})
list(REMOVE_ITEM cuda_traps major minor)  # CUB has variables of these names
list(TRANSFORM cuda_traps PREPEND "#undef " OUTPUT_VARIABLE undefine_traps)
list(TRANSFORM cuda_traps PREPEND "#define " OUTPUT_VARIABLE define_traps)
list(TRANSFORM define_traps APPEND " @a_macro_of_another_library@")
list(JOIN undefine_traps "\n" undefine_traps)
list(JOIN define_traps "\n" define_traps)

set(cuda_check_sources "")
foreach(header IN LISTS cuda_headers)
  cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/include")
  string(REPLACE "/" "__" stem "${header}")
  set(check_source "${PROJECT_BINARY_DIR}/cuda_checks/${stem}.cu")
  file(CONFIGURE OUTPUT "${check_source}" @ONLY CONTENT
       "@undefine_traps@\n@define_traps@\n#include \"@header@\"\n#include \"@header@\"\n")
  list(APPEND cuda_check_sources "${check_source}")
endforeach()

# The ground and the floors up to models. The floor io has libraries of its own, and none of it runs on a GPU.
foreach(folder . memory policy number primitive tensor index points execute layers models)
  set(recurse GLOB_RECURSE)
  if(folder STREQUAL ".")
    set(recurse GLOB)
  endif()
  file(${recurse} folder_headers RELATIVE "${PROJECT_SOURCE_DIR}/include" CONFIGURE_DEPENDS
       "${PROJECT_SOURCE_DIR}/include/sparseconv/${folder}/*.hpp")
  list(FILTER folder_headers EXCLUDE REGEX "sparseconv/sparseconv.hpp$")  # cuda.cuh includes it
  list(TRANSFORM folder_headers REPLACE "(.+)" "#include \"\\1\"")
  list(JOIN folder_headers "\n" folder_headers)
  string(REGEX REPLACE "[/.]" "_" stem "${folder}")
  set(check_source "${PROJECT_BINARY_DIR}/cuda_checks/folder_${stem}.cu")
  file(CONFIGURE OUTPUT "${check_source}" @ONLY CONTENT "@folder_headers@\n")
  list(APPEND cuda_check_sources "${check_source}")
endforeach()

add_library(sparseconv_cuda_header_checks OBJECT EXCLUDE_FROM_ALL ${cuda_check_sources})
set_target_properties(sparseconv_cuda_header_checks PROPERTIES CUDA_ARCHITECTURES 75-virtual)
target_compile_options(sparseconv_cuda_header_checks PRIVATE ${cuda_warnings} ${cuda_warnings_as_errors})
target_link_libraries(sparseconv_cuda_header_checks PRIVATE sparseconv::cuda)

add_custom_target(sparseconv_cuda_checks DEPENDS sparseconv_cuda_header_checks)
