#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "sparseconv/config.hpp"
#include "sparseconv/weights/uninterrupted.hpp"

#if SPARSECONV_POSIX
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#elif defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#endif

namespace sparseconv::inline v0_1 {

#if SPARSECONV_POSIX
/// A file that is opened by POSIX's flags and letters for std::FILE; null, with errno, if it cannot be. Programs that this one starts
/// do not get it. A signal may come while a pipe waits for its other end.
[[nodiscard]] inline std::FILE* open_stream(std::filesystem::path const& path, int flags, ::mode_t rights,
                                            char const* letters) {
  int const file = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, rights); });
  if (file < 0) return nullptr;
  std::FILE* const stream = ::fdopen(file, letters);
  if (stream == nullptr) {
    int const reason = errno;
    ::close(file);
    errno = reason;
  }
  return stream;
}
#endif

/// A file that is opened to read its bytes; null, with errno, if it cannot be.
[[nodiscard]] inline std::FILE* open_to_read(std::filesystem::path const& path) {
#if SPARSECONV_POSIX
  return open_stream(path, O_RDONLY, 0, "rb");
#elif defined(_WIN32)
  return ::_wfopen(path.c_str(), L"rbN");  // by its wide name, as a narrow one need not hold it
#else
  return std::fopen(path.c_str(), "rb");
#endif
}

/// Whether a call of the system failed, as errno says, because the program or the system has too many files open.
[[nodiscard]] inline bool are_too_many_open(int reason) noexcept {
  return reason == EMFILE || reason == ENFILE;
}

/// What is done with a file that is there already.
enum class OldFile {
  refuse,  ///< it is not opened
  empty,   ///< it is emptied
  append   ///< it is written on behind its end
};

/// Who may read and write a file that was not there.
enum class NewFile {
  usual,        ///< whom the system lets
  owners_alone  ///< its owner, as far as the system knows such rights
};

/// A file that is opened to write bytes to it; null, with errno, if it cannot be.
[[nodiscard]] inline std::FILE* open_to_write(std::filesystem::path const& path, OldFile old,
                                              [[maybe_unused]] NewFile made = NewFile::usual) {
  char const* const letters = old == OldFile::append ? "ab" : "wb";
#if SPARSECONV_POSIX
  int const how = old == OldFile::refuse ? O_EXCL : old == OldFile::empty ? O_TRUNC : O_APPEND;
  return open_stream(path, O_WRONLY | O_CREAT | how, made == NewFile::usual ? 0666 : 0600, letters);
#elif defined(_WIN32)
  // By its wide name, as a narrow one need not hold it. That a file must be new has no letter in every C library of Windows.
  int const how = old == OldFile::refuse ? _O_EXCL : old == OldFile::empty ? _O_TRUNC : _O_APPEND;
  int const flags = _O_WRONLY | _O_BINARY | _O_NOINHERIT | _O_CREAT | how;
  int const file = ::_wopen(path.c_str(), flags, _S_IREAD | _S_IWRITE);
  return file < 0 ? nullptr : ::_fdopen(file, letters);
#else
  return std::fopen(path.c_str(), old == OldFile::refuse ? "wbx" : letters);
#endif
}

/// The bytes of a regular file that is open, as the system counts them now; 0 of pipes and devices, and of some files that have bytes
/// all the same.
[[nodiscard]] inline std::uint64_t size_of_open_file(std::FILE* file) {
#if SPARSECONV_POSIX
  struct ::stat status {};
  bool const is_known = uninterrupted([&] { return ::fstat(::fileno(file), &status); }) == 0;
  return is_known && S_ISREG(status.st_mode) && status.st_size > 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
#elif defined(_WIN32)
  struct ::_stat64 status {};
  bool const is_known = ::_fstat64(::_fileno(file), &status) == 0;
  bool const is_regular = is_known && (status.st_mode & _S_IFMT) == _S_IFREG;
  return is_regular && status.st_size > 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
#else
  static_cast<void>(file);
  return 0;
#endif
}

}  // namespace sparseconv::inline v0_1
