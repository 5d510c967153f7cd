#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace sparseconv::inline v0_1 {

/// The hashes of the names in a list that somebody else holds. A search reads a name of the list only where the hashes are equal: the
/// names of a file may be long and differ in their last letter alone, and each new one is searched for among all before it.
class NameHashes {
 public:
  /// The name is the next one of the list.
  void add(std::string_view name) { hashes_.push_back(hash_of(name)); }

  /// Forgets the names behind the first `count`.
  void keep_first(std::size_t count) {
    if (count < hashes_.size()) hashes_.resize(count);
  }

  /// The place of a name in the list, if it is there. `name_at(place)` is the name that stands at a place.
  template <class NameAt>
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name, NameAt const& name_at) const {
    std::size_t const wanted = hash_of(name);
    for (std::size_t place = 0; place < hashes_.size(); ++place)
      if (hashes_[place] == wanted && name_at(place) == name) return place;
    return std::nullopt;
  }

 private:
  [[nodiscard]] static std::size_t hash_of(std::string_view name) { return std::hash<std::string_view>()(name); }

  std::vector<std::size_t> hashes_;
};

}  // namespace sparseconv::inline v0_1
