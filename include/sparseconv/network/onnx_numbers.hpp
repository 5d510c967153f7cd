#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"

namespace sparseconv::inline v0_1 {

/// The initializers of a graph, by name. Each belongs to one node: so no more numbers are made than the file has.
class OnnxNumbers {
 public:
  explicit OnnxNumbers(OnnxGraph const& graph) {
    for (NamedArray const& named : graph.initializers) entries_.emplace(named.name, Entry{&named.array});
  }

  [[nodiscard]] bool has(std::string_view name) const { return entries_.contains(name); }

  /// Throws: FormatError if there are none of that name. `where` begins the message, `what` is the word for them.
  [[nodiscard]] Array const& array(std::string_view name, std::string_view where, std::string_view what) const {
    return *const_cast<OnnxNumbers&>(*this).entry(name, where, what).array;
  }

  /// The numbers as float, once.
  ///
  /// Throws: also FormatError if they were taken before, are integers, or not finite.
  [[nodiscard]] std::vector<float> take(std::string_view name, std::string_view where, std::string_view what) {
    Entry& found = entry(name, where, what);
    std::string const told = error_message({where, ": its ", what, " ", in_quotes(name)});
    if (std::exchange(found.is_taken, true))
      throw FormatError({told, " belongs to another node already; give each node an initializer of its own"});
    ScalarType const type = found.array->type;
    bool const is_real = type == ScalarType::float16 || type == ScalarType::bf16 || type == ScalarType::float32 ||
                         type == ScalarType::float64;
    if (!is_real)
      throw FormatError({told, " is of ", name_of(type),
                         ", and float16, bfloat16, float32 and float64 are taken; export the network so"});
    std::vector<float> numbers = found.array->values_as<float>(told);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (!std::isfinite(numbers[i]))
        throw FormatError({told, " has ", numbers[i], " at number ", i,
                           ", which no trained network has; the file is damaged, or training failed"});
    return numbers;
  }

 private:
  struct Entry {
    Array const* array = nullptr;
    bool is_taken = false;
  };

  [[nodiscard]] Entry& entry(std::string_view name, std::string_view where, std::string_view what) {
    auto const found = entries_.find(name);
    if (found != entries_.end()) return found->second;
    throw FormatError({where, ": its ", what, " ", in_quotes(name),
                       " is none of the graph's initializers; export the network with its numbers"});
  }

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace sparseconv::inline v0_1
