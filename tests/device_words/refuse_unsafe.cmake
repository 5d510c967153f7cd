# Refuses the words of the standard that nvcc drops in device code, in all that device code includes.
#   cmake -DFOLDER=<a folder of headers> -P refuse_unsafe.cmake
# Code of the host alone may use them: memory, policy, weights, io and the folders cpu and seq; and a line that says `// on the host`. Of the
# .cuh files, those that hold device code are looked at.
set(unsafe "countr_zero|countr_one|countl_zero|countl_one|bit_width|bit_ceil|bit_floor|has_single_bit|popcount|rotl|rotr")
string(APPEND unsafe "|memcmp|memcpy|memset|memmove|equal|ranges::equal|lexicographical_compare|mismatch")
string(APPEND unsafe "|copy|copy_n|copy_backward|move_backward")
file(GLOB_RECURSE headers RELATIVE "${FOLDER}" "${FOLDER}/*.hpp" "${FOLDER}/*.cuh")
list(FILTER headers EXCLUDE REGEX "^(memory|policy|weights|io)/|/(cpu|seq)/|^primitive/device_words\\.hpp$|^cuda/host_copies\\.cuh$")
list(LENGTH headers count)
if(count EQUAL 0)
  message(FATAL_ERROR "no headers in ${FOLDER}")
endif()
set(found "")
foreach(header IN LISTS headers)
  file(STRINGS "${FOLDER}/${header}" lines REGEX "(std::(${unsafe}) *[(<]|__builtin_[a-z]+ *\\(|std::move\\([^()]*,)")
  list(FILTER lines EXCLUDE REGEX "// on the host$")
  foreach(line IN LISTS lines)
    string(APPEND found "\n  ${header}: ${line}")
  endforeach()
endforeach()
if(found)
  message(FATAL_ERROR "nvcc may drop these calls in device code without a word; primitive/device_words.hpp has words "
                      "that it takes, a loop is one too:${found}")
endif()
message(STATUS "${count} headers use none of the words that nvcc is known to drop")
