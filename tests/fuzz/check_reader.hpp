#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "memory_count.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::fuzz {

/// Ends the program, as a finding, if a rule does not hold.
inline void require(bool holds, char const* rule, std::string_view what = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", rule, static_cast<int>(what.size()), what.data());
  std::abort();
}

/// What a reader may do with the bytes of an input.
struct ReaderBounds {
  std::string_view call;      ///< that a message begins with
  std::size_t most_values;    ///< that the bytes have room for
  std::size_t header_memory;  ///< that a header may ask for, however few its bytes are
};

/// Bytes of memory, at once, for each byte of an input beside that. A byte of a list of names is the most expensive.
inline constexpr std::size_t memory_a_byte = 64;

/// A message is one that a person can read: it begins with the call, and has no bytes of the file that cannot be
/// printed.
inline void require_sentence(std::string_view message, std::string_view call) {
  require(message.starts_with(call) && message.size() > call.size() + 10, "a message names the call, and says more",
          message);
  require(message.size() < 8192, "a message is not as long as the file", message);
  for (char const c : message) require((c >= ' ' && c <= '~') || c == '\n', "a message can be printed", message);
}

/// The parts of what was read fit each other.
inline void require_whole(PointCloud const& cloud, ReaderBounds const& bounds) {
  require(cloud.columns >= 3, "there are x, y and z");
  require(cloud.values.size() <= bounds.most_values, "no more values than the bytes have room for");
  require(cloud.values.size() % static_cast<std::size_t>(cloud.columns) == 0, "whole rows");
  require(cloud.names.empty() || cloud.names.size() == static_cast<std::size_t>(cloud.columns), "a name a column");
  for (std::string_view const name : cloud.names) require(!name.empty(), "no name is empty");
}

/// Reads `size` bytes: they are something whole, or one of the library's errors. Any other exception leaves, which
/// libFuzzer counts as a crash.
template <class Read>
void check_reader(std::size_t size, ReaderBounds const& bounds, Read&& read) {
  const MemoryCount memory;
  try {
    require_whole(read(), bounds);
  } catch (Error const& error) {
    require_sentence(error.what(), bounds.call);
  }
  require(static_cast<std::size_t>(memory.most()) <= bounds.header_memory + memory_a_byte * size,
          "memory in proportion to the bytes");
}

}  // namespace sparseconv::fuzz
