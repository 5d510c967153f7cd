#pragma once

#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/pickle.hpp"
#include "sparseconv/weights/pickle_value.hpp"
#include "sparseconv/weights/shared_bytes.hpp"
#include "sparseconv/weights/torch_tensor.hpp"
#include "sparseconv/weights/zip_archive.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Checks that there are as many bytes as a storage needs. Throws: FormatError if not.
inline void expect_storage_bytes(TorchStorage const& storage, std::uint64_t bytes, std::string_view where) {
  std::size_t const size = size_of(storage.type);
  if (bytes % size != 0 || bytes / size != storage.count)
    throw FormatError({where, ": its storage is of ", storage.count, " numbers of ", size, " bytes, and ", bytes,
                       " bytes are kept for it; the file is damaged"});
}

/// The archive that torch.save writes since PyTorch 1.6: a pickle, and an entry for each storage, which is unpacked when the first
/// tensor needs it.
class TorchZip {
 public:
  /// `bytes_left` is what may still be unpacked. It, `bytes` and `where`, which begins every message, are viewed.
  ///
  /// Throws:  FormatError if it is no such archive, or one of TorchScript, or of numbers with the highest byte first.
  TorchZip(std::span<const std::byte> bytes, std::string_view where, std::uint64_t& bytes_left)
      : where_(where), left_(&bytes_left), input_(open_zip_bytes(bytes, where, cure)) {
    std::vector<ZipItem> const items = list_zip_items(input_.archive.get());
    std::optional<std::string> root;
    for (ZipItem const& item : items) {
      std::size_t const slash = item.name.find('/');
      std::string_view const name = std::string_view(item.name).substr(slash == std::string::npos ? 0 : slash + 1);
      if (name == "constants.pkl" || name.starts_with("code/"))
        throw FormatError({where_,
                           ": this is an archive of TorchScript, which holds a program; "
                           "torch.save(torch.jit.load(path).state_dict(), other) writes its tensors"});
      if (name == "data.pkl" && !root) root = item.name.substr(0, item.name.size() - name.size());
    }
    if (!root) throw FormatError({where_, ": the archive has no entry data.pkl; torch.save writes one that has"});
    for (ZipItem const& item : items)
      if (item.name.starts_with(*root)) items_.emplace(item.name.substr(root->size()), item);
    if (auto const order = items_.find("byteorder"); order != items_.end()) {
      expect_size_below(order->second, 64);
      SharedBytes const text = read(order->second);
      std::string_view const word(reinterpret_cast<char const*>(text.data()), text.size());
      if (word != "little")
        throw FormatError({where_, ": the numbers have the byte order ", in_quotes(word),
                           ", the reader takes \"little\"; load and save the file on a machine of that order"});
    }
  }

  [[nodiscard]] Pickle pickle() {
    SharedBytes const bytes = read(items_.find("data.pkl")->second);
    return parse_pickle({bytes.data(), bytes.size()}, where_);
  }

  /// The bytes of a storage, as many as it needs. `where` names a tensor of it.
  ///
  /// Throws:  FormatError if it is damaged, or of another size; CapacityError if they are not left.
  [[nodiscard]] SharedBytes bytes_of(TorchStorage const& storage, std::string_view where) {
    if (auto const known = read_.find(storage.key); known != read_.end()) {
      expect_storage_bytes(storage, known->second.size(), where);
      return known->second;
    }
    auto const found = items_.find("data/" + std::string(storage.key));
    if (found == items_.end())
      throw FormatError(
          {where, ": its storage ", in_quotes(storage.key), " is not in the archive; the file is damaged"});
    expect_storage_bytes(storage, found->second.bytes, where);
    return read_.emplace(storage.key, read(found->second)).first->second;
  }

 private:
  static constexpr ZipCure cure{.one = "torch.save writes one", .methods = "torch.save writes stored ones"};

  void expect_size_below(ZipItem const& item, std::uint64_t limit) const {
    if (item.bytes >= limit)
      throw FormatError({where_, ": entry ", name_in_quotes(item.name), " has ", item.bytes,
                         " bytes, a word less than ", limit, "; the file is damaged"});
  }

  SharedBytes read(ZipItem const& item) {
    std::string const where = error_message({where_, ": entry ", name_in_quotes(item.name)});
    expect_possible_size(item, input_.bytes, where, cure);
    if (item.bytes > *left_)
      throw CapacityError({where, ": it claims ", item.bytes, " bytes, ", *left_,
                           " are left of the limit for the whole file; if that is its real size, raise "
                           "TorchCheckpointOptions::max_bytes"});
    *left_ -= item.bytes;
    const ZipEntry entry = open_zip_entry(input_.archive.get(), item, where, cure);
    std::vector<std::byte> bytes;
    unpack_rest(entry.get(), item, bytes, where);
    return bytes;
  }

  std::string_view where_;
  std::uint64_t* left_;
  ZipInput input_;
  std::map<std::string, ZipItem, std::less<>> items_;  // without the name of their folder
  std::map<std::string, SharedBytes, std::less<>> read_;
};

