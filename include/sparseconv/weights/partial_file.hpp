#pragma once

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
#include "sparseconv/weights/written_place.hpp"

namespace sparseconv::inline v0_1 {

/// A file that appears whole or not at all: it is written under another name beside it, then renamed. A file of that name
/// stays as it was until then. Links to it stay. Devices and pipes are written at once, as they cannot be replaced.
class PartialFile {
 public:
  /// `where` begins every message, as in "write_png: cannot write scan.png".
  ///
  /// Throws:  Error if no file can be made in the folder, or the path is that of a directory.
  PartialFile(std::filesystem::path const& path, std::string where) : where_(std::move(where)) {
    WrittenPlace const place = written_place(path, where_);
    path_ = place.path;
    if (place.is_file) {
      // The name is the writer's own, so that two programs that write the same file do not meet in one.
      partial_ = path_;
      partial_ += "." + std::to_string(std::random_device{}()) + ".partial";
      file_.reset(std::fopen(partial_.string().c_str(), "wbx"));
    } else {
      file_.reset(std::fopen(path_.string().c_str(), "wb"));
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
    if (bytes.empty()) return;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
      fail(std::generic_category().message(errno), "; check the disk");
  }

  /// Puts the file in its place.
  ///
  /// Throws:  Error if what was written does not reach the disk's file system, or the file cannot be renamed.
  void keep() {
    if (std::fclose(file_.release()) != 0) fail(std::generic_category().message(errno), "; check the disk");
    if (partial_.empty()) return;
    std::error_code failure;
    std::filesystem::rename(partial_, path_, failure);
    if (failure) fail(failure.message(), "");
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[noreturn]] void fail(std::string const& reason, std::string_view cure) const {
    throw Error({where_, ": ", reason, cure});
  }

  std::filesystem::path path_;
  std::filesystem::path partial_;  ///< empty where nothing is renamed
  std::string where_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace sparseconv::inline v0_1
