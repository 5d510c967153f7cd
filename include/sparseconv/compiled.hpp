#pragma once

/// What the library sparseconv::compiled holds: the verbs for the policies of the host, in the dimensions and element types that
/// most programs use. A program that links it does not compile them again; whatever else it uses it compiles itself, as all
/// programs do without the library. All files of a program should be compiled for it, and by the compiler that compiled it.
///
/// Both ways give the same bits. Each of the library's own sources is this file, with SPARSECONV_COMPILING naming the part that it
/// compiles: see cmake/sparseconv-compiled.cmake.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/broadcast_items.hpp"
#include "sparseconv/execute/cast_rows.hpp"
#include "sparseconv/execute/column_moments.hpp"
#include "sparseconv/execute/copy_rows.hpp"
#include "sparseconv/execute/cpu/microkernels.hpp"
#include "sparseconv/execute/embed_rows.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/layer_norm_rows.hpp"
#include "sparseconv/execute/multiply_rows.hpp"
#include "sparseconv/execute/pool_items.hpp"
#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/execute/softmax_rows.hpp"
#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/index/cpu/kernel_row_merge.hpp"
#include "sparseconv/index/cpu/linear_keys.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/intersect_sites.hpp"
#include "sparseconv/index/matching_rows.hpp"
#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/index/select_sites.hpp"
#include "sparseconv/index/unite_sites.hpp"
#include "sparseconv/layers/channel_to_space.hpp"
#include "sparseconv/layers/he_uniform.hpp"
#include "sparseconv/layers/kernel_layer.hpp"
#include "sparseconv/layers/occupancy_above.hpp"
#include "sparseconv/layers/onto_sites.hpp"
#include "sparseconv/layers/prune.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/points/build_interpolation_map.hpp"
#include "sparseconv/points/build_interpolation_map_batch.hpp"
#include "sparseconv/points/interpolate.hpp"
#include "sparseconv/points/rows_of_points.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/tensor/dense.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"

