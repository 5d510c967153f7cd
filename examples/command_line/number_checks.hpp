#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

#include "sparseconv/error.hpp"

/// What the command lines of all programs have in common.
namespace command_line {

/// More threads than a machine has are no faster; so many more are a slip of the hand, and take minutes to start.
inline constexpr int most_threads = 4096;

/// Refuses what is no number from `low` to `high`, NaN and what is no number at all among them.
///
/// CLI::Range takes NaN, and CLI::PositiveNumber a number that a float does not hold.
inline CLI::Validator number_between(double low, double high) {
  std::string const range = sparseconv::error_message({low, " to ", high});
  return {[=](std::string& input) {
            double number = 0;
            if (CLI::detail::lexical_cast(input, number) && number >= low && number <= high) return std::string();
            return "'" + input + "' is no number from " + range;
          },
          range};
}

/// Takes the number of threads of a run.
inline CLI::Validator thread_count() {
  return number_between(1, most_threads);
}

/// Takes how many of something, at least one.
inline CLI::Validator at_least_one() {
  return number_between(1, std::numeric_limits<std::int32_t>::max());
}

/// Takes digits that 64 bits hold: read as an unsigned number, -1 is the largest, and so is what is too large.
inline CLI::Validator seed() {
  return {[](std::string& input) {
            std::uint64_t number = 0;
            char const* const end = input.data() + input.size();
            auto const read = std::from_chars(input.data(), end, number);
            if (read.ec == std::errc() && read.ptr == end) return std::string();
            return sparseconv::error_message(
                {"'", input, "' is no whole number from 0 to ", std::numeric_limits<std::uint64_t>::max()});
          },
          "SEED"};
}

}  // namespace command_line
