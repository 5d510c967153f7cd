#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace sparseconv::test {

/// The bytes of a file; none if there is no such file.
inline std::string text_of(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Bytes as a text that can be compared with one.
inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// How many files and folders there are in a folder.
inline std::ptrdiff_t count_files(std::filesystem::path const& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

}  // namespace sparseconv::test
