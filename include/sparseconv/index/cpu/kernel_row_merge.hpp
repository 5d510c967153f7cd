#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/cpu/key_lanes.hpp"
#include "sparseconv/index/cpu/tile_finder.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/row.hpp"

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES
#include <immintrin.h>
#endif

namespace sparseconv::inline v0_1::on_cpu {

/// Some elements of the kernel, side by side along the last axis, that are merged together.
struct MergedElements {
  static constexpr std::int64_t most = 8;

  std::uint64_t key;  ///< from a window to the cell of the first
  std::int64_t first_element;
  std::int64_t count;
};

/// The pairs that up to 16 outputs, one behind the other, have by such elements: 40 bytes for up to 128 pairs.
struct MergedGroup {
  Row output;                          ///< the first
  Row input;                           ///< the first that is looked at
  std::array<std::uint8_t, 16> ahead;  ///< for each output, how far behind that its first element looks
  std::array<std::uint16_t, 8>
      found;  ///< for each element a bit for each output; who finds an input goes on to the next
};

/// Numbers that must follow the keys of the inputs and those of the windows; after the inputs' larger than every sought one.
inline constexpr std::int64_t merged_past_end = 32;

#if SPARSECONV_X86_KERNELS
#define SPARSECONV_MERGE_TARGET __attribute__((target("avx512f,popcnt")))

/// Finds the pairs of some elements with outputs [begin, end): a vector of outputs meets two of inputs at a time, in AVX-512. Key is
/// std::uint32_t or std::uint64_t.
///
/// The first input that output `begin` may take from is not before `at`, which moves on with the outputs. Groups are written from
/// `next` on, for which there must be room for one more than there are outputs; their end is returned. The pairs of each element
/// are added to its count.
///
/// Both lists are sorted, so those outputs whose cells all lie within the inputs at hand are the first few of the vector. They
/// find their first input by bisection in registers; every element then compares one key for each, and those that find theirs
/// go on to the next key.
template <class Key>
SPARSECONV_MERGE_TARGET MergedGroup* merge_elements(Key const* keys, std::int64_t& at, Key const* windows,
                                                    std::int64_t begin, std::int64_t end,
                                                    MergedElements const& elements, MergedGroup* next,
                                                    std::int64_t* counts);

/// Writes the pairs of groups [group, end) to the places of so many elements, which move on; those of an element that has no pair
/// must lead somewhere too. Nothing is written behind what an element has left. Places is PairPlaces.
template <class Places>
SPARSECONV_MERGE_TARGET void place_groups(MergedGroup const* group, MergedGroup const* end, std::int64_t elements,
                                          Places* places);

#if SPARSECONV_BODIES
template <class Key>
SPARSECONV_MERGE_TARGET MergedGroup* merge_elements(Key const* keys, std::int64_t& at, Key const* windows,
                                                    std::int64_t begin, std::int64_t end,
                                                    MergedElements const& elements, MergedGroup* next,
                                                    std::int64_t* counts) {
  using Lanes = KeyLanes<Key>;
  using Mask = typename Lanes::Mask;
  constexpr int lanes = Lanes::count;
  auto const to_first = static_cast<Key>(elements.key);
  __m512i const to_last = Lanes::all(static_cast<std::uint64_t>(elements.count) - 1);
  std::array<std::int64_t, std::size_t{MergedElements::most}> pairs{};
  Key const* inputs = keys + at;
  for (std::int64_t output = begin; output < end;) {
    auto const first = static_cast<Key>(windows[output] + to_first);
    while (inputs[2 * lanes - 1] < first) inputs += 2 * lanes;  // many, where only some lines are taken from
    __m512i const low = _mm512_loadu_si512(inputs);
    __m512i const high = _mm512_loadu_si512(inputs + lanes);
    __m512i sought = Lanes::sum(_mm512_loadu_si512(windows + output), Lanes::all(to_first));
    unsigned const beyond = Lanes::less(Lanes::all(inputs[2 * lanes - 1]), Lanes::sum(sought, to_last)) | (1U << lanes);
    std::int64_t const within = __builtin_ctz(beyond);
    std::int64_t ready = lanes;  // foretold by a branch, not waited for: nearly always so
    if (within < lanes) ready = within;
    auto const counted = static_cast<Mask>((1U << (ready < end - output ? ready : end - output)) - 1);

    // For each output, how many of the keys are below the first that it seeks; all of them count as all but one.
    __m512i ahead = _mm512_setzero_si512();
    SPARSECONV_UNROLL
    for (unsigned step = lanes; step > 0; step /= 2) {
      __m512i const probe = Lanes::pick(low, Lanes::sum(ahead, Lanes::all(step - 1)), high);
      ahead = Lanes::sum_where(Lanes::less(probe, sought), ahead, Lanes::all(step));
    }
    next->output = static_cast<Row>(output);
    next->input = static_cast<Row>(inputs - keys);
    Lanes::store_bytes(next->ahead.data(), ahead);
    unsigned any = 0;
    for (std::int64_t x = 0; x < elements.count; ++x) {
      Mask const found = Lanes::equal(counted, Lanes::pick(low, ahead, high), sought);
      next->found[static_cast<std::size_t>(x)] = found;
      any |= found;
      pairs[static_cast<std::size_t>(x)] += __builtin_popcount(found);
      sought = Lanes::sum(sought, Lanes::all(1));
      ahead = Lanes::sum_where(found, ahead, Lanes::all(1));
    }
    next += any != 0;

    output += ready;
    __m512i const left = Lanes::all(static_cast<Key>(windows[output < end ? output : end] + to_first));
    inputs += __builtin_popcount(Lanes::less(low, left)) + __builtin_popcount(Lanes::less(high, left));
  }
  at = inputs - keys;
  for (std::int64_t x = 0; x < elements.count; ++x) counts[x] += pairs[static_cast<std::size_t>(x)];
  return next;
}

template <class Places>
SPARSECONV_MERGE_TARGET void place_groups(MergedGroup const* group, MergedGroup const* end, std::int64_t elements,
                                          Places* places) {
  __m512i const one = _mm512_set1_epi32(1);
  __m512i const lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (; group != end; ++group) {
    __m512i const output = _mm512_add_epi32(lanes, _mm512_set1_epi32(group->output));
    __m128i const ahead = _mm_loadu_si128(reinterpret_cast<__m128i const*>(group->ahead.data()));
    __m512i input = _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(0xffff, ahead), _mm512_set1_epi32(group->input));
    for (std::int64_t x = 0; x < elements; ++x) {
      Places& to = places[x];
      __mmask16 const found = group->found[static_cast<std::size_t>(x)];
      int const count = __builtin_popcount(found);
      __m512i const inputs = _mm512_maskz_compress_epi32(found, input);
      __m512i const outputs = _mm512_maskz_compress_epi32(found, output);
      if (to.left >= 16) {  // a whole vector: the next pairs overwrite what is too much
        _mm512_storeu_si512(to.inputs, inputs);
        _mm512_storeu_si512(to.outputs, outputs);
      } else {  // by a mask, which takes longer: what lies behind is not ours
        auto const written = static_cast<__mmask16>((1U << count) - 1);
        _mm512_mask_storeu_epi32(to.inputs, written, inputs);
        _mm512_mask_storeu_epi32(to.outputs, written, outputs);
      }
      to.inputs += count;
      to.outputs += count;
      to.left -= count;
      input = _mm512_mask_add_epi32(input, found, input, one);
    }
  }
}
#endif

#undef SPARSECONV_MERGE_TARGET
#endif

}  // namespace sparseconv::inline v0_1::on_cpu
