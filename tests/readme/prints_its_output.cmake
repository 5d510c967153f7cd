# Fails unless the program of that number on a page prints what the page shows after it.
execute_process(COMMAND "${PROGRAM}" "${NUMBER}" OUTPUT_VARIABLE printed ERROR_VARIABLE printed RESULT_VARIABLE result)
file(READ "${SHOWN}" shown)
if(NOT result EQUAL 0 OR NOT printed STREQUAL shown)
  message("printed:\n${printed}\nshown:\n${shown}")
  message(FATAL_ERROR "Program ${NUMBER} of ${PAGE} ended with ${result}, or did not print what is shown after it.")
endif()
