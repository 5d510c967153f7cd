#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

namespace sparseconv::inline v0_1 {

/// A file, pipe or device that is written from its beginning to its end. Small pieces wait until there are many.
///
/// Its calls say by errno why they failed; once one did, all others fail with the same. A signal that comes meanwhile is no failure:
/// what it left unwritten is written then. What waits when the object ends is not written any more.
class OutputFile {
 public:
  /// None, to which nothing can be written.
  OutputFile() = default;

  /// Of what open_to_write opened.
  explicit OutputFile(std::FILE* file) : file_(file), failure_(file != nullptr ? 0 : errno != 0 ? errno : EBADF) {
    // What a buffer of std::FILE lost to a signal could not be told.
    if (file_) static_cast<void>(std::setvbuf(file_.get(), nullptr, _IONBF, 0));
  }

  /// Whether it is open.
  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }

  /// What calls of the system take. It is written to by write() alone.
  [[nodiscard]] std::FILE* stream() const noexcept { return file_.get(); }

  /// Writes bytes, or lets them wait. False if it failed.
  [[nodiscard]] bool write(std::span<const std::byte> bytes) {
    constexpr std::size_t most_waiting = 1 << 16;
    if (waiting_.size() + bytes.size() < most_waiting) {
      if (has_failed()) return false;
      waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
      return true;
    }
    if (!send(waiting_)) return false;
    waiting_.clear();
    return send(bytes);
  }

  /// Writes what waits, and ends the file. False if it failed.
  [[nodiscard]] bool close() {
    static_cast<void>(send(waiting_));
    // After a signal the file is closed all the same, and its bytes are with the system.
    if (file_ && std::fclose(file_.release()) != 0 && errno != EINTR && failure_ == 0) failure_ = errno;
    bool const is_whole = !has_failed();
    if (is_whole) failure_ = EBADF;  // for calls that come after
    return is_whole;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[nodiscard]] bool has_failed() const noexcept {
    if (failure_ != 0) errno = failure_;
    return failure_ != 0;
  }

  bool send(std::span<const std::byte> bytes) {
    constexpr std::size_t most_at_once = std::size_t{1} << 30;  // Windows writes less than 2 GiB in a call
    if (has_failed()) return false;
    while (!bytes.empty()) {
      std::size_t const wanted = std::min(bytes.size(), most_at_once);
      errno = 0;
      std::size_t const written = std::fwrite(bytes.data(), 1, wanted, file_.get());
      bytes = bytes.subspan(written);
      if (written == wanted) continue;
      if (errno != EINTR) {
        failure_ = errno == 0 ? EIO : errno;
        return !has_failed();
      }
      std::clearerr(file_.get());  // a signal came
    }
    return true;
  }

  std::unique_ptr<std::FILE, Closer> file_;
  std::vector<std::byte> waiting_;
  int failure_ = EBADF;
};

}  // namespace sparseconv::inline v0_1
