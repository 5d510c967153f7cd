# Compiles SOURCE with COMPILER and compares the outcome with the first line of SOURCE.
file(STRINGS "${SOURCE}" expected LIMIT_COUNT 1)
if(NOT expected MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be `// expect: <sentence>` or `// expect: compiles`, or `// expect: compiles and says <sentence>`.")
endif()
set(expected "${CMAKE_MATCH_1}")

# A second line `// flags: ...` adds options.
file(STRINGS "${SOURCE}" flags LIMIT_COUNT 2 REGEX "^// flags: ")
string(REPLACE "// flags: " "" flags "${flags}")
separate_arguments(flags)

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
