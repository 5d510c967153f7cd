#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/opened_file.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

// Not on Windows: a file that is mapped could be neither replaced nor deleted there.
#if SPARSECONV_POSIX && __has_include(<sys/mman.h>)
#include <sys/mman.h>
#define SPARSECONV_MAPS_FILES 1
#else
#define SPARSECONV_MAPS_FILES 0
#endif

namespace sparseconv::inline v0_1 {

#if SPARSECONV_MAPS_FILES
/// An open regular file as memory, which the system reads where it is touched; empty if it cannot be mapped.
[[nodiscard]] inline SharedBytes map_open_file(std::FILE* file) {
  std::uint64_t const bytes = size_of_open_file(file);
  bool const fits = bytes > 0 && bytes <= std::numeric_limits<std::size_t>::max();
  std::size_t const size = fits ? static_cast<std::size_t>(bytes) : 0;
  void* const at = fits ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, ::fileno(file), 0) : MAP_FAILED;
  if (at == MAP_FAILED) return {};
  std::shared_ptr<void const> owner(at, [size](void const* mapped) { ::munmap(const_cast<void*>(mapped), size); });
  return {std::move(owner), {static_cast<std::byte const*>(at), size}};
}
#endif

/// The bytes of a whole file: mapped where the system can do so, else read (on Windows always); a pipe is read to its end. A mapped
/// file may be renamed, replaced or deleted while the bytes are in use. It must not be made shorter in its place: the system ends a
/// program that touches what is gone (SIGBUS). Nor must it be written to, as the bytes would change behind what was judged.
///
/// Throws:  FormatError if there is no such file, if it is a directory or a device, which may have no end, or if it cannot be read.
///          `call` begins the message.
[[nodiscard]] inline SharedBytes map_file(std::filesystem::path const& path, std::string_view call) {
  FileBytes file(path, call);
  if (std::error_code failure; std::filesystem::is_character_file(path, failure))
    throw FormatError({file.where(), ": this is a device; name a file"});
#if SPARSECONV_MAPS_FILES
  SharedBytes mapped = map_open_file(file.stream());  // which needs it open no longer
  if (!mapped.empty()) return mapped;
#endif
  (void)file.read_all();
  return file.take();
}

}  // namespace sparseconv::inline v0_1
