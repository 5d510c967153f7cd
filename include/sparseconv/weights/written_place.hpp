#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// Where that goes which is written to a path.
struct WrittenPlace {
  std::filesystem::path path;  ///< what links lead to, so that a file can be renamed to it and the links stay
  bool is_file =
      true;  ///< also if nothing is there yet; else a device, a pipe, or what the program has open already, as /dev/stdout:
             ///< it is not to be replaced by a file
};

/// Whether a link is one of those that name what a program has open, as /dev/fd/3 and /dev/stdout do where they are links.
[[nodiscard]] inline bool is_link_to_open_file(std::filesystem::path const& link) {
  std::error_code failure;
  std::filesystem::path const folder =
      std::filesystem::canonical(std::filesystem::absolute(link, failure).parent_path(), failure);
  return folder.string().starts_with("/proc/");
}

/// Follows the links of a path, also to a file that is not there yet.
///
/// Throws: Error if a directory is there, or links lead in a circle; the message begins with `where`, as in "write_png: cannot write
///         scan.png".
inline WrittenPlace written_place(std::filesystem::path const& path, std::string_view where) {
  namespace fs = std::filesystem;
  std::error_code failure;
  fs::file_status const status = fs::status(path, failure);  // of what links lead to
  if (fs::is_directory(status)) throw Error({where, ": this is a directory; name a file in it"});
  if (fs::exists(status) && !fs::is_regular_file(status)) return {path, false};
  WrittenPlace place{.path = path};
  constexpr int most_links = 40;  // as systems have it
  for (int links = 0; fs::is_symlink(fs::symlink_status(place.path, failure)); ++links) {
    if (links == most_links)
      throw Error({where, ": its links lead in a circle; name a file, or a link that leads to one"});
    if (is_link_to_open_file(place.path)) return {path, false};
    fs::path const next = fs::read_symlink(place.path, failure);
    if (failure) break;
    place.path = place.path.parent_path() / next;  // which is `next` if that begins at the root
  }
  return place;
}

}  // namespace sparseconv::inline v0_1
