#pragma once

#include "sparseconv/config.hpp"

#if SPARSECONV_POSIX
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sparseconv::test {

/// While it lives, this process can open no more files.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    int const lowest_free = ::open("/dev/null", O_RDONLY);
    ::close(lowest_free);
    ::rlimit limit = before_;
    limit.rlim_cur = static_cast<::rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  NoMoreFiles(NoMoreFiles const&) = delete;
  NoMoreFiles& operator=(NoMoreFiles const&) = delete;
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  struct ::rlimit before_ {};
};

}  // namespace sparseconv::test
#endif
