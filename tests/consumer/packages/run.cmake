# What the tests of packages have in common. Each is run with
#   cmake -DSOURCE=<checkout> -DFOLDER=<to work in> -DCOMPILER=<C++> -DGENERATOR=<of CMake> -P debian.cmake
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
file(STRINGS "${SOURCE}/include/sparseconv/version.hpp" version REGEX "#define SPARSECONV_VERSION_")
list(TRANSFORM version REPLACE ".* " "")
list(JOIN version "." version)
set(only_headers -DSPARSECONV_BUILD_TESTS=OFF -DSPARSECONV_BUILD_EXAMPLES=OFF -DSPARSECONV_BUILD_CUDA=OFF)

# Runs a command in FOLDER; what it prints is then in `printed`.
macro(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE printed COMMAND_ECHO STDOUT
                  OUTPUT_STRIP_TRAILING_WHITESPACE ECHO_OUTPUT_VARIABLE COMMAND_ERROR_IS_FATAL ANY)
endmacro()

function(expect_equal what is wanted)
  if(NOT is STREQUAL wanted)
    message(FATAL_ERROR "${what} is `${is}`, and should be `${wanted}`.")
  endif()
endfunction()

# A project that finds the package beneath a prefix, there and nowhere else, is built and run.
function(use_by_find_package prefix)
  run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/consumer/find_package" -B consumer -G "${GENERATOR}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}")
  file(STRINGS "${FOLDER}/consumer/CMakeCache.txt" found REGEX "^sparseconv_DIR:")
  if(NOT found MATCHES "=${prefix}/")
    message(FATAL_ERROR "The project found ${found}, which is not beneath ${prefix}.")
  endif()
  run("${CMAKE_COMMAND}" --build consumer --target convolve)
  run(consumer/convolve)
endfunction()
