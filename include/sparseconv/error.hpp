#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sparseconv/config.hpp"

/// All names of the library. Programs write `namespace sc = sparseconv;`; what stands in on_seq, on_cpu and on_device may change at any time.
namespace sparseconv::inline v0_1 {

/// A piece of a message: words, or a number. It views the words.
class MessagePart {
 public:
  MessagePart(std::string_view words) : words_(words) {}               // NOLINT: pieces of all kinds stand in one list
  MessagePart(char const* words) : words_(words) {}                    // NOLINT
  MessagePart(std::string const& words) : words_(words) {}             // NOLINT
  MessagePart(char letter) : kind_(Kind::letter), integer_(letter) {}  // NOLINT
  template <std::signed_integral Int>
  MessagePart(Int number) : kind_(Kind::integer), integer_(number) {}  // NOLINT
  template <std::unsigned_integral Int>
  MessagePart(Int number) : kind_(Kind::natural), natural_(number) {}  // NOLINT
  MessagePart(float number) : kind_(Kind::narrow), real_(number) {}    // NOLINT
  MessagePart(double number) : kind_(Kind::wide), real_(number) {}     // NOLINT

  /// Appends the piece to a message. Of a real number as many digits as tell it from its neighbours.
  void append_to(std::string& message) const {
    char digits[32];
    std::to_chars_result written{digits, {}};
    switch (kind_) {
      case Kind::words:
        message += words_;
        return;
      case Kind::letter:
        message += static_cast<char>(integer_);
        return;
      case Kind::integer:
        written = std::to_chars(digits, digits + sizeof digits, integer_);
        break;
      case Kind::natural:
        written = std::to_chars(digits, digits + sizeof digits, natural_);
        break;
      case Kind::narrow:
        written = std::to_chars(digits, digits + sizeof digits, static_cast<float>(real_));
        break;
      case Kind::wide:
        written = std::to_chars(digits, digits + sizeof digits, real_);
        break;
    }
    message.append(digits, written.ptr);
  }

 private:
  enum class Kind { words, letter, integer, natural, narrow, wide };

  Kind kind_ = Kind::words;
  std::string_view words_{};
  union {
    std::int64_t integer_ = 0;
    std::uint64_t natural_;
    double real_;
  };
};

/// The pieces one after another. A zero byte, at which what() would end, is shown as a question mark.
SPARSECONV_COLD inline std::string error_message(std::initializer_list<MessagePart> parts) {
  std::string text;
  for (MessagePart const& part : parts) part.append_to(text);
  for (char& letter : text)
    if (letter == '\0') letter = '?';
  return text;
}

/// Integers one after another, with words between them.
SPARSECONV_COLD inline std::string joined_integers(std::span<std::int32_t const> integers, std::string_view between) {
  std::string text;
  for (std::int32_t const integer : integers) {
    if (!text.empty()) text += between;
    MessagePart(integer).append_to(text);
  }
  return text;
}

/// The most characters that are shown of a name out of a file; arrays of large networks have names of some 80.
inline constexpr std::size_t longest_shown_name = 160;

/// A piece of a file as a person may be shown it, whatever a terminal would do with its bytes: each that cannot be printed as a
/// question mark, and of a piece that is longer its beginning and three dots.
SPARSECONV_COLD inline std::string printable(std::string_view text, std::size_t longest = longest_shown_name) {
  std::string shown;
  for (char const c : text.substr(0, longest)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + (text.size() > longest ? "..." : "");
}

/// A piece of a file as a message shows it: printable, in double quotes. Names of a program's own stand in single ones.
SPARSECONV_COLD inline std::string in_quotes(std::string_view text, std::size_t longest = 40) {
  return "\"" + printable(text, longest) + "\"";
}

/// A name out of a file as a message shows it.
SPARSECONV_COLD inline std::string name_in_quotes(std::string_view name) {
  return in_quotes(name, longest_shown_name);
}

/// False, but only once a template is made of the types: for sentences that the compiler says of calls which cannot be meant.
template <class...>
inline constexpr bool never = false;

/// What every exception of the library derives from.
///
/// A message names the call, the values that do not fit, and the cure. A call that throws leaves its arguments as they
/// were.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  // NOLINTNEXTLINE: a message in pieces stands in the braces of a throw, and nowhere else
  SPARSECONV_COLD explicit Error(std::initializer_list<MessagePart> parts) : std::runtime_error(error_message(parts)) {}
};

/// Counts that must agree do not: channels, rows, weights, kernel extents, grid extents.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A coordinate or batch index is outside its grid, or stands twice in a list that must not repeat.
class CoordinateError : public Error {
 public:
  using Error::Error;
};

/// A file or a stream of bytes is not what its format says.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// A call of the CUDA runtime failed, or the GPU or its stream cannot do what was asked.
class CudaError : public Error {
 public:
  using Error::Error;
};

/// A size is beyond what the library's indices and keys, or a device's blocks, can hold, or beyond a limit that was set.
class CapacityError : public Error {
 public:
  using Error::Error;
};

/// Calls the body; an error of the library that it throws says in front which part of a whole it was, as "SECOND, conv2.0: ".
template <class Body>
decltype(auto) named_in_errors(std::string_view whole, std::string_view part, Body&& body) {
  auto const message = [&](Error const& error) { return error_message({whole, ", ", part, ": ", error.what()}); };
  try {
    return body();
  } catch (ShapeError const& error) {
    throw ShapeError(message(error));
  } catch (CoordinateError const& error) {
    throw CoordinateError(message(error));
  } catch (FormatError const& error) {
    throw FormatError(message(error));
  } catch (CapacityError const& error) {
    throw CapacityError(message(error));
  } catch (CudaError const& error) {
    throw CudaError(message(error));
  }
}

}  // namespace sparseconv::inline v0_1