#ifdef SPARSECONV_COMPILED
namespace sparseconv::inline v0_1 {

// TEMPLATE is `extern template`, and in the source that compiles a part then `template`.

#if SPARSECONV_X86_KERNELS
#define SPARSECONV_LIST_MERGE_BY(TEMPLATE, Key)                                                             \
  TEMPLATE on_cpu::MergedGroup* on_cpu::merge_elements(Key const*, std::int64_t&, Key const*, std::int64_t, \
                                                       std::int64_t, on_cpu::MergedElements const&,         \
                                                       on_cpu::MergedGroup*, std::int64_t*);
#define SPARSECONV_LIST_MERGE(TEMPLATE)                                                                       \
  TEMPLATE std::int64_t on_cpu::keys_by_sixteen(Coordinate<3> const*, std::int64_t,                           \
                                                on_cpu::KeyWeights<3, std::uint32_t> const&, std::uint32_t*); \
  SPARSECONV_LIST_MERGE_BY(TEMPLATE, std::uint32_t)                                                           \
  SPARSECONV_LIST_MERGE_BY(TEMPLATE, std::uint64_t)                                                           \
  TEMPLATE void on_cpu::place_groups(on_cpu::MergedGroup const*, on_cpu::MergedGroup const*, std::int64_t,    \
                                     on_cpu::PairPlaces*);
#else
#define SPARSECONV_LIST_MERGE(TEMPLATE)
#endif

// Bodies that programs do not see.
#define SPARSECONV_PART_BODIES(TEMPLATE)                                                                              \
  SPARSECONV_LIST_MERGE(TEMPLATE)                                                                                     \
  TEMPLATE on_cpu::Microkernels<float> const& on_cpu::microkernels<float>(InstructionSet);                            \
  TEMPLATE on_cpu::Microkernels<double> const& on_cpu::microkernels<double>(InstructionSet);                          \
  TEMPLATE on_cpu::Microkernels<half> const* on_cpu::narrow_microkernels<half>(InstructionSet, std::int64_t);         \
  TEMPLATE on_cpu::Microkernels<bfloat16> const* on_cpu::narrow_microkernels<bfloat16>(InstructionSet, std::int64_t); \
  TEMPLATE void on_cpu::finish_rows(InstructionSet, on_cpu::RowsToFinish<float> const&);                              \
  TEMPLATE void on_cpu::finish_rows(InstructionSet, on_cpu::RowsToFinish<double> const&);                             \
  TEMPLATE void on_cpu::widen_numbers(half const*, float*, std::int64_t, InstructionSet);                             \
  TEMPLATE void on_cpu::widen_numbers(bfloat16 const*, float*, std::int64_t, InstructionSet);                         \
  TEMPLATE void on_cpu::narrow_numbers(float const*, half*, std::int64_t, InstructionSet);                            \
  TEMPLATE void on_cpu::narrow_numbers(float const*, bfloat16*, std::int64_t, InstructionSet);                        \
  TEMPLATE Buffer<float> he_uniform<float>(std::int64_t, std::int64_t, std::uint64_t);                                \
  TEMPLATE Buffer<double> he_uniform<double>(std::int64_t, std::int64_t, std::uint64_t);                              \
  TEMPLATE Buffer<half> he_uniform<half>(std::int64_t, std::int64_t, std::uint64_t);                                  \
  TEMPLATE Buffer<bfloat16> he_uniform<bfloat16>(std::int64_t, std::int64_t, std::uint64_t);

// Points to voxels, and the way back.
#define SPARSECONV_LIST_POINTS(TEMPLATE, Policy)                                                                       \
  TEMPLATE VoxelizedPoints<HostMemory> voxelize(Policy const&, MatrixView<float const>, VoxelGrid const&,              \
                                                VoxelLimits const&, BatchItem const&, std::array<double, 3> const&);   \
  TEMPLATE Buffer<Row> rows_of_points(Policy const&, SiteSet<3> const&, MatrixView<float const>, VoxelGrid const&,     \
                                      std::int32_t, std::array<double, 3> const&);                                     \
  TEMPLATE InterpolationMap<3> build_interpolation_map<float>(Policy const&, SiteSet<3> const&,                        \
                                                              MatrixView<float const>, VoxelGrid const&,               \
                                                              PointPlacement<3> const&, std::array<double, 3> const&); \
  TEMPLATE InterpolationMap<3> build_interpolation_map<float>(                                                         \
      Policy const&, SiteSet<3> const&, std::span<PointCloud const>, VoxelGrid const&, PointPlacement<3> const&);
#define SPARSECONV_PART_POINTS(TEMPLATE)      \
  SPARSECONV_LIST_POINTS(TEMPLATE, CpuPolicy) \
  SPARSECONV_LIST_POINTS(TEMPLATE, SequentialPolicy)

// Sites and the maps between them, in D dimensions.
#define SPARSECONV_LIST_INDEX(TEMPLATE, Policy, D)                                                                  \
  TEMPLATE PointSites<D> build_site_set<Policy, D>(Policy const&, Grid<D> const&, std::span<Coordinate<D> const>);  \
  TEMPLATE SiteSet<D> output_sites(Policy const&, SiteSet<D> const&, KernelGeometry<D> const&, OutputDefinition);   \
  TEMPLATE HashTable<D> build_hash_table(Policy const&, SiteSet<D> const&);                                         \
  TEMPLATE Rulebook<> build_rulebook(Policy const&, SiteSet<D> const&, SiteSet<D> const&, KernelGeometry<D> const&, \
                                     lookup::Sorted);                                                               \
  TEMPLATE Rulebook<> build_rulebook(Policy const&, SiteSet<D> const&, SiteSet<D> const&, KernelGeometry<D> const&, \
                                     lookup::Hash);                                                                 \
  TEMPLATE RowMap<> build_row_map(Policy const&, SiteSet<D> const&, SiteSet<D> const&, KernelGeometry<D> const&,    \
                                  lookup::Sorted);                                                                  \
  TEMPLATE SiteSet<D> cached_output_sites(Policy const&, SiteSet<D> const&, KernelGeometry<D> const&,               \
                                          OutputDefinition);                                                        \
  TEMPLATE std::shared_ptr<Rulebook<> const> cached_rulebook(Policy const&, SiteSet<D> const&, SiteSet<D> const&,   \
                                                             KernelGeometry<D> const&);                             \
  TEMPLATE std::shared_ptr<RowMap<> const> cached_row_map(Policy const&, SiteSet<D> const&, SiteSet<D> const&,      \
                                                          KernelGeometry<D> const&);                                \
  TEMPLATE Buffer<Row> parent_rows(Policy const&, SiteSet<D> const&, SiteSet<D> const&, PerAxis<D> const&);         \
  TEMPLATE OctreeLevel<D> octree_level(Policy const&, SiteSet<D> const&);                                           \
  TEMPLATE OctreeLevel<D> octree_children(Policy const&, SiteSet<D> const&, Buffer<std::uint32_t>, Grid<D> const&); \
  TEMPLATE SelectedSites<D> select_sites(Policy const&, SiteSet<D> const&, std::span<std::uint8_t const>);          \
  TEMPLATE SiteSet<D> unite_sites(Policy const&, SiteSet<D> const&, SiteSet<D> const&);                             \
  TEMPLATE SelectedSites<D> intersect_sites(Policy const&, SiteSet<D> const&, SiteSet<D> const&);                   \
  TEMPLATE Buffer<Row> matching_rows(Policy const&, SiteSet<D> const&, SiteSet<D> const&);

// What is computed on rows: features of T, weights of W.
#define SPARSECONV_LIST_CONVOLVE(TEMPLATE, Policy, T, W)                                                              \
  TEMPLATE void gather_gemm_scatter(Policy const&, RulebookView<> const&, MatrixView<T const>, WeightsView<W> const&, \
                                    MatrixView<T>, Epilogue<T, HostMemory, W> const&);                                \
  TEMPLATE void gather_gemm_scatter(Policy const&, Rulebook<> const&, MatrixView<T const>, WeightsView<W> const&,     \
                                    MatrixView<T>, Epilogue<T, HostMemory, W> const&);                                \
  TEMPLATE void implicit_gemm(Policy const&, RowMap<> const&, MatrixView<T const>, WeightsView<W> const&,             \
                              MatrixView<T>, Epilogue<T, HostMemory, W> const&);                                      \
  TEMPLATE void on_seq::implicit_gemm(Policy const&, RowMapView const&, MatrixView<T const>, WeightsView<W> const&,   \
                                      MatrixView<T>, Epilogue<T, HostMemory, W> const&);                              \
  TEMPLATE void multiply_rows(Policy const&, MatrixView<T const>, WeightsView<W> const&, MatrixView<T>,               \
                              Epilogue<T, HostMemory, W> const&);                                                     \
  TEMPLATE void finish_rows(Policy const&, MatrixView<T const>, std::span<Accumulator<T> const>,                      \
                            Epilogue<T, HostMemory, W> const&, MatrixView<T>);

// The same behind the verbs, for weights that are no views.
#define SPARSECONV_LIST_BACK_ENDS(TEMPLATE, T, W)                                                              \
  TEMPLATE void on_seq::gather_gemm_scatter(RulebookView<> const&, MatrixView<T const>, WeightsView<W> const&, \
                                            MatrixView<T>, Epilogue<T, HostMemory, W> const&);                 \
  TEMPLATE void on_cpu::gather_gemm_scatter(CpuPolicy const&, RulebookView<> const&, MatrixView<T const>,      \
                                            WeightsView<W> const&, MatrixView<T>, Epilogue<T, HostMemory, W> const&);

// What is computed on rows without weights.
#define SPARSECONV_LIST_POOL(TEMPLATE, Policy, T)                                                             \
  TEMPLATE void pool_rows(Policy const&, RulebookView<> const&, MatrixView<T const>, MatrixView<T>, Pooling); \
  TEMPLATE void pool_rows(Policy const&, Rulebook<> const&, MatrixView<T const>, MatrixView<T>, Pooling);

// What is computed on rows by themselves, or on those of a batch item.
#define SPARSECONV_LIST_ITEMS(TEMPLATE, Policy, T)                                                                    \
  TEMPLATE void copy_rows(Policy const&, MatrixView<T const>, MatrixView<T>);                                         \
  TEMPLATE void softmax_rows(Policy const&, MatrixView<T const>, MatrixView<T>);                                      \
  TEMPLATE void pool_items(Policy const&, std::span<Row const>, MatrixView<T const>, MatrixView<T>, Pooling);         \
  TEMPLATE void broadcast_items(Policy const&, std::span<Row const>, MatrixView<T const>, MatrixView<T>);             \
  TEMPLATE void take_rows(Policy const&, std::span<Row const>, MatrixView<T const>, MatrixView<T>);                   \
  TEMPLATE void take_rows_or_zeros(Policy const&, std::span<Row const>, MatrixView<T const>, MatrixView<T>);          \
  TEMPLATE void embed_rows(Policy const&, MatrixView<T const>, MatrixView<T const>, MatrixView<T>);                   \
  TEMPLATE void column_moments(Policy const&, MatrixView<T const> const&, std::span<double>, std::span<double>);      \
  TEMPLATE void layer_norm_rows(Policy const&, MatrixView<T const>, std::span<double const>, std::span<double const>, \
                                double, MatrixView<T>);
#define SPARSECONV_LIST_CAST(TEMPLATE, Policy, T)                                 \
  TEMPLATE void cast_rows(Policy const&, MatrixView<T const>, MatrixView<float>); \
  TEMPLATE void cast_rows(Policy const&, MatrixView<float const>, MatrixView<T>);
#define SPARSECONV_PART_CAST(TEMPLATE, T)      \
  SPARSECONV_LIST_CAST(TEMPLATE, CpuPolicy, T) \
  SPARSECONV_LIST_CAST(TEMPLATE, SequentialPolicy, T)

// Features of T on sites in D dimensions.
#define SPARSECONV_LIST_FEATURES(TEMPLATE, Policy, T, D)                                                               \
  TEMPLATE SparseTensor<T, D> make_sparse_tensor(Policy const&, Grid<D> const&, std::span<Coordinate<D> const>,        \
                                                 std::span<T const>, Duplicates);                                      \
  TEMPLATE SparseTensor<T, D> make_sparse_tensor(Policy const&, Grid<D> const&, std::initializer_list<Coordinate<D>>,  \
                                                 std::initializer_list<T>, Duplicates);                                \
  TEMPLATE SparseTensor<T, D> features_to_sites(Policy const&, PointSites<D> const&, MatrixView<T const>, Duplicates); \
  TEMPLATE DenseTensor<T, D> to_dense(Policy const&, SparseTensor<T, D> const&);                                       \
  TEMPLATE SparseTensor<T, D> from_dense(Policy const&, DenseTensor<T, D> const&);

// What a decoder does with features, whose sites are chosen and joined on the way.
#define SPARSECONV_LIST_CHOSEN(TEMPLATE, Policy, T, D)                                                                 \
  TEMPLATE InterpolationMap<D> build_interpolation_map<float>(Policy const&, SiteSet<D> const&,                        \
                                                              MatrixView<float const>, PointPlacement<D> const&);      \
  TEMPLATE SparseTensor<T, D> prune(Policy const&, SparseTensor<T, D> const&, std::span<std::uint8_t const>);          \
  TEMPLATE SparseTensor<T, D> prune(Policy const&, SparseTensor<T, D> const&, SelectedSites<D> const&);                \
  TEMPLATE Buffer<std::uint8_t> mask_above(Policy const&, SparseTensor<T, D> const&, double);                          \
  TEMPLATE Buffer<std::uint8_t> mask_largest(Policy const&, SparseTensor<T, D> const&, std::span<std::int64_t const>); \
  TEMPLATE SparseTensor<T, D> onto_sites(Policy const&, SparseTensor<T, D> const&, SiteSet<D> const&);                 \
  TEMPLATE SparseTensor<T, D> channel_to_space(Policy const&, SparseTensor<T, D> const&, OctreeLevel<D> const&);       \
  TEMPLATE SparseTensor<T, D> space_to_channel(Policy const&, SparseTensor<T, D> const&, OctreeLevel<D> const&);       \
  TEMPLATE Buffer<std::uint32_t> occupancy_above(Policy const&, SparseTensor<T, D> const&, double);                    \
  TEMPLATE Buffer<T> interpolate(Policy const&, SparseTensor<T, D> const&, InterpolationMap<D, Accumulator<T>> const&);
#define SPARSECONV_PART_CHOSEN(TEMPLATE, D)             \
  SPARSECONV_LIST_CHOSEN(TEMPLATE, CpuPolicy, float, D) \
  SPARSECONV_LIST_CHOSEN(TEMPLATE, SequentialPolicy, float, D)

// The parts of the library: one source compiles each.
#define SPARSECONV_PART_INDEX(TEMPLATE, D)      \
  TEMPLATE class SiteSet<D>;                    \
  SPARSECONV_LIST_INDEX(TEMPLATE, CpuPolicy, D) \
  SPARSECONV_LIST_INDEX(TEMPLATE, SequentialPolicy, D)
#define SPARSECONV_PART_INDEX_1(TEMPLATE) SPARSECONV_PART_INDEX(TEMPLATE, 1)
#define SPARSECONV_PART_INDEX_2(TEMPLATE) SPARSECONV_PART_INDEX(TEMPLATE, 2)
#define SPARSECONV_PART_INDEX_3(TEMPLATE) SPARSECONV_PART_INDEX(TEMPLATE, 3)
#define SPARSECONV_PART_INDEX_4(TEMPLATE) SPARSECONV_PART_INDEX(TEMPLATE, 4)

#define SPARSECONV_PART_FEATURES(TEMPLATE, T, D)      \
  TEMPLATE class SparseTensor<T, D>;                  \
  TEMPLATE class Convolution<T, D>;                   \
  SPARSECONV_LIST_FEATURES(TEMPLATE, CpuPolicy, T, D) \
  SPARSECONV_LIST_FEATURES(TEMPLATE, SequentialPolicy, T, D)
#define SPARSECONV_PART_FEATURES_1(TEMPLATE)   \
  SPARSECONV_PART_FEATURES(TEMPLATE, float, 1) \
  SPARSECONV_PART_FEATURES(TEMPLATE, double, 1) SPARSECONV_PART_CHOSEN(TEMPLATE, 1)
#define SPARSECONV_PART_FEATURES_2(TEMPLATE)   \
  SPARSECONV_PART_FEATURES(TEMPLATE, float, 2) \
  SPARSECONV_PART_FEATURES(TEMPLATE, double, 2) SPARSECONV_PART_CHOSEN(TEMPLATE, 2)
#define SPARSECONV_PART_FEATURES_3(TEMPLATE)   \
  SPARSECONV_PART_FEATURES(TEMPLATE, float, 3) \
  SPARSECONV_PART_FEATURES(TEMPLATE, double, 3) SPARSECONV_PART_CHOSEN(TEMPLATE, 3)
#define SPARSECONV_PART_FEATURES_4(TEMPLATE)   \
  SPARSECONV_PART_FEATURES(TEMPLATE, float, 4) \
  SPARSECONV_PART_FEATURES(TEMPLATE, double, 4) SPARSECONV_PART_CHOSEN(TEMPLATE, 4)
#define SPARSECONV_PART_FEATURES_NARROW(TEMPLATE) \
  SPARSECONV_PART_FEATURES(TEMPLATE, half, 2)     \
  SPARSECONV_PART_FEATURES(TEMPLATE, half, 3)     \
  SPARSECONV_PART_FEATURES(TEMPLATE, bfloat16, 2) \
  SPARSECONV_PART_FEATURES(TEMPLATE, bfloat16, 3)

#define SPARSECONV_PART_ROWS(TEMPLATE, T, W)                 \
  SPARSECONV_LIST_CONVOLVE(TEMPLATE, CpuPolicy, T, W)        \
  SPARSECONV_LIST_CONVOLVE(TEMPLATE, SequentialPolicy, T, W) \
  SPARSECONV_LIST_BACK_ENDS(TEMPLATE, T, W)
#define SPARSECONV_PART_POOL(TEMPLATE, T)             \
  SPARSECONV_LIST_POOL(TEMPLATE, CpuPolicy, T)        \
  SPARSECONV_LIST_POOL(TEMPLATE, SequentialPolicy, T) \
  SPARSECONV_LIST_ITEMS(TEMPLATE, CpuPolicy, T)       \
  SPARSECONV_LIST_ITEMS(TEMPLATE, SequentialPolicy, T)
#define SPARSECONV_PART_ROWS_OF(TEMPLATE, T) \
  TEMPLATE class KernelLayer<T>;             \
  SPARSECONV_PART_POOL(TEMPLATE, T)          \
  SPARSECONV_PART_ROWS(TEMPLATE, T, float)   \
  SPARSECONV_PART_ROWS(TEMPLATE, T, half)    \
  SPARSECONV_PART_ROWS(TEMPLATE, T, bfloat16)
#define SPARSECONV_PART_ROWS_FLOAT(TEMPLATE) SPARSECONV_PART_ROWS_OF(TEMPLATE, float)
#define SPARSECONV_PART_ROWS_HALF(TEMPLATE) SPARSECONV_PART_ROWS_OF(TEMPLATE, half) SPARSECONV_PART_CAST(TEMPLATE, half)
#define SPARSECONV_PART_ROWS_BFLOAT16(TEMPLATE) \
  SPARSECONV_PART_ROWS_OF(TEMPLATE, bfloat16) SPARSECONV_PART_CAST(TEMPLATE, bfloat16)
#define SPARSECONV_PART_ROWS_DOUBLE(TEMPLATE) \
  TEMPLATE class KernelLayer<double>;         \
  SPARSECONV_PART_CAST(TEMPLATE, double)      \
  SPARSECONV_PART_POOL(TEMPLATE, double) SPARSECONV_PART_ROWS(TEMPLATE, double, double)

#define SPARSECONV_EXTERN extern template
SPARSECONV_PART_BODIES(SPARSECONV_EXTERN)
SPARSECONV_PART_POINTS(SPARSECONV_EXTERN)
SPARSECONV_PART_INDEX_1(SPARSECONV_EXTERN)
SPARSECONV_PART_INDEX_2(SPARSECONV_EXTERN)
SPARSECONV_PART_INDEX_3(SPARSECONV_EXTERN)
SPARSECONV_PART_INDEX_4(SPARSECONV_EXTERN)
SPARSECONV_PART_FEATURES_1(SPARSECONV_EXTERN)
SPARSECONV_PART_FEATURES_2(SPARSECONV_EXTERN)
SPARSECONV_PART_FEATURES_3(SPARSECONV_EXTERN)
SPARSECONV_PART_FEATURES_4(SPARSECONV_EXTERN)
SPARSECONV_PART_FEATURES_NARROW(SPARSECONV_EXTERN)
SPARSECONV_PART_ROWS_FLOAT(SPARSECONV_EXTERN)
SPARSECONV_PART_ROWS_DOUBLE(SPARSECONV_EXTERN)
SPARSECONV_PART_ROWS_HALF(SPARSECONV_EXTERN)
SPARSECONV_PART_ROWS_BFLOAT16(SPARSECONV_EXTERN)
#if defined(SPARSECONV_COMPILING) && !defined(SPARSECONV_COMPILING_NETWORKS)
#define SPARSECONV_JOIN(a, b) a##b
#define SPARSECONV_PART_NAMED(name, TEMPLATE) SPARSECONV_JOIN(SPARSECONV_PART_, name)(TEMPLATE)
SPARSECONV_PART_NAMED(SPARSECONV_COMPILING, template)
#endif

}  // namespace sparseconv::inline v0_1
#endif
