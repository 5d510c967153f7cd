#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

namespace sparseconv::test {

/// A size that no reader should come to the end of before it judges what stands at the beginning.
inline constexpr std::uintmax_t large_file = 3'000'000'000;

/// Lets a file go on with zeros up to that size; they take no place on the disk. False where that cannot be done.
inline bool grow_with_zeros(std::filesystem::path const& path) {
  std::error_code failure;
  std::filesystem::resize_file(path, large_file, failure);
  return !failure;
}

/// How many bytes this process has read from files so far; nothing where the system does not count them.
inline std::optional<std::uint64_t> bytes_read() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (counters >> name >> value)
    if (name == "rchar:") return value;
  return std::nullopt;
}

/// How many bytes `call` reads from files; 0 where the system does not count them.
template <class Call>
std::uint64_t bytes_read_by(Call&& call) {
  const std::optional<std::uint64_t> before = bytes_read();
  call();
  const std::optional<std::uint64_t> after = bytes_read();
  return before && after ? *after - *before : 0;
}

}  // namespace sparseconv::test
