#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/coordinate.hpp"

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES
#include <immintrin.h>
#endif

namespace sparseconv::inline v0_1::on_cpu {

/// What keys are sums of: a number, and the fields of a site, each times a number of its own. Both wrap.
template <int D, class Key>
struct KeyWeights {
  Key first;
  std::array<Key, static_cast<std::size_t>(D) + 1> of_field;

  [[nodiscard]] constexpr Key key(Coordinate<D> const& site) const {
    Key sum = first + of_field[0] * static_cast<Key>(site.batch);
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      sum += of_field[axis + 1] * static_cast<Key>(site.position[axis]);
    }
    return sum;
  }
};

#if SPARSECONV_X86_KERNELS
/// The keys of sites in three dimensions, sixteen at a time in AVX-512; returns how many it has made. Key is std::uint32_t.
template <class Key>
__attribute__((target("avx512f"))) std::int64_t keys_by_sixteen(Coordinate<3> const* sites, std::int64_t count,
                                                                KeyWeights<3, Key> const& weights, Key* keys);

#if SPARSECONV_BODIES
/// The sums of neighbours in two vectors, as one; twice, and four numbers have become one. A function, as nvcc forgets the target of a
/// lambda.
__attribute__((target("avx512f"))) inline __m512i sums_of_neighbours(__m512i low, __m512i high) {
  __m512i const even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  __m512i const odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_add_epi32(_mm512_permutex2var_epi32(low, even, high), _mm512_permutex2var_epi32(low, odd, high));
}

/// The fields of four sites, each times its weight.
__attribute__((target("avx512f"))) inline __m512i weighed_sites(Coordinate<3> const* sites, __m512i of_field) {
  return _mm512_mullo_epi32(_mm512_loadu_si512(sites), of_field);
}

template <class Key>
__attribute__((target("avx512f"))) std::int64_t keys_by_sixteen(Coordinate<3> const* sites, std::int64_t count,
                                                                KeyWeights<3, Key> const& weights, Key* keys) {
  __m512i const of_field =
      _mm512_setr4_epi32(static_cast<int>(weights.of_field[0]), static_cast<int>(weights.of_field[1]),
                         static_cast<int>(weights.of_field[2]), static_cast<int>(weights.of_field[3]));
  __m512i const first = _mm512_set1_epi32(static_cast<int>(weights.first));
  std::int64_t made = 0;
  for (; made + 16 <= count; made += 16) {
    Coordinate<3> const* const from = sites + made;
    __m512i const sums =
        sums_of_neighbours(sums_of_neighbours(weighed_sites(from, of_field), weighed_sites(from + 4, of_field)),
                           sums_of_neighbours(weighed_sites(from + 8, of_field), weighed_sites(from + 12, of_field)));
    _mm512_storeu_si512(keys + made, _mm512_add_epi32(sums, first));
  }
  return made;
}
#endif
#endif

/// Writes the keys of sites.
template <int D, class Key>
void write_keys(CpuPolicy const& where, Coordinate<D> const* sites, std::int64_t count,
                KeyWeights<D, Key> const& weights, Key* keys) {
  for_each_range(where, count, 4096, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t i = begin;
#if SPARSECONV_X86_KERNELS
    if constexpr (D == 3 && std::same_as<Key, std::uint32_t>) {
      if (where.instruction_set() >= InstructionSet::avx512) {
        i += keys_by_sixteen(sites + begin, end - begin, weights, keys + begin);
      }
    }
#endif
    for (; i < end; ++i) keys[i] = weights.key(sites[i]);
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
