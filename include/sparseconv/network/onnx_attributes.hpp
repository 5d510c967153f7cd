#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/parameter.hpp"
#include "sparseconv/weights/onnx_graph.hpp"

namespace sparseconv::inline v0_1 {

/// "3 x 1 x 1", of numbers of any count, of which a message shows the first.
[[nodiscard]] inline std::string extents_text(std::vector<std::int64_t> const& numbers) {
  constexpr std::size_t most = 10;
  if (numbers.size() <= most) return shape_text(numbers);
  return shape_text({numbers.begin(), numbers.begin() + most}) + " x ...";
}

/// The attributes of a node of an ONNX graph. An error begins with the node: 'import_onnx: a.onnx, node "conv0": ...'.
class OnnxAttributes {
 public:
  OnnxAttributes(OnnxNode const& node, std::string where) : node_(node), where_(std::move(where)) {}

  /// What a message begins with.
  [[nodiscard]] std::string const& where() const { return where_; }

  // Nothing if there is no such attribute. Throws: FormatError if it is of another type.

  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const {
    auto const* const found = value<std::int64_t>(name, "an integer");
    return found ? std::optional(*found) : std::nullopt;
  }
  [[nodiscard]] std::optional<float> real(std::string_view name) const {
    auto const* const found = value<float>(name, "a float");
    return found ? std::optional(*found) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
    auto const* const found = value<std::string>(name, "a string");
    return found ? std::optional(*found) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::string_view name) const {
    auto const* const found = value<std::vector<std::int64_t>>(name, "a list of integers");
    return found ? std::optional(*found) : std::nullopt;
  }
  [[nodiscard]] std::vector<float> reals(std::string_view name) const {
    auto const* const found = value<std::vector<float>>(name, "a list of floats");
    return found ? *found : std::vector<float>();
  }

  /// Whether an integer that is 0 or 1 is 1; not if it is not there. Throws: FormatError for another one.
  [[nodiscard]] bool is_set(std::string_view name) const {
    std::int64_t const told = integer(name).value_or(0);
    if (told != 0 && told != 1)
      throw FormatError({where_, ": ", name, " is ", told, ", and should be 0 or 1; export the network again"});
    return told == 1;
  }

  /// A number for each axis, if they are told. Throws: FormatError if they are not as many, or beyond 32 bits.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> for_each_axis(std::string_view name, int axes) const {
    auto told = integers(name);
    if (!told) return std::nullopt;
    if (told->size() != static_cast<std::size_t>(axes))
      throw FormatError({where_, ": ", name, " has ", told->size(), " numbers (", extents_text(*told), ") for ", axes,
                         " axes; export the network again"});
    for (std::int64_t const number : *told)
      if (!std::in_range<std::int32_t>(number))
        throw FormatError({where_, ": ", name, " is ", extents_text(*told),
                           ", which does not fit 32 bits; export the network again"});
    return told;
  }

  /// The same where it cannot be done without. Throws: also FormatError if it is not there.
  [[nodiscard]] std::vector<std::int64_t> needed_for_each_axis(std::string_view name, int axes) const {
    auto told = for_each_axis(name, axes);
    if (!told) fail_missing(name);
    return *std::move(told);
  }

  [[noreturn]] void fail_missing(std::string_view name) const {
    throw FormatError({where_, ": there is no attribute ", name,
                       ", without which it is not known what is computed; export the network again"});
  }

 private:
  template <class T>
  [[nodiscard]] T const* value(std::string_view name, char const* expected) const {
    OnnxAttributeValue const* const found = node_.find(name);
    if (found == nullptr) return nullptr;
    if (auto const* const of_type = std::get_if<T>(found)) return of_type;
    throw FormatError({where_, ": the attribute ", name, " is not ", expected, "; export the network again"});
  }

  OnnxNode const& node_;
  std::string where_;
};

}  // namespace sparseconv::inline v0_1
