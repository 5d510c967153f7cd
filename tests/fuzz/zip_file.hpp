#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {

/// The checksum of zip. Source: ISO 3309, as PKZIP's APPNOTE.TXT 4.4.7 has it.
inline std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (char const c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  return ~crc;
}

/// One entry of an archive. What its headers say need not be true.
struct ZipEntry {
  std::string name;
  std::string packed;
  std::uint32_t crc = 0;
  std::uint32_t packed_bytes = 0;
  std::uint32_t bytes = 0;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::string extra = {};
  std::optional<std::string> name_at_data = {};  ///< if not the same as in the directory
};

/// An entry that holds `bytes`: as they are, or, deflated, in blocks that store them (RFC 1951, 3.2.4).
inline ZipEntry true_entry(std::string name, std::string_view bytes, bool is_deflated) {
  ZipEntry entry{.name = std::move(name), .packed = std::string(bytes)};
  if (is_deflated) {
    auto const length = static_cast<std::uint16_t>(bytes.size());
    entry.packed = '\1';
    for (unsigned const number : {unsigned{length}, ~unsigned{length}}) {
      entry.packed += static_cast<char>(number & 0xff);
      entry.packed += static_cast<char>((number >> 8) & 0xff);
    }
    entry.packed += bytes;
    entry.method = 8;
  }
  entry.crc = crc32_of(bytes);
  entry.packed_bytes = static_cast<std::uint32_t>(entry.packed.size());
  entry.bytes = static_cast<std::uint32_t>(bytes.size());
  return entry;
}

inline void append_number(std::string& to, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to += static_cast<char>((number >> (8 * i)) & 0xff);
}

inline std::uint32_t number_at(std::string_view from, std::size_t at, std::size_t bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < bytes && at + i < from.size(); ++i)
    number |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(from[at + i])) << (8 * i);
  return number;
}

/// The bytes of an archive. Source: PKZIP's APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16.
inline std::string join_zip(std::vector<ZipEntry> const& entries) {
  std::string bytes;
  std::string directory;
  for (ZipEntry const& entry : entries) {
    auto const append_common = [&](std::string& to, std::string_view name) {
      append_number(to, 20, 2);
      append_number(to, entry.flags, 2);
      append_number(to, entry.method, 2);
      append_number(to, 0x210000, 4);  // 1 January 1980, 0:00
      append_number(to, entry.crc, 4);
      append_number(to, entry.packed_bytes, 4);
      append_number(to, entry.bytes, 4);
      append_number(to, name.size(), 2);
      append_number(to, entry.extra.size(), 2);
    };
    std::string const& name_at_data = entry.name_at_data ? *entry.name_at_data : entry.name;
    directory += "PK\x01\x02";
    append_number(directory, 20, 2);
    append_common(directory, entry.name);
    directory.append(10, '\0');
    append_number(directory, bytes.size(), 4);
    directory += entry.name + entry.extra;
    bytes += "PK\x03\x04";
    append_common(bytes, name_at_data);
    bytes += name_at_data + entry.extra + entry.packed;
  }
  std::string end = "PK\x05\x06";
  append_number(end, 0, 4);
  append_number(end, entries.size(), 2);
  append_number(end, entries.size(), 2);
  append_number(end, directory.size(), 4);
  append_number(end, bytes.size(), 4);
  append_number(end, 0, 2);
  return bytes + directory + end;
}

/// Takes an archive apart, as far as it is one: the entries of its directory.
inline std::vector<ZipEntry> split_zip(std::string_view bytes) {
  std::vector<ZipEntry> entries;
  for (std::size_t at = bytes.find("PK\x01\x02"); at != std::string_view::npos && at + 46 <= bytes.size();
       at = bytes.find("PK\x01\x02", at + 4)) {
    ZipEntry entry;
    entry.flags = static_cast<std::uint16_t>(number_at(bytes, at + 8, 2));
    entry.method = static_cast<std::uint16_t>(number_at(bytes, at + 10, 2));
    entry.crc = number_at(bytes, at + 16, 4);
    entry.packed_bytes = number_at(bytes, at + 20, 4);
    entry.bytes = number_at(bytes, at + 24, 4);
    entry.name = bytes.substr(at + 46, number_at(bytes, at + 28, 2));
    const std::size_t header = number_at(bytes, at + 42, 4);
    const std::size_t data = header + 30 + number_at(bytes, header + 26, 2) + number_at(bytes, header + 28, 2);
    if (data <= bytes.size()) entry.packed = bytes.substr(data, entry.packed_bytes);
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Overwrites a number of a header of an archive: of an entry, in front of its data or in the directory, or of either
/// end.
inline void spoil_zip_number(std::string& bytes, Dice& dice) {
  struct Header {
    std::string_view signature;
    std::array<std::uint8_t, 6> fields;
  };
  constexpr std::array<Header, 5> headers = {{{"PK\x03\x04", {6, 8, 18, 22, 26, 28}},
                                              {"PK\x01\x02", {8, 10, 20, 24, 28, 42}},
                                              {"PK\x01\x02", {30, 32, 34, 6, 16, 38}},
                                              {"PK\x05\x06", {4, 8, 10, 12, 16, 20}},
                                              {"PK\x06\x06", {4, 24, 32, 36, 40, 48}}}};
  Header const& header = dice.pick(headers);
  const std::size_t found = bytes.find(header.signature, dice.below(bytes.size() + 1));
  const std::size_t begin = found != std::string::npos ? found : bytes.find(header.signature);
  if (begin == std::string::npos) return;
  const std::size_t at = begin + dice.pick(header.fields);
  const std::size_t size = dice.one_in(2) ? 2 : 4;
  if (at + size > bytes.size()) return;
  std::string number;
  append_number(number, number_at(bytes, at, size) + dice.pick(std::array<std::uint32_t, 4>{1, 0xffffffff, 256, 12}),
                size);
  bytes.replace(at, size, dice.one_in(2) ? number : any_bytes(dice, size));
}

/// Makes one change to the entries of an archive; what they say of themselves is true afterwards, or not.
///
/// An entry may get one of `names`; `spoil(content, dice)` changes the content of one that is stored.
template <class Spoil>
void spoil_zip_entries(std::string& bytes, Dice& dice, std::span<std::string_view const> names, Spoil&& spoil) {
  std::vector<ZipEntry> entries = split_zip(bytes);
  if (entries.empty()) return;
  ZipEntry& entry = entries[dice.below(entries.size())];
  switch (dice.below(8)) {
    case 0:
      entries.push_back(ZipEntry(entry));
      break;
    case 1:
      entry.name = dice.pick(names);
      break;
    case 2:
      entry.name_at_data = dice.pick(names);
      break;
    case 3:
      (dice.one_in(2) ? entry.bytes : entry.packed_bytes) = static_cast<std::uint32_t>(dice.pick(hostile_bits));
      break;
    case 4:
      entry.method = dice.pick(std::array<std::uint16_t, 8>{0, 8, 8, 9, 12, 14, 93, 0xffff});
      break;
    case 5:
      // Sizes of 64 bits (APPNOTE.TXT 4.5.3) that stand in for those of the header.
      entry.bytes = entry.packed_bytes = 0xffffffff;
      append_number(entry.extra, 1, 2);
      append_number(entry.extra, 16, 2);
      entry.extra += any_bytes(dice, 16);
      break;
    default:
      if (entry.method != 0) break;
      spoil(entry.packed, dice);
      bool const is_deflated = dice.one_in(4);
      entry = true_entry(entry.name, std::string(entry.packed), is_deflated);
  }
  bytes = join_zip(entries);
}

}  // namespace sparseconv::fuzz
