# What Doxygen reads instead of a page: it makes no anchors of headings by itself, as the sites that show the pages do.
# Each heading gets the label `page-its-words`, and a link to a heading, `page.md#its-words` or `#its-words`, goes to that
# label; Doxygen says where there is none. Headings of the first level name the page and stay as they are.
function slug(text) {
  text = tolower(text)
  gsub(/[^a-z0-9 _-]/, "", text)
  gsub(/ /, "-", text)
  return text
}

FNR == 1 {
  page = FILENAME
  sub(/.*\//, "", page)
  sub(/\.md$/, "", page)
  code = 0
}

/^ *```/ { code = !code }

!code && /^##+ / {
  words = $0
  sub(/^#+ /, "", words)
  at = page "-" slug(words)
  if (seen[at]++) at = at "-" seen[at] - 1  # as the sites that show the pages do
  $0 = $0 " {#" at "}"
}

!code {
  rest = $0
  $0 = ""
  while (match(rest, /\]\([A-Za-z0-9_.\/-]*#[a-z0-9_-]+\)/)) {
    link = substr(rest, RSTART + 2, RLENGTH - 3)
    to = link
    sub(/#.*/, "", to)
    sub(/.*\//, "", to)
    sub(/\.md$/, "", to)
    at = link
    sub(/.*#/, "", at)
    $0 = $0 substr(rest, 1, RSTART + 1) "@ref " (to == "" ? page : to) "-" at ")"
    rest = substr(rest, RSTART + RLENGTH)
  }
  $0 = $0 rest
}

{ print }
