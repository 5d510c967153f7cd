# Compiles SOURCE for ARCHITECTURE to REPORT.ptx, and writes what the assembler says of each kernel to REPORT.
set(host "")
if(HOST_COMPILER)
  set(host -ccbin "${HOST_COMPILER}")
endif()
set(compile "${COMPILER}" ${host} -std=c++20 --expt-relaxed-constexpr "-I${INCLUDE}" "-arch=${ARCHITECTURE}")
execute_process(COMMAND ${compile} -ptx "${SOURCE}" -o "${REPORT}.ptx"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  execute_process(COMMAND ${compile} -cubin -Xptxas -v "${REPORT}.ptx" -o "${REPORT}.cubin"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  file(REMOVE "${REPORT}.cubin")
endif()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile for ${ARCHITECTURE}:\n${output}")
endif()
file(WRITE "${REPORT}" "${output}")
