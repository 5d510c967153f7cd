#pragma once

#include <cstdio>
#include <string>

#include "command_line/terminal.hpp"

namespace run_network {

/// A line on the terminal's stderr that says what is done at present, and is gone in the end. Without a terminal it says nothing.
class ProgressLine {
 public:
  ProgressLine() = default;
  ProgressLine(ProgressLine const&) = delete;
  ProgressLine& operator=(ProgressLine const&) = delete;
  ~ProgressLine() { show(""); }

  void show(std::string const& what) const {
    if (is_terminal_) std::fprintf(stderr, "\r\033[K%s", what.c_str());
  }

 private:
  bool is_terminal_ = command_line::stderr_is_a_terminal();
};

}  // namespace run_network
