#pragma once

#include "support/interrupting_timer.hpp"

#if SPARSECONV_POSIX
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "support/temporary_file.hpp"

namespace sparseconv::test {

/// A pipe with a name in a folder, whose other end a thread holds that keeps this one waiting: it opens it late, and takes or gives
/// little at a time. No signals come to it.
class SlowPipe {
 public:
  explicit SlowPipe(std::string const& name = "pipe") : file_("other", {}), path_(file_.folder() / name) {
    ::mkfifo(path_.c_str(), 0600);
  }
  ~SlowPipe() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// Begins to read what is written to it.
  void read() {
    thread_ = std::thread([this] {
      InterruptingTimer::spare_this_thread();
      wait();
      int const end = ::open(path_.c_str(), O_RDONLY);
      char piece[8192];
      for (::ssize_t got = 1; got > 0;) {
        got = ::read(end, piece, sizeof piece);
        if (got > 0) text_.append(piece, static_cast<std::size_t>(got));
        wait();
      }
      ::close(end);
    });
  }

  /// Begins to write a text to it.
  void write(std::string text) {
    thread_ = std::thread([this, text = std::move(text)] {
      InterruptingTimer::spare_this_thread();
      wait();
      int const end = ::open(path_.c_str(), O_WRONLY);
      for (std::string_view left = text; !left.empty();) {
        ::ssize_t const written = ::write(end, left.data(), left.size() < 8192 ? left.size() : 8192);
        if (written <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(written));
        wait();
      }
      ::close(end);
    });
  }

  /// What was read, to its end.
  [[nodiscard]] std::string text() {
    thread_.join();
    return text_;
  }

 private:
  static void wait() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

  TemporaryFile file_;
  std::filesystem::path path_;
  std::string text_;
  std::thread thread_;
};

}  // namespace sparseconv::test
#endif
