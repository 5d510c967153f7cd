#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace sparseconv::inline v0_1 {

/// Bytes that do not change, and what they lie in: memory of their own, or a part of something larger, such as a mapped file, which
/// stays as long as they do. Copies share them.
class SharedBytes {
 public:
  SharedBytes() = default;

  SharedBytes(std::vector<std::byte> bytes) {  // NOLINT: bytes that someone made become an array's
    auto const kept = std::make_shared<std::vector<std::byte> const>(std::move(bytes));
    owner_ = kept;
    bytes_ = *kept;
  }

  /// Bytes that lie in `owner`.
  SharedBytes(std::shared_ptr<void const> owner, std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}

  /// Some of the bytes, which must be there; they keep the same owner.
  [[nodiscard]] SharedBytes part(std::size_t begin, std::size_t count) const {
    return {owner_, bytes_.subspan(begin, count)};
  }

  [[nodiscard]] std::byte const* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return bytes_.begin(); }
  [[nodiscard]] auto end() const noexcept { return bytes_.end(); }
  [[nodiscard]] std::byte operator[](std::size_t i) const noexcept { return bytes_[i]; }

  /// Whether they are the same bytes, wherever they lie.
  friend bool operator==(SharedBytes const& left, SharedBytes const& right) {
    return std::ranges::equal(left.bytes_, right.bytes_);
  }

 private:
  std::shared_ptr<void const> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace sparseconv::inline v0_1
