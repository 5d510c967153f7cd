#pragma once

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "sparseconv/config.hpp"
#include "sparseconv/weights/uninterrupted.hpp"

#if SPARSECONV_POSIX
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace sparseconv::inline v0_1 {

/// Gives a file that takes another's place the other's permissions, and its owner and group where the system allows that. Nobody may do
/// more with the new file than with the old one; the bits that change who runs a program are not taken over. Nothing is done if there
/// is no other, and on Windows, where the folder says who may read and write a new file.
///
/// `file` is open and lies at `at`; nothing was written to it yet.
inline void take_rights_of(std::filesystem::path const& other, std::FILE* file, std::filesystem::path const& at) {
#if SPARSECONV_POSIX
  static_cast<void>(at);
  struct ::stat was {};
  if (uninterrupted([&] { return ::stat(other.c_str(), &was); }) != 0) return;
  int const descriptor = ::fileno(file);
  auto const give = [&](::uid_t owner) {
    return uninterrupted([&] { return ::fchown(descriptor, owner, was.st_gid); }) == 0;
  };
  ::mode_t rights = was.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
  // Who is not the administrator gives no file away, but perhaps to another of his groups.
  if (!give(was.st_uid) && !give(static_cast<::uid_t>(-1))) {
    // Another group than the old one has what all others have.
    rights = (rights & ~static_cast<::mode_t>(S_IRWXG)) | (rights & S_IRWXG & ((rights & S_IRWXO) << 3));
  }
  static_cast<void>(
      uninterrupted([&] { return ::fchmod(descriptor, rights); }));  // a file system without rights has none to keep
#elif defined(_WIN32)
  // The one right that std::filesystem knows there is that to write, and a file without it could not be put in its place.
  static_cast<void>(other);
  static_cast<void>(file);
  static_cast<void>(at);
#else
  static_cast<void>(file);
  std::error_code failure;
  std::filesystem::file_status const was = std::filesystem::status(other, failure);
  if (std::filesystem::exists(was)) std::filesystem::permissions(at, was.permissions(), failure);
#endif
}

}  // namespace sparseconv::inline v0_1
