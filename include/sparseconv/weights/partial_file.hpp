#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/file_rights.hpp"
#include "sparseconv/weights/opened_file.hpp"
#include "sparseconv/weights/output_file.hpp"
#include "sparseconv/weights/written_place.hpp"

namespace sparseconv::inline v0_1 {

/// A file that appears whole or not at all: it is written under another name beside it, then renamed. A file of that name
/// stays as it was until then; the new one has its permissions, and its owner where the system allows that. Links to it stay, but another
/// name of its own (a hard link) keeps the old bytes. Devices and pipes are written at once, as they cannot be replaced; so is what
/// the program has open already, as /dev/stdout, behind what is there. A signal that comes while a pipe is waited for changes nothing.
///
/// Who stops the program finds the old file, and perhaps one with `.partial` behind its name. Nothing is forced onto the disk.
class PartialFile {
 public:
  /// `where` begins every message, as in "write_png: cannot write scan.png".
  ///
  /// Throws:  Error if no file can be made in the folder, the path is that of a directory, or it has a zero byte.
  PartialFile(std::filesystem::path const& path, std::string where) : where_(std::move(where)) {
    WrittenPlace const place = written_place(path, where_);
    path_ = place.path;
    if (place.is_file) {
      partial_ = name_beside(path_);
      // Who may not read the old file may not open the new one either, before it has the same rights.
      std::error_code failure;
      NewFile const made = std::filesystem::exists(path_, failure) ? NewFile::owners_alone : NewFile::usual;
      file_ = OutputFile(open_to_write(partial_, OldFile::refuse, made));
      if (file_.is_open()) take_rights_of(path_, file_.stream(), partial_);
    } else {
      std::error_code failure;
      bool const is_open_already = std::filesystem::is_regular_file(path_, failure);
      file_ = OutputFile(open_to_write(path_, is_open_already ? OldFile::append : OldFile::empty));
    }
    if (!file_.is_open()) fail_to_open(errno);
  }
  PartialFile(PartialFile const&) = delete;
  PartialFile& operator=(PartialFile const&) = delete;
  ~PartialFile() {
    file_ = OutputFile();
    if (partial_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }

  /// Throws:  Error if the bytes cannot be written.
  void write(std::span<const std::byte> bytes) {
    if (!file_.write(bytes)) fail_to_write(errno);
  }

  /// Puts the file in its place.
  ///
  /// Throws:  Error if what was written does not reach the disk's file system, now or before, or the file cannot be renamed.
  void keep() {
    if (!file_.close()) fail_to_write(errno);
    if (partial_.empty()) return;
    std::error_code failure;
    std::filesystem::rename(partial_, path_, failure);
#if defined(_WIN32)
    if (failure) fail(failure.message(), "; no program may have the old file open");
#else
    bool const is_kept_back = failure == std::errc::operation_not_permitted || failure == std::errc::permission_denied;
    if (failure)
      fail(failure.message(), is_kept_back ? "; the file that is there may not be replaced: name another" : "");
#endif
  }

 private:
  /// A name that is the writer's own, so that two programs that write the same file do not meet in one.
  static std::filesystem::path name_beside(std::filesystem::path const& path) {
    constexpr std::size_t most_bytes = 200;  // of 255, which systems allow for a name
    std::string const name = path.filename().string();
    std::string const number = std::to_string(std::random_device{}());
    return path.parent_path() / ((name.size() > most_bytes ? std::string() : name) + "." + number + ".partial");
  }

  [[noreturn]] void fail_to_open(int reason) const {
    std::string_view cure = "; the folder must exist and be writable";
    if (reason == ENOSPC) cure = "; check the disk";
    if (are_too_many_open(reason)) cure = "; close some, or let the program have more";
    fail(std::generic_category().message(reason), cure);
  }

  [[noreturn]] void fail_to_write(int reason) const {
    fail(std::generic_category().message(reason),
         partial_.empty() ? "; check what takes its bytes" : "; check the disk");
  }

  [[noreturn]] void fail(std::string const& reason, std::string_view cure) const {
    throw Error({where_, ": ", reason, cure});
  }

  std::filesystem::path path_;
  std::filesystem::path partial_;  ///< empty where nothing is renamed
  std::string where_;
  OutputFile file_;
};

}  // namespace sparseconv::inline v0_1
