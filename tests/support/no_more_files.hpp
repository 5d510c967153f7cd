#pragma once

#include "sparseconv/config.hpp"

#if SPARSECONV_POSIX
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sparseconv/memory/memory_pool.hpp"  // SPARSECONV_ADDRESS_SANITIZER

namespace sparseconv::test {

/// Sanitizers open a pipe to find out whether memory holds an object, and take it for none where no file can be opened.
#ifdef SPARSECONV_ADDRESS_SANITIZER
inline constexpr bool sees_objects_without_files = false;
#else
inline constexpr bool sees_objects_without_files = true;
#endif

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
