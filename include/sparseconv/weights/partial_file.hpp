#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/file_rights.hpp"
#include "sparseconv/weights/opened_file.hpp"
#include "sparseconv/weights/written_place.hpp"

namespace sparseconv::inline v0_1 {

/// A file that appears whole or not at all: it is written under another name beside it, then renamed. A file of that name
/// stays as it was until then; the new one has its permissions, and its owner where the system allows that. Links to it stay, but another
/// name of its own (a hard link) keeps the old bytes. Devices and pipes are written at once, as they cannot be replaced; so is what
/// the program has open already, as /dev/stdout, behind what is there.
///
/// Who stops the program finds the old file, and perhaps one with `.partial` behind its name. Nothing is forced onto the disk.
class PartialFile {
 public:
  /// `where` begins every message, as in "write_png: cannot write scan.png".
  ///
  /// Throws:  Error if no file can be made in the folder, or the path is that of a directory.
  PartialFile(std::filesystem::path const& path, std::string where) : where_(std::move(where)) {
    WrittenPlace const place = written_place(path, where_);
    path_ = place.path;
    if (place.is_file) {
      partial_ = name_beside(path_);
      file_.reset(open_to_write(partial_, OldFile::refuse));
      if (file_) take_rights_of(path_, file_.get(), partial_);
    } else {
      std::error_code failure;
      bool const is_open_already = std::filesystem::is_regular_file(path_, failure);
      file_.reset(open_to_write(path_, is_open_already ? OldFile::append : OldFile::empty));
    }
    if (!file_) fail(std::generic_category().message(errno), "; the folder must exist and be writable");
  }
  PartialFile(PartialFile const&) = delete;
  PartialFile& operator=(PartialFile const&) = delete;
  ~PartialFile() {
    file_.reset();
    if (partial_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }

  /// What to write to, until keep().
  [[nodiscard]] std::FILE* stream() const noexcept { return file_.get(); }

  /// Throws:  Error if the bytes cannot be written.
  void write(std::span<const std::byte> bytes) {
    constexpr std::size_t most_at_once = std::size_t{1} << 30;  // Windows writes less than 2 GiB in a call
    while (!bytes.empty()) {
      std::size_t const count = std::min(bytes.size(), most_at_once);
      if (std::fwrite(bytes.data(), 1, count, file_.get()) != count)
        fail(std::generic_category().message(errno), "; check the disk");
      bytes = bytes.subspan(count);
    }
  }

  /// Puts the file in its place.
  ///
  /// Throws:  Error if what was written does not reach the disk's file system, or the file cannot be renamed.
  void keep() {
    if (std::fclose(file_.release()) != 0) fail(std::generic_category().message(errno), "; check the disk");
    if (partial_.empty()) return;
    std::error_code failure;
    std::filesystem::rename(partial_, path_, failure);
#if defined(_WIN32)
    if (failure) fail(failure.message(), "; no program may have the old file open");
#else
    if (failure) fail(failure.message(), "");
#endif
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  /// A name that is the writer's own, so that two programs that write the same file do not meet in one.
  static std::filesystem::path name_beside(std::filesystem::path const& path) {
    constexpr std::size_t most_bytes = 200;  // of 255, which systems allow for a name
    std::string const name = path.filename().string();
    std::string const number = std::to_string(std::random_device{}());
    return path.parent_path() / ((name.size() > most_bytes ? std::string() : name) + "." + number + ".partial");
  }

  [[noreturn]] void fail(std::string const& reason, std::string_view cure) const {
    throw Error({where_, ": ", reason, cure});
  }

  std::filesystem::path path_;
  std::filesystem::path partial_;  ///< empty where nothing is renamed
  std::string where_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace sparseconv::inline v0_1
