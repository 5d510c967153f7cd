#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#endif

namespace sparseconv::inline v0_1 {

/// A file that is opened to read its bytes; null, with errno, if it cannot be.
[[nodiscard]] inline std::FILE* open_to_read(std::filesystem::path const& path) {
  std::FILE* file = nullptr;
  do {
    errno = 0;
#if defined(_WIN32)
    file = ::_wfopen(path.c_str(), L"rb");  // by its wide name, as a narrow one need not hold it
#else
    file = std::fopen(path.c_str(), "rb");
#endif
  } while (file == nullptr && errno == EINTR);  // a signal came while a pipe waited for who writes to it
  return file;
}

/// What is done with a file that is there already.
enum class OldFile {
  refuse,  ///< it is not opened
  empty,   ///< it is emptied
  append   ///< it is written on behind its end
};

/// A file that is opened to write bytes to it; null, with errno, if it cannot be.
[[nodiscard]] inline std::FILE* open_to_write(std::filesystem::path const& path, OldFile old) {
#if defined(_WIN32)
  // By its wide name, as a narrow one need not hold it. That a file must be new has no letter in every C library of Windows.
  int const how = old == OldFile::refuse ? _O_EXCL : old == OldFile::empty ? _O_TRUNC : _O_APPEND;
  int const file = ::_wopen(path.c_str(), _O_WRONLY | _O_BINARY | _O_CREAT | how, _S_IREAD | _S_IWRITE);
  return file < 0 ? nullptr : ::_fdopen(file, old == OldFile::append ? "ab" : "wb");
#else
  return std::fopen(path.c_str(), old == OldFile::refuse ? "wbx" : old == OldFile::empty ? "wb" : "ab");
#endif
}

}  // namespace sparseconv::inline v0_1
