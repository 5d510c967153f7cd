#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

// Not on Windows: a file that is mapped could be neither replaced nor deleted there.
#if SPARSECONV_POSIX && __has_include(<sys/mman.h>)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define SPARSECONV_MAPS_FILES 1
#else
#define SPARSECONV_MAPS_FILES 0
#endif

namespace sparseconv::inline v0_1 {

#if SPARSECONV_MAPS_FILES
/// A regular file as memory, which the system reads where it is touched; empty if it cannot be mapped.
[[nodiscard]] inline SharedBytes map_regular_file(std::filesystem::path const& path) {
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  struct stat status {};
  bool const is_regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  bool const fits = is_regular && static_cast<std::uint64_t>(status.st_size) <= std::numeric_limits<std::size_t>::max();
  std::size_t const size = fits ? static_cast<std::size_t>(status.st_size) : 0;
  void* const at = fits ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);  // the mapping does not need it
  if (at == MAP_FAILED) return {};
  std::shared_ptr<void const> owner(at, [size](void const* mapped) { ::munmap(const_cast<void*>(mapped), size); });
  return {std::move(owner), {static_cast<std::byte const*>(at), size}};
}
#endif

/// The bytes of a whole file: mapped where the system can do so, else read (on Windows always); a pipe is read to its end. A mapped
/// file may be renamed or deleted while the bytes are in use; it must not be made shorter.
///
/// Throws:  FormatError if there is no such file, if it is a directory, or if it cannot be read. `call` begins the message.
[[nodiscard]] inline SharedBytes map_file(std::filesystem::path const& path, std::string_view call) {
  FileBytes file(path, call);
#if SPARSECONV_MAPS_FILES
  SharedBytes mapped = file.size() ? map_regular_file(path) : SharedBytes();
  if (!mapped.empty()) return mapped;
#endif
  (void)file.read_all();
  return file.take();
}

}  // namespace sparseconv::inline v0_1
