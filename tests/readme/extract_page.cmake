# Extracts the blocks of one page, for the tests of what is refused.
#   cmake -DPAGE=<a page> -DFOLDER=<where to> -DPROJECT_SOURCE_DIR=<what messages leave out> -P extract_page.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/extract_blocks.cmake")
set(CMAKE_CURRENT_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}")
cmake_path(GET PAGE STEM name)
sparseconv_extract_blocks("${PAGE}" "${name}" "${FOLDER}")
