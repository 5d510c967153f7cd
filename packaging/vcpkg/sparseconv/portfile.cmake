# An overlay port of the checkout that it lies in: vcpkg install sparseconv --overlay-ports=packaging/vcpkg
set(VCPKG_BUILD_TYPE release)  # headers alone
cmake_path(SET SOURCE_PATH NORMALIZE "${CURRENT_PORT_DIR}/../../..")

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -DSPARSECONV_BUILD_TESTS=OFF -DSPARSECONV_BUILD_EXAMPLES=OFF
                                                           -DSPARSECONV_BUILD_CUDA=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/sparseconv)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/cmake")

file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
