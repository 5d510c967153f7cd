# Install rules: the headers, and a package that find_package(sparseconv [COMPONENTS io cuda]) finds.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/sparseconv")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/sparseconv-config.cmake.in" sparseconv-config.cmake
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(sparseconv-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(TARGETS sparseconv EXPORT sparseconv-targets
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sparseconv)
install(EXPORT sparseconv-targets NAMESPACE sparseconv:: DESTINATION "${package_dir}" COMPONENT sparseconv)
install(FILES "${PROJECT_BINARY_DIR}/sparseconv-config.cmake" "${PROJECT_BINARY_DIR}/sparseconv-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/sparseconv-io.cmake" "${PROJECT_SOURCE_DIR}/cmake/sparseconv-cuda.cmake"
        DESTINATION "${package_dir}" COMPONENT sparseconv)
