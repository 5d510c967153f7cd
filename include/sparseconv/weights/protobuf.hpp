#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"

namespace sparseconv::inline v0_1 {

/// How a field of a protobuf message is stored.
enum class WireType : std::uint8_t {
  varint = 0,   ///< an integer, seven bits a byte
  fixed64 = 1,  ///< eight bytes
  bytes = 2,    ///< a length, and as many bytes: a text, a message, or numbers one after another
  fixed32 = 5   ///< four bytes
};

/// One field of a message. Which member holds the value, the wire type says.
struct ProtobufField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t integer = 0;              ///< of the types varint, fixed64 and fixed32
  std::span<const std::byte> bytes = {};  ///< of the type bytes
  std::size_t begin = 0;                  ///< where the value begins in the file
};

/// Walks the fields of a protobuf message, each of which is checked before it is shown.
///
///     while (fields.next(field)) switch (field.number) ...
class ProtobufFields {
 public:
  /// `begin` is the place of the message in the file. `where` begins every message of an error, and has to live on.
  ProtobufFields(std::span<const std::byte> message, std::string_view where, std::size_t begin = 0)
      : message_(message), where_(where), begin_(begin) {}

  /// The fields of a message that is a field of another. Throws: FormatError if the field is something else.
  ProtobufFields(ProtobufField const& field, std::string_view where) : ProtobufFields(field.bytes, where, field.begin) {
    if (field.type != WireType::bytes) fail_type(where, field, "a message");
  }

  /// Takes the next field. False, and `field` is untouched, if none is left.
  ///
  /// Throws:  FormatError if an integer takes more than 64 bits, a length goes beyond the message, the number of the field is not
  ///          one from 1 to 2^29 - 1, or its wire type is that of a group or none.
  bool next(ProtobufField& field) {
    if (position_ == message_.size()) return false;
    std::size_t const key_place = place();
    std::uint64_t const key = varint();
    ProtobufField found;
    constexpr std::uint64_t most = (1U << 29) - 1;
    if (key >> 3 == 0 || key >> 3 > most)
      throw FormatError({where_, ": at byte ", key_place, " a field has the number ", key >> 3,
                         ", and protobuf counts them from 1 to ", most, damaged});
    found.number = static_cast<std::uint32_t>(key >> 3);
    found.begin = place();
    switch (key & 7) {
      case 0:
        found.type = WireType::varint;
        found.integer = varint();
        break;
      case 1:
        found.type = WireType::fixed64;
        found.integer = load_little_endian<std::uint64_t>(take(8, found.number).data());
        break;
      case 2: {
        found.type = WireType::bytes;
        std::uint64_t const count = varint();
        found.begin = place();
        found.bytes = take(count, found.number);
        break;
      }
      case 5:
        found.type = WireType::fixed32;
        found.integer = load_little_endian<std::uint32_t>(take(4, found.number).data());
        break;
      default:
        throw FormatError({where_, ": at byte ", key_place, " field ", found.number, " has the wire type ", key & 7,
                           (key & 7) <= 4 ? ", that of a group, which ONNX does not have" : ", which there is not",
                           damaged});
    }
    field = found;
    return true;
  }

  /// Throws:  FormatError, which says what a field should have been.
  [[noreturn]] static void fail_type(std::string_view where, ProtobufField const& field, std::string_view expected) {
    throw FormatError({where, ": at byte ", field.begin, " field ", field.number, " has the wire type ",
                       static_cast<int>(field.type), ", which is not that of ", expected, damaged});
  }

  static constexpr std::string_view damaged = "; the file is damaged, or no ONNX file";

 private:
  [[nodiscard]] std::size_t place() const { return begin_ + position_; }

  std::uint64_t varint() {
    std::size_t const first = place();
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position_ == message_.size())
        throw FormatError({where_, ": the integer at byte ", first, " goes on behind the end of its message", damaged});
      auto const byte = std::to_integer<std::uint64_t>(message_[position_++]);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw FormatError({where_, ": the integer at byte ", first, " takes more than 64 bits", damaged});
  }

  std::span<const std::byte> take(std::uint64_t count, std::uint32_t number) {
    std::size_t const left = message_.size() - position_;
    if (count > left)
      throw FormatError({where_, ": at byte ", place(), " field ", number, " takes ", count,
                         " bytes, and its message has ", left,
                         " more; the file is damaged, or not written to its end"});
    auto const taken = message_.subspan(position_, count);
    position_ += taken.size();
    return taken;
  }

  friend void append_integers(std::vector<std::int64_t>&, ProtobufField const&, std::string_view);

  std::span<const std::byte> message_;
  std::string_view where_;
  std::size_t begin_;
  std::size_t position_ = 0;
};

