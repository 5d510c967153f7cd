// expect: BatchNorm::set takes its lists by name: norm.set({.scale = gamma, .shift = beta, .mean = running_mean
// errors: 1
#include <vector>

#include "sparseconv/layers/batch_norm.hpp"

void load(sparseconv::BatchNorm<float>& norm, std::vector<float> const& gamma, std::vector<float> const& beta,
          std::vector<float> const& mean, std::vector<float> const& variance) {
  norm.set(gamma, beta, mean, variance);
}
