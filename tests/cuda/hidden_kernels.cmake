# Refuses kernels that a shared library would show to others.
#   cmake -DOBJECTS=<object files, with kernels> -DREADELF=<the tool> -P hidden_kernels.cmake
set(count 0)
foreach(object IN LISTS OBJECTS)
  # There are a hundred thousand symbols: grep leaves the few whose names are looked at.
  execute_process(COMMAND "${READELF}" --symbols --wide "${object}"
                  COMMAND grep -E "sparseconv.*(run_kernel|for_each_kernel|for_each_place_kernel)I"
                  OUTPUT_VARIABLE symbols RESULTS_VARIABLE results)
  list(GET results 0 read)
  list(GET results 1 searched)
  if(NOT read EQUAL 0 OR searched GREATER 1)
    message(FATAL_ERROR "${READELF} or grep failed on ${object}: ${results}")
  endif()
  string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES " FUNC ")
      continue()
    endif()
    math(EXPR count "${count} + 1")
    if(line MATCHES " (WEAK|GLOBAL|UNIQUE) +(DEFAULT|PROTECTED) ")
      message(SEND_ERROR "${object} shows a kernel: ${line}")
    endif()
  endforeach()
endforeach()
if(count EQUAL 0)
  message(SEND_ERROR "no kernel was found in ${OBJECTS}")
endif()
message(STATUS "${count} kernels, all hidden")
