#pragma once

#include <cstdint>
#include <vector>

#include "support/yardsticks.hpp"

#ifdef SPARSECONV_HAVE_ONEDNN
#include <dnnl.hpp>
#endif

namespace benchmark_support {

/// What a dense convolution is of.
enum class DenseElement { float32, bfloat16 };

#ifdef SPARSECONV_HAVE_ONEDNN
/// oneDNN's convolution of every cell of a grid: kernel 3 along each axis, stride 1, padding 1, batch 1. All memory lies as oneDNN
/// likes it best, and getting it there is not timed.
class DenseConvolution {
 public:
  DenseConvolution(std::vector<std::int64_t> const& extents, std::int64_t channels, DenseElement element, int threads)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), threads_(threads) {
    set_threads();
    using dnnl::memory;
    auto const type = element == DenseElement::float32 ? memory::data_type::f32 : memory::data_type::bf16;
    memory::dims features{1, channels};
    features.insert(features.end(), extents.begin(), extents.end());
    memory::dims weights{channels, channels};
    weights.insert(weights.end(), extents.size(), 3);
    memory::dims const ones(extents.size(), 1);
    memory::desc const any_features(features, type, memory::format_tag::any);
    memory::desc const any_weights(weights, type, memory::format_tag::any);
#if DNNL_VERSION_MAJOR >= 3
    dnnl::convolution_forward::primitive_desc const chosen(engine_, dnnl::prop_kind::forward_inference,
                                                           dnnl::algorithm::convolution_direct, any_features,
                                                           any_weights, any_features, ones, ones, ones);
#else
    dnnl::convolution_forward::desc const asked(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                                                any_features, any_weights, any_features, ones, ones, ones);
    dnnl::convolution_forward::primitive_desc const chosen(asked, engine_);
#endif
    convolution_ = dnnl::convolution_forward(chosen);
    input_ = random_memory(chosen.src_desc());
    weights_ = random_memory(chosen.weights_desc());
    output_ = dnnl::memory(chosen.dst_desc(), engine_);
  }

  void operator()() {
    set_threads();
    convolution_.execute(stream_, {{DNNL_ARG_SRC, input_}, {DNNL_ARG_WEIGHTS, weights_}, {DNNL_ARG_DST, output_}});
    stream_.wait();
  }

 private:
  void set_threads() const {
#ifdef _OPENMP
    omp_set_num_threads(threads_);
#endif
  }

  /// Numbers that are neither 0 nor denormal, whatever their type: bytes of floats or bfloat16 near 1.
  dnnl::memory random_memory(dnnl::memory::desc const& desc) {
    dnnl::memory memory(desc, engine_);
    auto* const words = static_cast<std::uint16_t*>(memory.get_data_handle());
    std::mt19937 random(1);
    for (std::size_t i = 0; i < desc.get_size() / 2; ++i) {
      words[i] = static_cast<std::uint16_t>(0x3f00U | (random() & 0x80ffU));
    }
    return memory;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  int threads_;
  dnnl::convolution_forward convolution_;
  dnnl::memory input_;
  dnnl::memory weights_;
  dnnl::memory output_;
};
#else
class DenseConvolution {
 public:
  DenseConvolution(std::vector<std::int64_t> const&, std::int64_t, DenseElement, int) {}
  void operator()() {}
};
#endif

}  // namespace benchmark_support
