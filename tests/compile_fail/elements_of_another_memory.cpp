// expect: operator[]
#include "sparseconv/memory/buffer.hpp"

struct Elsewhere {
  using Resource = sparseconv::MemoryPool;
  static constexpr bool host_reads = false;
};

float first(sparseconv::Buffer<float, Elsewhere> const& values) {
  return values[0];
}
