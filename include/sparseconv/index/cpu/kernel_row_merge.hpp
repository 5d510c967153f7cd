#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/cpu/kernel_row.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/policy/instruction_set.hpp"

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES
#include <immintrin.h>
#endif

namespace sparseconv::inline v0_1::on_cpu {

/// The furthest that a row which is merged may reach: then the 16 keys from an output's first input on hold all that it sees.
inline constexpr std::uint64_t merged_reach = 15;

/// Numbers that must follow the keys of the inputs and those of the windows; after the inputs' larger than every sought one.
inline constexpr std::int64_t merged_past_end = 16;

#if SPARSECONV_X86_KERNELS
/// Appends the pairs of a kernel row with outputs [begin, end) to the lists of its elements: eight outputs meet sixteen keys
/// at a time, in AVX-512. The first input of output `begin` is not before `at`. Key is std::uint64_t; it is a parameter so that
/// sparseconv::compiled can hold the function.
///
/// Both lists are sorted, so those outputs whose cells all lie within the sixteen keys are the first few of the eight. They
/// find their first input by four steps of bisection in registers; every element of the row then compares one key for each.
/// Where elements are side by side, those that find theirs go on to the next key; else they are bisected again.
template <class Key>
__attribute__((target("avx512f,popcnt"))) void merge_kernel_row(Key const* keys, std::int64_t at, Key const* windows,
                                                                std::int64_t begin, std::int64_t end,
                                                                KernelRow const& row, PairLists& lists);

#if SPARSECONV_BODIES
__attribute__((target("avx512f"))) inline __m512i in_all_lanes(std::uint64_t number) {
  return _mm512_set1_epi64(static_cast<long long>(number));
}

/// For each lane, how many of sixteen rising keys are below the number sought; all sixteen count as fifteen.
__attribute__((target("avx512f"))) inline __m512i keys_below(__m512i low, __m512i high, __m512i sought) {
  __m512i below = _mm512_setzero_si512();
  for (std::uint64_t step = 8; step > 0; step /= 2) {
    __m512i const probe = _mm512_permutex2var_epi64(low, _mm512_add_epi64(below, in_all_lanes(step - 1)), high);
    below = _mm512_mask_add_epi64(below, _mm512_cmplt_epu64_mask(probe, sought), below, in_all_lanes(step));
  }
  return below;
}

template <class Key>
__attribute__((target("avx512f,popcnt"))) void merge_kernel_row(Key const* keys, std::int64_t at, Key const* windows,
                                                                std::int64_t begin, std::int64_t end,
                                                                KernelRow const& row, PairLists& lists) {
  bool const side_by_side = row.dilation == 1;
  std::array<PackedPair*, merged_reach + 1> next;
  for (std::int64_t x = 0; x < row.width; ++x) {
    next[static_cast<std::size_t>(x)] = lists.end(row.first_element + x);
  }
  __m512i const lanes =
      _mm512_setr_epi64(0, 1LL << 32, 2LL << 32, 3LL << 32, 4LL << 32, 5LL << 32, 6LL << 32, 7LL << 32);
  for (std::int64_t output = begin; output < end;) {
    __m512i const low = _mm512_loadu_si512(keys + at);
    __m512i const high = _mm512_loadu_si512(keys + at + 8);
    __m512i sought = _mm512_add_epi64(_mm512_loadu_si512(windows + output), in_all_lanes(row.key));
    unsigned const beyond =
        _mm512_cmpgt_epu64_mask(_mm512_add_epi64(sought, in_all_lanes(row.reach())), in_all_lanes(keys[at + 15])) |
        0x100U;
    std::int64_t const within = __builtin_ctz(beyond);
    std::int64_t ready = 8;  // foretold by a branch, not waited for: nearly always so
    if (within < 8) ready = within;
    auto const counted = static_cast<__mmask8>((1U << (ready < end - output ? ready : end - output)) - 1);

    __m512i input = keys_below(low, high, sought);
    __m512i const here =
        _mm512_add_epi64(lanes, in_all_lanes(pack_pair(static_cast<Row>(at), static_cast<Row>(output))));
    for (std::int64_t x = 0; x < row.width; ++x) {
      __m512i const key = _mm512_permutex2var_epi64(low, input, high);
      __mmask8 const found = _mm512_mask_cmpeq_epu64_mask(counted, key, sought);
      PackedPair*& list = next[static_cast<std::size_t>(x)];
      _mm512_storeu_si512(list, _mm512_maskz_compress_epi64(found, _mm512_add_epi64(input, here)));
      list += __builtin_popcount(found);
      sought = _mm512_add_epi64(sought, in_all_lanes(row.dilation));
      input =
          side_by_side ? _mm512_mask_add_epi64(input, found, input, in_all_lanes(1)) : keys_below(low, high, sought);
    }

    output += ready;
    __m512i const first = in_all_lanes(windows[output] + row.key);
    at += __builtin_popcount(_mm512_cmplt_epu64_mask(low, first)) +
          __builtin_popcount(_mm512_cmplt_epu64_mask(high, first));
  }
  for (std::int64_t x = 0; x < row.width; ++x) lists.set_end(row.first_element + x, next[static_cast<std::size_t>(x)]);
}
#endif
#endif

}  // namespace sparseconv::inline v0_1::on_cpu