/// What torch.save wrote before PyTorch 1.6: pickles of a magic number, a version, the machine, the value and the names of the
/// storages, then the storages, each as the count of its numbers in 8 bytes and the numbers. Storages stay where they lie.
class TorchRecords {
 public:
  /// Whether the bytes begin with the magic number.
  [[nodiscard]] static bool are_in(std::span<const std::byte> bytes) {
    std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    return text.size() > 2 && text.starts_with('\x80') && text.substr(2).starts_with(magic);
  }

  /// `where` begins every message, and is viewed.
  ///
  /// Throws:  FormatError if it is no such file.
  TorchRecords(SharedBytes bytes, std::string_view where) : bytes_(std::move(bytes)), where_(where) {
    (void)next_pickle();
    Pickle const version = next_pickle();
    if (!version.is(version.top, PickleKind::integer) || version[version.top].integer != 1001)
      throw FormatError({where_, ": the version of the format is ", version.describe(version.top),
                         ", the reader takes integer 1001; save the file anew with a PyTorch of today"});
    Pickle const machine = next_pickle();
    const std::optional<PickleId> order = machine.find(machine.top, "little_endian");
    if (order && machine.is(*order, PickleKind::boolean) && machine[*order].integer == 0)
      throw FormatError({where_,
                         ": the numbers have their highest byte first, the reader takes the lowest; load and "
                         "save the file on a machine of that order"});
    pickle_ = next_pickle();
    find_storages(next_pickle());
  }

  [[nodiscard]] Pickle pickle() { return std::move(pickle_); }

  /// The bytes of a storage, as many as it needs. `where` names a tensor of it.
  ///
  /// Throws:  FormatError if it is not there, or of another size.
  [[nodiscard]] SharedBytes bytes_of(TorchStorage const& storage, std::string_view where) const {
    auto const found = storages_.find(storage.key);
    if (found == storages_.end())
      throw FormatError({where, ": its storage ", in_quotes(storage.key), " is not in the file; the file is damaged"});
    expect_storage_bytes(storage, found->second.size(), where);
    return found->second;
  }

 private:
  static constexpr std::string_view magic{"\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", 13};

  Pickle next_pickle() {
    Pickle pickle = parse_pickle(std::span(bytes_.data(), bytes_.size()).subspan(at_), where_);
    at_ += pickle.bytes;
    return pickle;
  }

  /// Finds where each storage lies. How large its numbers are, the value says that uses it.
  void find_storages(Pickle const& keys) {
    std::map<std::string_view, std::size_t> sizes;
    for (PickleId id = 0; id < pickle_.values.size(); ++id) {
      if (!pickle_.is(id, PickleKind::persistent_id)) continue;
      std::vector<PickleId> const& parts = pickle_[pickle_[id].items[0]].items;
      if (parts.size() < 5 || !pickle_.is(parts[2], PickleKind::text) ||
          pickle_[parts[2]].text.size() > longest_torch_key)
        continue;
      std::size_t const size = storage_number_size(parts[1]);
      if (size == 0) continue;
      auto const [known, is_new] = sizes.emplace(pickle_[parts[2]].text, size);
      if (!is_new && known->second != size)
        throw FormatError({where_, ": storage ", in_quotes(known->first), " is of numbers of ", known->second,
                           " and of ", size, " bytes; the file is damaged"});
    }
    if (!keys.is(keys.top, PickleKind::list))
      throw FormatError(
          {where_, ": ", keys.describe(keys.top), " stands where the names of the storages do; the file is damaged"});
    for (PickleId const id : keys[keys.top].items) {
      auto const size = keys.is(id, PickleKind::text) ? sizes.find(keys[id].text) : sizes.end();
      if (size == sizes.end())
        throw FormatError({where_, ": storage (", keys.describe(id),
                           ") has numbers of an unknown size, and what lies behind it cannot be found; save the file "
                           "anew with a PyTorch of today"});
      std::size_t const left = bytes_.size() - at_;
      auto const count = left < 8 ? 0 : load_little_endian<std::uint64_t>(bytes_.data() + at_);
      if (left < 8 || count > (left - 8) / size->second)
        throw FormatError({where_, ": storage ", in_quotes(size->first), " has ", count, " numbers of ", size->second,
                           " bytes, and ", left < 8 ? 0 : left - 8, " bytes are left; the file is truncated"});
      auto const bytes = static_cast<std::size_t>(count) * size->second;
      storages_.emplace(size->first, bytes_.part(at_ + 8, bytes));
      at_ += 8 + bytes;
    }
  }

  /// Bytes of a number of a storage of that class, also of those that no array has; 0 if the class is unknown.
  [[nodiscard]] std::size_t storage_number_size(PickleId storage_class) const {
    if (auto const type = torch_storage_type(pickle_, storage_class)) return size_of(*type);
    if (pickle_.is_global(storage_class, "torch", "ComplexFloatStorage")) return 8;
    if (pickle_.is_global(storage_class, "torch", "ComplexDoubleStorage")) return 16;
    if (pickle_.is_global(storage_class, "torch", "QInt32Storage")) return 4;
    for (std::string_view const name : {"QInt8Storage", "QUInt8Storage"})
      if (pickle_.is_global(storage_class, "torch", name)) return 1;
    return 0;
  }

  SharedBytes bytes_;
  std::string_view where_;
  std::size_t at_ = 0;
  Pickle pickle_;
  std::map<std::string, SharedBytes, std::less<>> storages_;
};

}  // namespace sparseconv::inline v0_1
