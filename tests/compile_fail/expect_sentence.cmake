# Compiles SOURCE with COMPILER and compares the outcome with the first line of SOURCE.
file(STRINGS "${SOURCE}" expected LIMIT_COUNT 1)
if(NOT expected MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be `// expect: <sentence>` or `// expect: compiles`, or `// expect: compiles and says <sentence>`.")
endif()
string(REPLACE "\\;" ";" expected "${CMAKE_MATCH_1}")  # as file(STRINGS) writes it

# A second line `// flags: ...` adds options, and so does FLAGS.
file(STRINGS "${SOURCE}" flags LIMIT_COUNT 2 REGEX "^// flags: ")
string(REPLACE "// flags: " "" flags "${flags}")
separate_arguments(flags)
list(APPEND flags ${FLAGS})

# A line `// errors: N` says how many errors there may be at most, the sentence being the first: so a person reads it at once.
file(STRINGS "${SOURCE}" most_errors LIMIT_COUNT 1 REGEX "^// errors: ")
string(REPLACE "// errors: " "" most_errors "${most_errors}")

execute_process(COMMAND "${COMPILER}" -std=c++20 ${flags} -fsyntax-only "-I${INCLUDE}" "-I${TESTS}" "${SOURCE}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(expected MATCHES "^compiles( and says (.+))?$")
  set(expected "${CMAKE_MATCH_2}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must compile, but:\n${output}")
  endif()
  if(expected STREQUAL "")
    return()
  endif()
elseif(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must fail with: ${expected}")
endif()
string(FIND "${output}" "${expected}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${SOURCE} must say: ${expected}\nThe compiler says:\n${output}")
endif()

if(most_errors)
  string(REPLACE ";" "," said "${output}")  # which would part a list
  string(REGEX MATCHALL "error: [^\n]*" errors "${said}")
  list(LENGTH errors count)
  string(REGEX MATCH "error: [^\n]*" first "${said}")
  string(REPLACE ";" "," sought "${expected}")
  string(FIND "${first}" "${sought}" place)
  string(REGEX MATCHALL "\n" lines "${output}")
  list(LENGTH lines line_count)
  if(count GREATER most_errors OR place EQUAL -1 OR line_count GREATER 40)
    message(FATAL_ERROR "${SOURCE} must say in its first error: ${expected}\nwith at most ${most_errors} errors and 40 lines; there are ${count} and ${line_count}:\n${output}")
  endif()
endif()
