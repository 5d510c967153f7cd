# Takes the C++ blocks of a page of Markdown apart, so that the tests compile and run what readers copy.
#
# A block ```cpp that has `int main() {` is a whole program, and the ```text block that follows is what it prints. Any other ```cpp
# block is a snippet, which the file snippets/PAGE.cpp puts where it belongs, among what it needs, by
#   #include "PAGE/HEADING.inc"         (the second below a heading: HEADING_2.inc)
# in functions that are inline, so that the compiler checks them and writes no code for them: half the time.
# A block ```cuda is a snippet for nvcc, by the name HEADING.cuda.inc: what it includes, the file that takes it in includes itself, and
# tests/cuda/pages_test.cu takes in all of them. Other blocks are not compiled: ```c++ shows the shape of code.

# Writes the snippets of a page, what its programs print, and a source that compiles all. Sets in the caller's scope:
# <name>_source, empty if the page has no C++; <name>_programs, how many programs there are.
function(sparseconv_extract_blocks page name folder)
  file(READ "${page}" text)
  cmake_path(RELATIVE_PATH page BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE page_name)
  set(text "\n${text}")
  set(line 0)
  set(heading "top")
  set(includes "")
  set(programs "")
  set(calls "")
  set(program_count 0)
  set(waits_for_output FALSE)
  set(snippets "")
  while(TRUE)
    string(FIND "${text}" "\n```" fence)
    if(fence EQUAL -1)
      break()
    endif()
    string(SUBSTRING "${text}" 0 ${fence} prose)
    if(prose MATCHES ".*\n#+ ([^\n]*)")  # the last one
      string(TOLOWER "${CMAKE_MATCH_1}" heading)
      string(REGEX REPLACE "[^a-z0-9]+" "_" heading "${heading}")
    endif()
    math(EXPR fence "${fence} + 4")
    string(SUBSTRING "${text}" ${fence} -1 text)
    string(FIND "${text}" "\n" line_end)
    string(SUBSTRING "${text}" 0 ${line_end} language)
    math(EXPR line_end "${line_end} + 1")
    string(SUBSTRING "${text}" ${line_end} -1 text)
    string(FIND "\n${text}" "\n```" code_end)
    if(code_end EQUAL -1)
      message(FATAL_ERROR "${page_name}: the block of ${language} below '${heading}' does not end")
    endif()
    string(SUBSTRING "${text}" 0 ${code_end} code)
    math(EXPR code_end "${code_end} + 3")
    string(SUBSTRING "${text}" ${code_end} -1 text)

    # Lines are counted for the compiler's messages.
    string(REGEX REPLACE "[^\n]" "" prose "${prose}")
    string(LENGTH "${prose}" lines)
    math(EXPR line "${line} + ${lines} + 1")
    math(EXPR first_line "${line} + 1")
    string(REGEX REPLACE "[^\n]" "" code_lines "${code}")
    string(LENGTH "${code_lines}" lines)
    math(EXPR line "${line} + ${lines} + 1")  # that of the closing fence

    if(waits_for_output)
      if(NOT language STREQUAL "text")
        message(FATAL_ERROR "${page_name}: after the program below '${heading}' stands a block of ${language}; "
                            "show first what the program prints, in a block of text")
      endif()
      file(CONFIGURE OUTPUT "${folder}/${name}/${program_count}.txt" @ONLY CONTENT "@code@")
      set(waits_for_output FALSE)
    elseif(language STREQUAL "cpp")
      string(FIND "${code}" "int main() {" is_program)
      if(is_program EQUAL -1)
        set(snippet "${heading}")
        set(number 1)
        while("${snippet}" IN_LIST snippets)
          math(EXPR number "${number} + 1")
          set(snippet "${heading}_${number}")
        endwhile()
        list(APPEND snippets "${snippet}")
        file(CONFIGURE OUTPUT "${folder}/${name}/${snippet}.inc" @ONLY CONTENT "#line @first_line@ \"@page@\"\n@code@")
      else()
        math(EXPR program_count "${program_count} + 1")
        string(REGEX MATCHALL "#include [^\n]*" of_program "${code}")
        list(APPEND includes ${of_program})
        string(REGEX REPLACE "#include [^\n]*" "" code "${code}")
        string(REPLACE "int main() {" "void run() {" code "${code}")
        string(APPEND programs "namespace program_${program_count} {\n#line ${first_line} \"${page}\"\n${code}}\n")
        string(APPEND calls "    case ${program_count}: program_${program_count}::run(); return 0;\n")
        set(waits_for_output TRUE)
      endif()
    elseif(language STREQUAL "cuda")
      string(REGEX REPLACE "#include [^\n]*" "" code "${code}")
      file(CONFIGURE OUTPUT "${folder}/${name}/${heading}.cuda.inc" @ONLY CONTENT "#line @first_line@ \"@page@\"\n@code@")
      file(STRINGS "${PROJECT_SOURCE_DIR}/tests/cuda/pages_test.cu" included REGEX "#include \"${name}/${heading}.cuda.inc\"")
      list(LENGTH included count)
      if(NOT count EQUAL 1)
        message(FATAL_ERROR "${page_name} has a block of cuda below '${heading}'; tests/cuda/pages_test.cu must include "
                            "${name}/${heading}.cuda.inc once")
      endif()
    endif()
  endwhile()
  if(waits_for_output)
    message(FATAL_ERROR "${page_name}: the last program has no block of text after it that shows what it prints")
  endif()

  set(wrapper "${CMAKE_CURRENT_SOURCE_DIR}/snippets/${name}.cpp")
  set(include_wrapper "")
  if(snippets AND NOT EXISTS "${wrapper}")
    message(FATAL_ERROR "${page_name} has snippets of C++, and there is no ${wrapper} that includes them: ${snippets}")
  endif()
  if(EXISTS "${wrapper}")
    set(include_wrapper "#include \"${wrapper}\"\n")
    file(STRINGS "${wrapper}" included REGEX "#include \"${name}/.*\\.inc\"")
    list(TRANSFORM included REPLACE ".*#include \"${name}/(.*)\\.inc\".*" "\\1")
    foreach(snippet IN LISTS snippets)
      if(NOT snippet IN_LIST included)
        message(FATAL_ERROR "${page_name} has a snippet '${snippet}' that ${wrapper} does not include")
      endif()
    endforeach()
    foreach(snippet IN LISTS included)
      if(NOT snippet IN_LIST snippets)
        message(FATAL_ERROR "${wrapper} includes a snippet '${snippet}' that ${page_name} does not have")
      endif()
    endforeach()
  endif()
  set(${name}_programs ${program_count} PARENT_SCOPE)
  set(${name}_source "" PARENT_SCOPE)
  if(NOT snippets AND program_count EQUAL 0)
    return()
  endif()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  set(source "${folder}/${name}/page.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [=[
@includes@
#include <cstdlib>
@programs@
@include_wrapper@
// Runs the program of that number.
int main(int count, char** arguments) {
  switch (count == 2 ? std::atoi(arguments[1]) : 0) {
@calls@    default: return 1;
  }
}
]=])
  set(${name}_source "${source}" PARENT_SCOPE)
endfunction()
