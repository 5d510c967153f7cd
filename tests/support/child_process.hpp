#pragma once

#include "sparseconv/config.hpp"

#if SPARSECONV_POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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
  ::pid_t ended = -1;
  do ended = ::waitpid(child, &status, 0);
  while (ended < 0 && errno == EINTR);
  if (ended != child) return "waitpid failed";
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "it did not end"
                                       : "it was ended by signal " + std::to_string(WTERMSIG(status));
  }
  if (WEXITSTATUS(status) == 0) return "";
  return WEXITSTATUS(status) == 1 ? "the body returned false" : "it ended with " + std::to_string(WEXITSTATUS(status));
}

/// The same of a body that runs without the rights of an administrator, who may do everything with every file.
template <class Body>
std::string as_somebody_else(Body const& body) {
  return outcome_in_child([&] {
    bool const is_administrator = ::geteuid() == 0;
    if (is_administrator && (::setgid(12345) != 0 || ::setuid(12345) != 0)) return false;
    return body();
  });
}

}  // namespace sparseconv::test
#endif
