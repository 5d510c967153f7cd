# Translates the PTX that nvcc kept: PTX.ptx, or where it was asked for several architectures that of the newest.
file(GLOB of_architectures "${PTX}.compute_*.ptx")
list(SORT of_architectures COMPARE NATURAL)
if(EXISTS "${PTX}.ptx")
  set(chosen "${PTX}.ptx")
elseif(of_architectures)
  list(GET of_architectures -1 chosen)
else()
  message(FATAL_ERROR "nvcc left no ${PTX}.ptx")
endif()
execute_process(COMMAND "${PYTHON}" "${CMAKE_CURRENT_LIST_DIR}/translate.py" "${chosen}" "${TRANSLATED}"
                COMMAND_ERROR_IS_FATAL ANY)
