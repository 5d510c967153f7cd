#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sparseconv::test {

/// Puts the bytes of a small file together by hand.
class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(std::string_view text) { this->text(text); }

  ByteWriter& text(std::string_view text) {
    for (char const c : text) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }

  /// Appends numbers of type T, lowest byte first.
  template <class T, class... Values>
  ByteWriter& numbers(Values... values) {
    (number(static_cast<T>(values)), ...);
    return *this;
  }

  [[nodiscard]] std::vector<std::byte> const& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> first(std::size_t count) const { return std::span(bytes_).first(count); }

 private:
  template <class T>
  void number(T value) {
    std::uint64_t bits = 0;
    if constexpr (std::is_same_v<T, float>) {
      bits = std::bit_cast<std::uint32_t>(value);
    } else if constexpr (std::is_same_v<T, double>) {
      bits = std::bit_cast<std::uint64_t>(value);
    } else {
      bits = static_cast<std::uint64_t>(value);
    }
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes_.push_back(static_cast<std::byte>((bits >> (8 * i)) & 0xff));
  }

  std::vector<std::byte> bytes_;
};

}  // namespace sparseconv::test
