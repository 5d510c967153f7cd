#pragma once

#include <filesystem>

namespace sparseconv::test {

/// The path of a real scan that lies beside the checkout, or an empty path if it is not there.
inline std::filesystem::path shared_data(char const* name) {
#ifdef SPARSECONV_SHARED_DATA
  const std::filesystem::path path = std::filesystem::path(SPARSECONV_SHARED_DATA) / name;
  if (std::filesystem::exists(path)) return path;
#else
  static_cast<void>(name);
#endif
  return {};
}

}  // namespace sparseconv::test
