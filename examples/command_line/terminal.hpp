#pragma once

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace command_line {

/// Whether what is written to stderr is seen on a terminal that can clear a line. Those of Windows can only where a program asks them to.
inline bool stderr_is_a_terminal() {
#if defined(_WIN32)
  return false;
#else
  return ::isatty(STDERR_FILENO) == 1;
#endif
}

}  // namespace command_line
