#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/wide_key.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Sorts records by `key_bits` bits of the member `key`, from bit `first_bit` on; stable. Least significant digit first.
///
/// Each pass counts the digits of every stretch of records, turns the counts into places in one sweep over
/// (digit, stretch), and moves the records there; the order does not depend on how many threads took part.
template <class Record>
void sort_by_key(CpuPolicy const& where, Buffer<Record>& records, int key_bits, int first_bit = 0) {
  constexpr int digit_bits = 11;
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  using Counts = std::array<std::int64_t, digits>;

  std::int64_t const count = records.size();
  std::int64_t const stretch = std::max<std::int64_t>(std::int64_t{1} << 15, (count + 63) / 64);
  Buffer<Counts> places(where.memory(), (count + stretch - 1) / stretch);
  Buffer<Record> other(where.memory(), count);

  for (int shift = first_bit; shift < first_bit + key_bits; shift += digit_bits) {
    std::size_t const mask = (std::size_t{1} << std::min(digit_bits, first_bit + key_bits - shift)) - 1;
    auto const digit_of = [shift, mask](Record const& record) -> std::size_t {
      return low_bits(record.key >> shift) & mask;
    };
    Record const* const from = records.data();
    Record* const to = other.data();
    for_each_range(where, count, stretch, [&](std::int64_t begin, std::int64_t end) {
      Counts& counts = places[begin / stretch];
      counts.fill(0);
      for (std::int64_t i = begin; i < end; ++i) ++counts[digit_of(from[i])];
    });
    std::int64_t next = 0;
    for (std::size_t digit = 0; digit < digits; ++digit) {
      for (Counts& counts : places) next += std::exchange(counts[digit], next);
    }
    for_each_range(where, count, stretch, [&](std::int64_t begin, std::int64_t end) {
      Counts& place = places[begin / stretch];
      for (std::int64_t i = begin; i < end; ++i) to[place[digit_of(from[i])]++] = from[i];
    });
    std::swap(records, other);
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu
