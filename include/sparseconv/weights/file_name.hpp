#pragma once

#include <concepts>
#include <filesystem>
#include <string_view>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// Checks that a path has no zero in it: systems end names there, so that another file would be opened than the path says. `where`
/// begins the message.
///
/// Throws:  Exception if it has one.
template <std::derived_from<Error> Exception>
void expect_whole_name(std::filesystem::path const& path, std::string_view where) {
  if (path.native().find(std::filesystem::path::value_type{}) == std::filesystem::path::string_type::npos) return;
  throw Exception(
      {where, ": the name has a zero byte (shown as ?), where the system would end it; give it without one"});
}

}  // namespace sparseconv::inline v0_1
