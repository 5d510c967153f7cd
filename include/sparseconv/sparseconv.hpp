#pragma once

/// Everything that a plain C++20 compiler reads.

#include "sparseconv/error.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/cached_index.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/io/voxelize.hpp"
#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/models/second_encoder.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/dense.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "sparseconv/version.hpp"
