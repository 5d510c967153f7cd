# sparseconv_header_checks compiles each header alone, included twice, with all warnings as errors, among macros that
# other people's headers define. The traps come before everything else, so that no header is helped by another's include.

set(traps I small near far interface B0 B110 IN OUT major minor unix linux)
list(TRANSFORM traps PREPEND "#undef " OUTPUT_VARIABLE undefine_traps)
list(TRANSFORM traps PREPEND "#define " OUTPUT_VARIABLE define_traps)
list(TRANSFORM define_traps APPEND " @a_macro_of_another_library@")
list(JOIN undefine_traps "\n" undefine_traps)
list(JOIN define_traps "\n" define_traps)

find_package(nlohmann_json CONFIG QUIET)
set(check_sources "")
foreach(header IN LISTS headers)
  cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/include")
  if("libzip-dev" IN_LIST sparseconv_io_missing OR "libpng-dev" IN_LIST sparseconv_io_missing)
    if(header MATCHES "/(io/(npz|png|write_npz)|weights/(npz_arrays|read_arrays|write_npz_arrays|zip_archive|torch_storages|torch_checkpoint))\\.hpp$")
      message(STATUS "sparseconv: ${header} is not checked, as sparseconv::io lacks ${sparseconv_io_missing}.")
      continue()
    endif()
  endif()
  file(STRINGS "${PROJECT_SOURCE_DIR}/include/${header}" needs_json REGEX "^// This header needs nlohmann-json")
  if(needs_json AND NOT nlohmann_json_FOUND)
    message(STATUS "sparseconv: ${header} is not checked, as nlohmann-json3-dev is not there.")
    continue()
  endif()
  string(REPLACE "/" "__" stem "${header}")
  set(check_source "${PROJECT_BINARY_DIR}/header_checks/${stem}.cpp")
  file(CONFIGURE OUTPUT "${check_source}" @ONLY CONTENT
       "@undefine_traps@\n@define_traps@\n#include \"@header@\"\n#include \"@header@\"\n")
  list(APPEND check_sources "${check_source}")
endforeach()

add_library(sparseconv_header_checks OBJECT EXCLUDE_FROM_ALL ${check_sources})
target_compile_options(sparseconv_header_checks PRIVATE ${warnings} -Wold-style-cast $<$<CXX_COMPILER_ID:GNU>:-Wuseless-cast>
                                                        -Werror -O0)
target_link_libraries(sparseconv_header_checks PRIVATE sparseconv::io)
