#pragma once

/// SPARSECONV_FETCH_NEAR(address) and SPARSECONV_FETCH(address): the cache line is wanted soon in the first-level cache, or in
/// the second. They change no value, and the address need not be valid.
///
/// Macros, because GCC takes a function that does nothing but this for one without effect, and leaves its calls out.
#if defined(__GNUC__) || defined(__clang__)
#define SPARSECONV_FETCH_NEAR(address) __builtin_prefetch(address, 0, 3)
#define SPARSECONV_FETCH(address) __builtin_prefetch(address, 0, 2)
#else
#define SPARSECONV_FETCH_NEAR(address) static_cast<void>(address)
#define SPARSECONV_FETCH(address) static_cast<void>(address)
#endif
