# The options, what they mean for the programs of this project, and what to say when a package is missing.

# AUTO builds a part if its packages are there, ON insists.
set(default_part OFF)
if(PROJECT_IS_TOP_LEVEL)
  set(default_part AUTO)
endif()
set(SPARSECONV_BUILD_TESTS ${default_part} CACHE STRING "Build the tests: AUTO, ON or OFF")
set(SPARSECONV_BUILD_EXAMPLES ${default_part} CACHE STRING "Build the examples: AUTO, ON or OFF")
set(SPARSECONV_BUILD_BENCHMARKS OFF CACHE STRING "Build the benchmarks: AUTO, ON or OFF")
set(SPARSECONV_BUILD_CUDA ${default_part} CACHE STRING "Build what needs nvcc, of the parts above: AUTO, ON or OFF")
set_property(CACHE SPARSECONV_BUILD_TESTS SPARSECONV_BUILD_EXAMPLES SPARSECONV_BUILD_BENCHMARKS SPARSECONV_BUILD_CUDA
             PROPERTY STRINGS AUTO ON OFF)
option(SPARSECONV_BUILD_FUZZERS "Build the libFuzzer targets of tests/fuzz (Clang)" OFF)
option(SPARSECONV_BUILD_DOCS "Add the target `docs` (Doxygen)" OFF)
option(SPARSECONV_INSTALL "Add the install rules" ${PROJECT_IS_TOP_LEVEL})
option(SPARSECONV_INSTALL_COMPILED "Build the library sparseconv::compiled in any case, and install it too" OFF)
option(SPARSECONV_WARNINGS_AS_ERRORS "Fail on any warning in the project's own programs" OFF)
option(SPARSECONV_ALLOW_DOWNLOAD "Download GoogleTest and Google Benchmark if they are not installed" OFF)
set(SPARSECONV_SANITIZE "" CACHE STRING "Sanitizers of tests and fuzzers, as -fsanitize= takes them: address,undefined or thread")
set(SPARSECONV_TEST_SOURCES "." CACHE STRING "Regular expression: which of tests/*_test.cpp are built")
set(SPARSECONV_DATA_DIR "${PROJECT_SOURCE_DIR}/../shared/data"
    CACHE PATH "Where real scans lie; what wants one is skipped by tests and benchmarks if it is not there")

# Whether the flags of this build ask for optimisation themselves.
string(TOUPPER "${CMAKE_BUILD_TYPE}" sparseconv_build_type)
set(sparseconv_flags_optimise FALSE)
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${sparseconv_build_type}}" MATCHES "(^| )-O")
  set(sparseconv_flags_optimise TRUE)
endif()
get_property(sparseconv_has_configurations GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT sparseconv_has_configurations AND NOT sparseconv_flags_optimise
   AND (SPARSECONV_BUILD_TESTS OR SPARSECONV_BUILD_EXAMPLES OR SPARSECONV_BUILD_BENCHMARKS))
  message(WARNING "sparseconv: no build type is set, so nothing is optimised, and networks run about 30 times slower; "
                  "configure with -DCMAKE_BUILD_TYPE=Release.")
endif()

# What each test, example and benchmark is compiled with; users of the library get none of it.
add_library(sparseconv_program INTERFACE)
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion)
set(warnings_are_errors $<BOOL:${SPARSECONV_WARNINGS_AS_ERRORS}>)
target_compile_options(sparseconv_program INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${warnings}>
                                                    $<$<AND:$<COMPILE_LANGUAGE:CXX>,${warnings_are_errors}>:-Werror>)
# Not -Wpedantic: what nvcc hands on to the C++ compiler has line directives of GCC's own.
set(cuda_warnings -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion)
list(TRANSFORM cuda_warnings PREPEND -Xcompiler=)
set(cuda_warnings_as_errors -Werror=all-warnings -Xcompiler=-Werror)
target_compile_options(
  sparseconv_program INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:${cuda_warnings}>
                               $<$<AND:$<COMPILE_LANGUAGE:CUDA>,${warnings_are_errors}>:${cuda_warnings_as_errors}>)
if(SPARSECONV_SANITIZE)
  set(sanitize "-fsanitize=${SPARSECONV_SANITIZE}" -fno-sanitize-recover=all)
  target_compile_options(sparseconv_program INTERFACE ${sanitize} -fno-omit-frame-pointer)
  target_link_options(sparseconv_program INTERFACE ${sanitize})
endif()
target_link_libraries(sparseconv_program INTERFACE sparseconv::sparseconv)

add_library(sparseconv_real_scans INTERFACE)
target_compile_definitions(sparseconv_real_scans INTERFACE "SPARSECONV_SHARED_DATA=\"${SPARSECONV_DATA_DIR}\"")

# Says that `part` cannot be built without `packages` of Debian: an error if the option insists on the part.
function(sparseconv_report_missing option part packages)
  list(LENGTH packages count)
  set(plural "")
  if(count GREATER 1)
    set(plural "s")
  endif()
  list(JOIN packages " and " packages)
  if(${option} STREQUAL "AUTO")
    message(STATUS "sparseconv: skipping ${part}, which need the Debian package${plural} ${packages}.")
  else()
    message(FATAL_ERROR "sparseconv: ${part} need the Debian package${plural} ${packages}; "
                        "install it, or configure with ${option}=AUTO to build what can be built.")
  endif()
endfunction()
