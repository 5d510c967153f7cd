#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace sparseconv::test {

/// What a run of a program printed, on stdout and stderr together, and its exit status.
struct Outcome {
  int status;
  std::string text;
};

/// Runs a program in a folder, with nothing to read.
inline Outcome run_program(std::string const& program, std::string const& arguments,
                           std::filesystem::path const& folder) {
  std::string const command = "cd '" + folder.string() + "' && '" + program + "' " + arguments + " 2>&1 </dev/null";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, "popen failed"};
  Outcome outcome{-1, ""};
  char piece[512];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr) outcome.text += piece;
  int const status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  return outcome;
}

}  // namespace sparseconv::test
