#pragma once

#include "sparseconv/config.hpp"

#if SPARSECONV_POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "support/thread_sanitizer.hpp"

namespace sparseconv::test {

/// Whether a child of this process may start threads: the thread sanitizer does not let it.
inline constexpr bool children_have_threads = !SPARSECONV_THREAD_SANITIZER;

/// Runs the body in a child of this process, which then ends as a program does, and says how: "" if the body returned true.
template <class Body>
std::string outcome_in_child(Body const& body, unsigned seconds = 60) {
  std::fflush(nullptr);
  pid_t const child = ::fork();
  if (child < 0) return "fork failed";
  if (child == 0) {
    ::alarm(seconds);
    try {
      std::exit(body() ? 0 : 1);
    } catch (std::exception const& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
      std::exit(2);
    }
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return "waitpid failed";
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "it did not end"
                                       : "it was ended by signal " + std::to_string(WTERMSIG(status));
  }
  if (WEXITSTATUS(status) == 0) return "";
  return WEXITSTATUS(status) == 1 ? "the body returned false" : "it ended with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace sparseconv::test
#endif
