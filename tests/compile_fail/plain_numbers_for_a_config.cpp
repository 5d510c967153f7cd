// expect: SubmanifoldConvConfig
#include "sparseconv/layers/submanifold_conv.hpp"

sparseconv::SubmanifoldConv3D<float> layer() {
  return sparseconv::SubmanifoldConv3D<float>(4, 16, 3);
}
