# Fails unless README.md shows examples/quick_start/quick_start.cpp word for word: what a newcomer copies is what is compiled.
file(READ "${PROJECT}/README.md" readme)
file(READ "${PROJECT}/examples/quick_start/quick_start.cpp" program)
string(FIND "${readme}" "```cpp\n${program}```" place)
if(place EQUAL -1)
  message(FATAL_ERROR "README.md does not show examples/quick_start/quick_start.cpp as it is; copy the file into its first code block")
endif()
