# Install rules: the headers, a package that find_package(sparseconv [COMPONENTS io cuda compiled]) finds, and a file for pkg-config.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

string(REGEX MATCH "^[0-9]+" compiled_by "${CMAKE_CXX_COMPILER_VERSION}")
set(compiled_by "${CMAKE_CXX_COMPILER_ID} ${compiled_by}")
set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/sparseconv")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/sparseconv-config.cmake.in" sparseconv-config.cmake
                              INSTALL_DESTINATION "${package_dir}")
set(any_architecture ARCH_INDEPENDENT)
if(SPARSECONV_INSTALL_COMPILED)
  set(any_architecture "")
endif()
write_basic_package_version_file(sparseconv-config-version.cmake COMPATIBILITY SameMinorVersion ${any_architecture})

install(TARGETS sparseconv EXPORT sparseconv-targets
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sparseconv)
install(EXPORT sparseconv-targets NAMESPACE sparseconv:: DESTINATION "${package_dir}" COMPONENT sparseconv)
if(SPARSECONV_INSTALL_COMPILED)
  install(TARGETS sparseconv_compiled EXPORT sparseconv-compiled-targets
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT sparseconv)
  install(EXPORT sparseconv-compiled-targets NAMESPACE sparseconv:: DESTINATION "${package_dir}" COMPONENT sparseconv)
endif()
install(FILES "${PROJECT_BINARY_DIR}/sparseconv-config.cmake" "${PROJECT_BINARY_DIR}/sparseconv-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/sparseconv-io.cmake" "${PROJECT_SOURCE_DIR}/cmake/sparseconv-cuda.cmake"
        DESTINATION "${package_dir}" COMPONENT sparseconv)

# Where the file for pkg-config lies, as seen from which the prefix is: so a tree that is moved is still found.
set(pc_dir "${CMAKE_INSTALL_DATADIR}/pkgconfig")
file(RELATIVE_PATH prefix_from_pc "/prefix/${pc_dir}" "/prefix")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file("${PROJECT_SOURCE_DIR}/packaging/sparseconv.pc.in" sparseconv.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sparseconv.pc" DESTINATION "${pc_dir}" COMPONENT sparseconv)
