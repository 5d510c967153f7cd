#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/file_name.hpp"
#include "sparseconv/weights/opened_file.hpp"

namespace sparseconv::inline v0_1 {

/// Checks that there is something to read from at `path`. `where` begins every message.
///
/// Throws:  FormatError if there is no such file, it is a directory, or its name has a zero byte.
inline void expect_file(std::filesystem::path const& path, std::string_view where) {
  expect_whole_name<FormatError>(path, where);
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found)
    throw FormatError({where, ": no such file; check the path, which is relative to ",
                       std::filesystem::current_path(failure).string(), " unless it is absolute"});
  if (std::filesystem::is_directory(status)) throw FormatError({where, ": this is a directory; name one file in it"});
}

/// The error of a file that cannot be opened, for the reason that errno gives. `where` begins the message.
[[nodiscard]] inline FormatError cannot_open(int reason, std::string_view where) {
  if (are_too_many_open(reason))
    return FormatError(
        {where, ": the file cannot be opened, as too many are open; close some, or let the program have more"});
  if (reason == ELOOP)
    return FormatError({where, ": its links lead in a circle; name a file, or a link that leads to one"});
  if (reason == EACCES || reason == EPERM)
    return FormatError({where, ": the file cannot be opened; check its permissions"});
  return FormatError({where, ": the file cannot be opened (", std::generic_category().message(reason),
                      "); name one that can be read"});
}

/// A file or a pipe that is read from its beginning to its end.
///
/// Not a std::ifstream: that of libc++ takes a failing disk for the end of the file.
class InputFile {
 public:
  /// `where` begins every message, as in "read_ply: scan.ply".
  ///
  /// Throws:  FormatError if there is no such file, if it is a directory, if it cannot be opened, or if its name has a zero byte.
  InputFile(std::filesystem::path const& path, std::string_view where) {
    expect_file(path, where);
    file_.reset(open_to_read(path));
    if (!file_) throw cannot_open(errno, where);
    // Who reads takes many bytes at once.
    static_cast<void>(std::setvbuf(file_.get(), nullptr, _IONBF, 0));
    size_ = size_of_open_file(file_.get());  // by its path it may be another file by now
  }

  /// Its bytes when it was opened, as far as the system says: 0 of a pipe, and of some files that have bytes all the same. It may grow
  /// or shrink while it is read.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// What calls of the system take. It is read by read() alone.
  [[nodiscard]] std::FILE* stream() const noexcept { return file_.get(); }

  /// Reads as many bytes as there is place for; fewer only at the end. Returns how many.
  ///
  /// Throws:  FormatError if reading fails.
  std::size_t read(std::span<std::byte> place, std::string_view where) {
    constexpr std::size_t most_at_once = std::size_t{1} << 30;  // Windows reads less than 2 GiB in a call
    std::size_t count = 0;
    while (count < place.size()) {
      std::size_t const wanted = std::min(place.size() - count, most_at_once);
      errno = 0;
      std::size_t const got = std::fread(place.data() + count, 1, wanted, file_.get());
      count += got;
      if (got == wanted) continue;
      if (std::ferror(file_.get()) == 0) break;
      if (errno != EINTR)
        throw FormatError({where, ": reading failed after ", bytes_ + count, " bytes; check the disk"});
      std::clearerr(file_.get());  // a signal came
    }
    bytes_ += count;
    return count;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, Closer> file_;
  std::uint64_t size_ = 0;
  std::uint64_t bytes_ = 0;  // read so far
};

}  // namespace sparseconv::inline v0_1
