#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sparseconv/error.hpp"

namespace command_line {

/// A file of the command line, and what messages call it. Empty where the option is not given.
struct NamedFile {
  std::string name;
  std::string file;
};

/// Whether two paths lead to one file, there already or not. Devices and pipes are none.
inline bool lead_to_one_file(std::string const& one, std::string const& other) {
  namespace fs = std::filesystem;
  std::error_code failure;
  if (fs::exists(one, failure) && !fs::is_regular_file(one, failure)) return false;
  if (fs::equivalent(one, other, failure)) return true;
  return fs::weakly_canonical(fs::absolute(one)) == fs::weakly_canonical(fs::absolute(other));
}

/// Checks before a run that what it writes can be put there, and takes the place of nothing that it reads or writes too.
///
/// Throws: Error; the message begins with `program`.
inline void check_files(std::string_view program, std::vector<NamedFile> const& written,
                        std::vector<NamedFile> const& read) {
  auto const refuse = [&](std::initializer_list<sparseconv::MessagePart> parts) {
    throw sparseconv::Error(std::string(program) + ": " + sparseconv::error_message(parts));
  };
  auto const differ = [&](NamedFile const& one, NamedFile const& other) {
    if (one.file.empty() || other.file.empty() || !lead_to_one_file(one.file, other.file)) return;
    if (one.file == other.file) {
      refuse({one.name, " and ", other.name, " both name ", one.file, "; give each a file of its own"});
    }
    refuse(
        {one.name, " ", one.file, " and ", other.name, " ", other.file, " are one file; give each a file of its own"});
  };
  for (std::size_t i = 0; i < written.size(); ++i) {
    NamedFile const& file = written[i];
    for (NamedFile const& other : read) differ(file, other);
    for (std::size_t before = 0; before < i; ++before) differ(file, written[before]);
    std::error_code failure;
    if (std::filesystem::is_directory(file.file, failure)) {
      refuse({file.name, " ", file.file, ": this is a directory; name a file in it"});
    }
    std::filesystem::path const folder = std::filesystem::path(file.file).parent_path();
    if (folder.empty() || std::filesystem::is_directory(folder, failure)) continue;
    refuse({file.name, " ", file.file, ": there is no folder ", folder.string(),
            "; make it, or give a path in an existing folder"});
  }
}

}  // namespace command_line
