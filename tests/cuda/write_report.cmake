# Compiles SOURCE for ARCHITECTURE, and writes what the assembler says of each kernel to REPORT.
set(host "")
if(HOST_COMPILER)
  set(host -ccbin "${HOST_COMPILER}")
endif()
execute_process(COMMAND "${COMPILER}" ${host} -std=c++20 --expt-relaxed-constexpr "-I${INCLUDE}" "-arch=${ARCHITECTURE}"
                        -cubin -Xptxas -v "${SOURCE}" -o "${REPORT}.cubin"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
file(REMOVE "${REPORT}.cubin")
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile for ${ARCHITECTURE}:\n${output}")
endif()
file(WRITE "${REPORT}" "${output}")
