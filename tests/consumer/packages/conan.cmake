# The recipe of Conan, with a home of its own: the package is made, and its test builds and runs the consumer.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(ENV{CONAN_HOME} "${FOLDER}/home")
set(ENV{CXX} "${COMPILER}")
run("${CONAN}" profile detect)
# The output of the test's build lies in FOLDER, not in the checkout.
run("${CONAN}" create "${SOURCE}/packaging/conan" --settings compiler.cppstd=20 --no-remote
    --conf "tools.cmake.cmake_layout:test_folder=${FOLDER}/test")
run("${CONAN}" list "sparseconv/${version}")
