# The port of vcpkg, without vcpkg: the functions that it calls are here, as far as it needs them, so this shows that the port's own
# lines are right, and what they install is found.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(CURRENT_PORT_DIR "${SOURCE}/packaging/vcpkg/sparseconv")
set(CURRENT_PACKAGES_DIR "${FOLDER}/packages")
file(READ "${CURRENT_PORT_DIR}/vcpkg.json" manifest)
string(JSON PORT GET "${manifest}" name)
string(JSON port_version GET "${manifest}" version)
expect_equal("The version of vcpkg.json" "${port_version}" "${version}")

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  run("${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B build -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" ${arg_OPTIONS}
      "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}")
endfunction()
function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build build --target install)
endfunction()
function(vcpkg_cmake_config_fixup)  # moves the files
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(GLOB files "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*")
  file(COPY ${files} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}")
  # One folder less to go up from the files to the prefix.
  file(READ "${CURRENT_PACKAGES_DIR}/share/${PORT}/sparseconv-targets.cmake" text)
  string(REPLACE "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nif(_IMPORT_PREFIX" "if(_IMPORT_PREFIX" text "${text}")
  file(WRITE "${CURRENT_PACKAGES_DIR}/share/${PORT}/sparseconv-targets.cmake" "${text}")
endfunction()
function(vcpkg_fixup_pkgconfig)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  configure_file("${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright" COPYONLY)
endfunction()
include("${CURRENT_PORT_DIR}/portfile.cmake")

foreach(name IN ITEMS copyright usage sparseconv-config.cmake)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/share/sparseconv/${name}")
    message(FATAL_ERROR "The port installs no share/sparseconv/${name}.")
  endif()
endforeach()
use_by_find_package("${CURRENT_PACKAGES_DIR}")
