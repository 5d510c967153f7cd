# Defines sparseconv::io, which is sparseconv::sparseconv with the libraries that weights/zip_archive.hpp (libzip) and io/png.hpp
# (libpng) include. Both in the project's own build and, installed, as the package's component `io`.
# sparseconv_io_missing lists the Debian packages of the libraries that were not found.

set(sparseconv_io_missing "")
set(sparseconv_io_libraries sparseconv::sparseconv)
set(sparseconv_io_include_directories "")

find_package(PNG QUIET)
if(PNG_FOUND)
  list(APPEND sparseconv_io_libraries PNG::PNG)
else()
  list(APPEND sparseconv_io_missing libpng-dev)
endif()

# Not by libzip's own package file: Debian's fails unless libzip's command line tools are installed as well.
find_path(SPARSECONV_LIBZIP_INCLUDE_DIR zip.h)
find_library(SPARSECONV_LIBZIP_LIBRARY zip)
mark_as_advanced(SPARSECONV_LIBZIP_INCLUDE_DIR SPARSECONV_LIBZIP_LIBRARY)
if(SPARSECONV_LIBZIP_INCLUDE_DIR AND SPARSECONV_LIBZIP_LIBRARY)
  list(APPEND sparseconv_io_libraries "${SPARSECONV_LIBZIP_LIBRARY}")
  list(APPEND sparseconv_io_include_directories "${SPARSECONV_LIBZIP_INCLUDE_DIR}")
else()
  list(APPEND sparseconv_io_missing libzip-dev)
endif()

if(NOT TARGET sparseconv::io)
  add_library(sparseconv::io INTERFACE IMPORTED GLOBAL)
  target_link_libraries(sparseconv::io INTERFACE ${sparseconv_io_libraries})
  target_include_directories(sparseconv::io SYSTEM INTERFACE ${sparseconv_io_include_directories})
endif()
