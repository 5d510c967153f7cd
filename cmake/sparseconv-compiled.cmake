# Defines sparseconv::compiled, an optional static library that holds what <sparseconv/compiled.hpp> and
# <sparseconv/compiled_networks.hpp> list: a program that links it compiles in a fraction of the time, and gives the same bits. It is
# compiled only where something links it, or where it is to be installed.

# One source for each part that the headers name.
set(compiled_sources "")
foreach(list IN ITEMS compiled compiled_networks)
  file(STRINGS "${PROJECT_SOURCE_DIR}/include/sparseconv/${list}.hpp" parts
       REGEX "^SPARSECONV_PART_[A-Z0-9_]+\\(SPARSECONV_EXTERN\\)")
  list(TRANSFORM parts REPLACE "^SPARSECONV_PART_([A-Z0-9_]+).*" "\\1")
  foreach(part IN LISTS parts)
    set(compiled_source "${PROJECT_BINARY_DIR}/compiled/${part}.cpp")
    file(CONFIGURE OUTPUT "${compiled_source}" @ONLY CONTENT [=[
#define SPARSECONV_COMPILING @part@
#define SPARSECONV_COMPILING_@part@
#include "sparseconv/@list@.hpp"
]=])
    list(APPEND compiled_sources "${compiled_source}")
  endforeach()
endforeach()

add_library(sparseconv_compiled STATIC ${compiled_sources})
if(NOT SPARSECONV_INSTALL_COMPILED)
  set_target_properties(sparseconv_compiled PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
add_library(sparseconv::compiled ALIAS sparseconv_compiled)
set_target_properties(sparseconv_compiled PROPERTIES EXPORT_NAME compiled POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(sparseconv_compiled PUBLIC SPARSECONV_COMPILED)
target_link_libraries(sparseconv_compiled PUBLIC sparseconv PRIVATE $<BUILD_INTERFACE:sparseconv_program>)

# Each source compiles its part of one header: joined to one they would compile the first part alone.
set_target_properties(sparseconv_compiled PROPERTIES UNITY_BUILD OFF)

# A debug build of a program wants to see into the program. The library stays fast, unless flags say otherwise.
if(sparseconv_has_configurations)
  target_compile_options(sparseconv_compiled PRIVATE $<$<CONFIG:Debug>:-O2>)
elseif(NOT sparseconv_flags_optimise)
  target_compile_options(sparseconv_compiled PRIVATE -O2)
endif()
