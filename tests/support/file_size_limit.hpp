#pragma once

#if defined(_WIN32)
#include <cstdint>
#else
#include <sys/resource.h>
#endif

#include <csignal>

namespace sparseconv::test {

#if defined(_WIN32)
/// Windows knows no such limit: a test that wants one asks `works` first, and is skipped.
class FileSizeLimit {
 public:
  static constexpr bool works = false;
  explicit FileSizeLimit(std::uint64_t) {}
};
#else
/// Lets this process write no file beyond so many bytes while the object lives, as if the disk were full then.
class FileSizeLimit {
 public:
  static constexpr bool works = true;
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    handler_ = std::signal(SIGXFSZ, SIG_IGN);  // it would end the process
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(FileSizeLimit const&) = delete;
  FileSizeLimit& operator=(FileSizeLimit const&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};
#endif

}  // namespace sparseconv::test
