#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/file_name.hpp"

namespace sparseconv::inline v0_1 {

/// Where that goes which is written to a path.
struct WrittenPlace {
  std::filesystem::path path;  ///< what links lead to, so that a file can be renamed to it and the links stay
  /// Also if nothing is there yet; else a device, a pipe, or what the program has open already, as /dev/stdout: it is not to be
  /// replaced by a file.
  bool is_file = true;
};

/// Whether a link is one of those that name what a program has open, as /dev/fd/3 and /dev/stdout do where they are links.
[[nodiscard]] inline bool is_link_to_open_file(std::filesystem::path const& link) {
  std::error_code failure;
  std::filesystem::path const folder =
      std::filesystem::canonical(std::filesystem::absolute(link, failure).parent_path(), failure);
  return folder.string().starts_with("/proc/");
}

#if defined(_WIN32)
/// Whether a path is the name of a device, which it has in every folder and with every ending: NUL, con.txt, COM1 and so on.
[[nodiscard]] inline bool is_device_name(std::filesystem::path const& path) {
  std::u8string name = path.filename().u8string();
  name.resize(std::min(name.find_first_of(u8".: "), name.size()));
  for (char8_t& letter : name)
    if (letter >= u8'a' && letter <= u8'z') letter = static_cast<char8_t>(letter - u8'a' + u8'A');
  bool const has_number = name.size() == 4 && name[3] >= u8'1' && name[3] <= u8'9';
  if (has_number) return name.starts_with(u8"COM") || name.starts_with(u8"LPT");
  return name == u8"CON" || name == u8"PRN" || name == u8"AUX" || name == u8"NUL";
}
#endif

/// Follows the links of a path, also to a file that is not there yet.
///
/// Throws: Error if a directory is there, links lead in a circle, the name has a zero byte, or, on Windows, the file there is
///         read-only; the message begins with `where`, as in "write_png: cannot write scan.png".
inline WrittenPlace written_place(std::filesystem::path const& path, std::string_view where) {
  namespace fs = std::filesystem;
  expect_whole_name<Error>(path, where);
  std::error_code failure;
  fs::file_status const status = fs::status(path, failure);  // of what links lead to
  if (fs::is_directory(status)) throw Error({where, ": this is a directory; name a file in it"});
#if defined(_WIN32)
  if (is_device_name(path)) return {path, false};
  if (fs::exists(status) && (status.permissions() & fs::perms::owner_write) == fs::perms::none)
    throw Error({where, ": the file that is there is read-only; name another, or let it be written"});
#endif
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