// What the value of a field is. Throws: FormatError if it is stored as something else.

/// A text.
[[nodiscard]] inline std::string text_of_field(ProtobufField const& field, std::string_view where) {
  if (field.type != WireType::bytes) ProtobufFields::fail_type(where, field, "a text");
  return {reinterpret_cast<char const*>(field.bytes.data()), field.bytes.size()};
}

/// An integer.
[[nodiscard]] inline std::int64_t integer_of_field(ProtobufField const& field, std::string_view where) {
  if (field.type != WireType::varint) ProtobufFields::fail_type(where, field, "an integer");
  return static_cast<std::int64_t>(field.integer);
}

/// A float.
[[nodiscard]] inline float float_of_field(ProtobufField const& field, std::string_view where) {
  if (field.type != WireType::fixed32) ProtobufFields::fail_type(where, field, "a float");
  return std::bit_cast<float>(static_cast<std::uint32_t>(field.integer));
}

/// Appends a repeated integer: one, or many that are packed.
inline void append_integers(std::vector<std::int64_t>& to, ProtobufField const& field, std::string_view where) {
  if (field.type != WireType::bytes) return to.push_back(integer_of_field(field, where));
  ProtobufFields packed(field.bytes, where, field.begin);
  while (packed.position_ < field.bytes.size()) to.push_back(static_cast<std::int64_t>(packed.varint()));
}

/// Appends a repeated float: one, or many that are packed. Throws: also FormatError if these are no whole floats.
inline void append_floats(std::vector<float>& to, ProtobufField const& field, std::string_view where) {
  if (field.type != WireType::bytes) return to.push_back(float_of_field(field, where));
  if (field.bytes.size() % 4 != 0)
    throw FormatError({where, ": at byte ", field.begin, " field ", field.number, " packs floats in ",
                       field.bytes.size(), " bytes, and each has 4", ProtobufFields::damaged});
  for (std::size_t i = 0; i < field.bytes.size(); i += 4)
    to.push_back(load_little_endian<float>(field.bytes.data() + i));
}

/// Puts the bytes of a message together, field by field.
class ProtobufMessage {
 public:
  ProtobufMessage& integer(std::uint32_t number, std::int64_t value) {
    key(number, WireType::varint);
    return varint(static_cast<std::uint64_t>(value));
  }

  ProtobufMessage& real(std::uint32_t number, float value) {
    key(number, WireType::fixed32);
    std::byte stored[4];
    store_little_endian(value, stored);
    bytes_.insert(bytes_.end(), stored, stored + 4);
    return *this;
  }

  ProtobufMessage& text(std::uint32_t number, std::string_view value) {
    return bytes(number, std::as_bytes(std::span(value)));
  }

  ProtobufMessage& message(std::uint32_t number, ProtobufMessage const& value) { return bytes(number, value.bytes_); }

  ProtobufMessage& bytes(std::uint32_t number, std::span<const std::byte> value) {
    bytes_to_come(number, value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }

  /// The beginning of a field whose bytes are written by someone else.
  ProtobufMessage& bytes_to_come(std::uint32_t number, std::uint64_t count) {
    key(number, WireType::bytes);
    return varint(count);
  }

  /// The fields of another message behind those so far.
  ProtobufMessage& append(ProtobufMessage const& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
    return *this;
  }

  [[nodiscard]] std::span<const std::byte> written() const { return bytes_; }

 private:
  void key(std::uint32_t number, WireType type) {
    varint(std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
  }

  ProtobufMessage& varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_.push_back(static_cast<std::byte>((value & 127) | 128));
    bytes_.push_back(static_cast<std::byte>(value));
    return *this;
  }

  std::vector<std::byte> bytes_;
};

}  // namespace sparseconv::inline v0_1
