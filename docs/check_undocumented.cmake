# Fails if names have no sentence (///) that need one: every name of a namespace or a file, classes and structs, the options of what
# something is made from, and the calls of layers. Other members of classes may say all by their name.
#   cmake -DUNDOCUMENTED=<the list that Doxygen wrote> -P check_undocumented.cmake
file(STRINGS "${UNDOCUMENTED}" lines REGEX "is not documented")
list(FILTER lines INCLUDE REGEX
     "warning: Compound|\\) of (namespace|file) |\\(variable\\) of struct sparseconv::[A-Za-z]*(Config|Format|Geometry|Grid|Item|Limits|Options|Preparation|Cloud) |/layers/.*operator\\(\\)")
if(lines)
  list(JOIN lines "\n" lines)
  message("${lines}")
  message(FATAL_ERROR "The names above need a sentence (///): the reference shows them to users.")
endif()
