# What Doxygen reads instead of a header. Users write sparseconv:: alone, which Doxygen loses where an inline namespace is opened with
# it. The parts of a docstring (Shapes, Throws and the others) become a list, but for one that is the docstring's first line, which
# stands in overviews.
{ sub(/^namespace sparseconv::inline v[0-9_]*/, "namespace sparseconv") }

was_docstring && match($0, /^ *\/\/\/ +(Shapes|Units|Order|Bits|Work|Throws|Source|Error|Memory)(, [A-Z][a-z]+)*: /) {
  match($0, /\/\/\/ +/)
  before = substr($0, 1, RSTART + 2)
  rest = substr($0, RSTART + RLENGTH)
  colon = index(rest, ":")
  $0 = before " - **" substr(rest, 1, colon) "**" substr(rest, colon + 1)
}

{
  was_docstring = /^ *\/\/\//
  print
}
