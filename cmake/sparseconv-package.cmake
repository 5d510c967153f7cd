# `cpack -G DEB` makes libsparseconv-dev: the headers and the files that find_package and pkg-config look for. It has no machine
# code, so it is for all architectures; the compiled library, which has, is not packaged.
if(SPARSECONV_INSTALL_COMPILED)
  message(STATUS "sparseconv: no package for Debian, which would hold the library of one compiler; "
                 "configure with SPARSECONV_INSTALL_COMPILED=OFF.")
  return()
endif()

install(FILES "${PROJECT_SOURCE_DIR}/packaging/debian/copyright"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libsparseconv-dev" COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The sparseconv authors <maintainers@users.noreply.r-seed-740b2b04.example>")
set(CPACK_COMPONENTS_ALL sparseconv debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_PACKAGE_NAME libsparseconv-dev)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, pkg-config, libpng-dev, libzip-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Sparse convolution, pooling and whole networks over voxels of any dimension.
A C++20 compiler is all that a program needs.
.
Pictures and archives need libpng-dev and libzip-dev, files of networks nlohmann-json3-dev.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
