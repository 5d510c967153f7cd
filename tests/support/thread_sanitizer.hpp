#pragma once

/// SPARSECONV_THREAD_SANITIZER is 1 in a build under ThreadSanitizer, which GCC and Clang say in different ways, else 0. For the address
/// sanitizer see memory/memory_pool.hpp.
#if defined(__SANITIZE_THREAD__)
#define SPARSECONV_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SPARSECONV_THREAD_SANITIZER 1
#endif
#endif
#ifndef SPARSECONV_THREAD_SANITIZER
#define SPARSECONV_THREAD_SANITIZER 0
#endif
