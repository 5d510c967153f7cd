# sparseconv_find_or_fetch(GTest|benchmark): the sources that FETCHCONTENT_SOURCE_DIR_GTEST or _BENCHMARK names, else the
# installed package if there is one, else, only if SPARSECONV_ALLOW_DOWNLOAD is ON, the pinned release. <name>_FOUND says
# whether there is one now. Sources of the one never mean that the other is downloaded.
include(FetchContent)

FetchContent_Declare(
  GTest
  URL https://github.com/google/googletest/archive/refs/tags/v1.14.0.tar.gz
  URL_HASH SHA256=8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7
  DOWNLOAD_EXTRACT_TIMESTAMP ON
  SYSTEM)
FetchContent_Declare(
  benchmark
  URL https://github.com/google/benchmark/archive/refs/tags/v1.8.3.tar.gz
  URL_HASH SHA256=6bc180a57d23d4d9515519f92b0c83d61b05b5bab188961f36ac7b06b0d9e9ce
  DOWNLOAD_EXTRACT_TIMESTAMP ON
  SYSTEM)

macro(sparseconv_find_or_fetch name)
  string(TOUPPER "${name}" upper_name)
  set(${name}_FOUND FALSE)
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper_name})
    find_package(${name} CONFIG QUIET)
  endif()
  if(NOT ${name}_FOUND AND (SPARSECONV_ALLOW_DOWNLOAD OR FETCHCONTENT_SOURCE_DIR_${upper_name}))
    set(INSTALL_GTEST OFF)
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    FetchContent_MakeAvailable(${name})
    set(${name}_FOUND TRUE)
  endif()
endmacro()
