// expect: compiles
// flags: -fno-rtti -DSPARSECONV_ALLOW_UNOPTIMIZED
#include "sparseconv/sparseconv.hpp"

int main() {
  sparseconv::SparseTensor<float, 2> const none;
  return static_cast<int>(sparseconv::SparsePool2D(sparseconv::SparsePoolConfig<2>{})(sparseconv::cpu, none).size());
}
