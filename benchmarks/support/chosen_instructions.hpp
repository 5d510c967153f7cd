#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "sparseconv/sparseconv.hpp"

namespace benchmark_support {

/// The instruction set that the argument --instructions=portable|avx2|avx512|avx512_bf16|amx_bf16|amx_fp16 asks for, which is
/// taken out of the list; none if there is no such argument.
///
/// Throws: Error if there is no such set, or the processor lacks it.
inline std::optional<sparseconv::InstructionSet> take_instructions(int& argc, char** argv) {
  using sparseconv::InstructionSet;
  constexpr std::string_view option = "--instructions=";
  char** const end = argv + argc;
  char** const found =
      std::find_if(argv, end, [&](char const* argument) { return std::string_view(argument).starts_with(option); });
  if (found == end) return std::nullopt;
  std::string const name(std::string_view(*found).substr(option.size()));
  std::copy(found + 1, end + 1, found);  // with the null pointer that ends the list
  --argc;
  std::optional<InstructionSet> const set = sparseconv::instruction_set_named(name);
  if (set && *set <= sparseconv::best_instruction_set()) return set;
  throw sparseconv::Error(
      "--instructions=" + name +
      ": give portable, avx2, avx512, avx512_bf16, amx_bf16 or amx_fp16, and one that this processor has");
}

}  // namespace benchmark_support
