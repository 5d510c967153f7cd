#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/broadcast_items.hpp"
#include "sparseconv/execute/cast_rows.hpp"
#include "sparseconv/execute/copy_rows.hpp"
#include "sparseconv/execute/embed_rows.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/layer_norm_rows.hpp"
#include "sparseconv/execute/mark_largest_rows.hpp"
#include "sparseconv/execute/mark_rows_above.hpp"
#include "sparseconv/execute/multiply_rows.hpp"
#include "sparseconv/execute/pool_items.hpp"
#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/execute/softmax_rows.hpp"
#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/index/select_sites.hpp"
#include "sparseconv/network/memory_plan.hpp"
#include "sparseconv/network/node_numbers.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// One run of a network's nodes over the features of its inputs. Features are of type T, weights of W; what comes and goes is of
/// type Outer.
template <Element T, Element W, Element Outer, int D, ExecutionPolicy Policy>
class NodeRun {
 public:
  using Memory = typename Policy::Memory;
  using Numbers = NodeNumbers<T, Memory, W>;

  NodeRun(Policy const& where, Graph const& graph, MemoryPlan const& plan, std::span<Numbers const> numbers,
          NodeSites<Policy, D>& sites)
      : where_(where),
        graph_(graph),
        plan_(plan),
        numbers_(numbers),
        sites_(sites),
        slots_(plan.slots.size(), PoolAllocator<std::optional<Buffer<T, Memory>>>(host_pool(where))),
        inputs_(PoolAllocator<Brought>(host_pool(where))) {}

  /// What an input brings. Features that have the type of the run are read where they are, and must outlive it.
  void set(Value input, MatrixView<Outer const, Memory> features) {
    if constexpr (std::same_as<T, Outer>) {
      inputs_.push_back({input, features});
    } else {
      cast_rows(where_, features, written(input));
    }
  }

  /// Finds the sites of a node's result: those that its features choose, where it chooses some.
  void make_sites(Value self) {
    if (auto const* const node = std::get_if<ChooseSitesNode>(&graph_.node(self).operation)) {
      refuse_to_choose_while_capturing();
      sites_.set(self, select_sites(where_, sites_.of(node->scores), mask(*node)).sites);
    }
    (void)sites_.of(self);
  }

  /// Does a node's arithmetic, and frees what no later node reads.
  void compute(Value self, NodeMap<Memory> const& map) {
    visit_node(
        Cases{
            [&](InputNode const&) {},
            [&](ConvNode const& node) { convolve(self, node, map); },
            [&](InverseConvNode const& node) { convolve(self, node, map); },
            [&](LinearNode const& node) {
              multiply_rows(where_, read(node.input), kernel(self).weights.view(), written(self), epilogue(self, node));
            },
            [&](BatchNormNode const& node) { normalise(self, node); },
            [&](LayerNormNode const& node) {
              auto const& norm = std::get<LayerNorm<T, Memory>>(numbers(self));
              layer_norm_rows(where_, read(node.input), norm.scale(), norm.shift(), norm.epsilon(), written(self));
            },
            [&](ActivationNode const& node) {
              finish_rows(where_, read(node.input), {}, Epilogue<T, Memory>{.activation = node.activation},
                          written(self));
            },
            [&](SoftmaxNode const& node) { softmax_rows(where_, read(node.input), written(self)); },
            [&](AddNode const& node) {
              finish_rows(where_, read(node.first), {},
                          Epilogue<T, Memory>{.residual = read(node.second), .activation = node.activation},
                          written(self));
            },
            [&](ConcatenateNode const& node) { concatenate(self, node); },
            [&](PoolNode const& node) { pool_rows(where_, map.view(), read(node.input), written(self), node.pooling); },
            [&](GlobalPoolNode const& node) {
              pool_items(where_, list_of(*map.item_offsets), read(node.input), written(self), node.pooling);
            },
            [&](BroadcastNode const& node) {
              broadcast_items(where_, list_of(*map.item_offsets), read(node.items), written(self));
            },
            [&](InputBesideNode const&) {},
            [&](EmbeddingNode const& node) {
              auto const& table = std::get<EmbeddingTable<T, Memory>>(numbers(self));
              embed_rows(where_, read(node.input), table.view(), written(self));
            },
            [&](UnpoolNode const& node) { take_rows(where_, list_of(*map.rows), read(node.input), written(self)); },
            [&](AxisPoolNode const& node) {
              pool_rows(where_, map.view(), read(node.input), written(self), node.pooling);
            },
            [&](ScaleSitesNode const& node) { copy_rows(where_, read(node.input), written(self)); },
            [&](JoinSitesNode const&) {},
            [&](ChooseSitesNode const&) {},
            [&](OntoSitesNode const& node) {
              take_rows_or_zeros(where_, list_of(*map.rows), read(node.input), written(self));
            }},
        graph_.node(self).operation);
    free_after(self);
  }

  /// The features of a value as an output of the network. They are moved out where nothing else will ask for them (`last`).
  [[nodiscard]] SparseTensor<Outer, D, Memory> take(Value value, bool last) {
    SiteSet<D, Memory> const& sites = sites_.of(value);
    std::int64_t const channels = graph_.type(value).channels;
    if constexpr (std::same_as<T, Outer>) {
      auto& slot = slots_[slot_of(value)];
      if (last && slot && plan_.slot(value).widest == value) return {sites, channels, std::move(*slot)};
    }
    SparseTensor<Outer, D, Memory> result(
        sites, channels, Buffer<Outer, Memory>(where_.memory(), feature_count(sites.size(), channels, name(value))));
    cast_rows(where_, read(value), result.features());
    return result;
  }

  /// Bytes of features that are held at present.
  [[nodiscard]] std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (auto const& slot : slots_) sum += slot ? slot->bytes() : 0;
    return sum;
  }

 private:
  struct Brought {
    Value input;
    MatrixView<Outer const, Memory> features;
  };

  static std::span<Row const> list_of(Buffer<Row, Memory> const& rows) {
    return {rows.data(), static_cast<std::size_t>(rows.size())};
  }

  [[nodiscard]] std::string const& name(Value value) const { return graph_.node(value).name; }
  [[nodiscard]] std::size_t slot_of(Value value) const { return static_cast<std::size_t>(plan_.place(value).slot); }
  [[nodiscard]] Numbers const& numbers(Value value) const { return numbers_[static_cast<std::size_t>(value.node)]; }
  [[nodiscard]] KernelNumbers<Memory, W> const& kernel(Value value) const {
    return std::get<KernelNumbers<Memory, W>>(numbers(value));
  }

  [[nodiscard]] MatrixView<T const, Memory> read(Value value) {
    if constexpr (std::same_as<T, Outer>) {
      for (Brought const& brought : inputs_) {
        if (brought.input == value) return brought.features;
      }
    }
    return lying(value);
  }

  [[nodiscard]] MatrixView<T, Memory> lying(Value value) {
    MatrixView<T, Memory> const all{slots_[slot_of(value)]->data(), sites_.of(value).size(),
                                    plan_.slot(value).channels};
    return all.column_range(plan_.place(value).first_channel, graph_.type(value).channels);
  }

  /// The rows of a value that are about to be written.
  [[nodiscard]] MatrixView<T, Memory> written(Value value) {
    auto& slot = slots_[slot_of(value)];
    if (!slot) {
      std::int64_t const rows = sites_.of(value).size();
      slot.emplace(where_.memory(), feature_count(rows, plan_.slot(value).channels, name(value)));
    }
    return lying(value);
  }

  void free_after(Value self) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (plan_.slots[i].last_reader == self.node) slots_[i].reset();
    }
  }

  /// A graph does the same for every frame, and these sites are others in each. So no earlier run can help.
  void refuse_to_choose_while_capturing() const {
    if constexpr (DevicePolicy<Policy>) {
      if (!where_.capturing()) return;
      throw CudaError(
          "choose_sites: the stream is being captured in a CUDA graph, and sites that scores choose are new in each "
          "run; capture a network that ends at the scores, and run what is behind them without a capture");
    }
  }

  [[nodiscard]] Buffer<std::uint8_t, Memory> mask(ChooseSitesNode const& node) {
    if (node.choice == SiteChoice::above) return mark_rows_above(where_, read(node.scores), node.threshold);
    auto const& sites = sites_.of(node.scores);
    std::vector<std::int64_t> const counts(static_cast<std::size_t>(sites.grid().batch_size), node.count);
    return mark_largest_rows(where_, *item_offsets(where_, sites), read(node.scores), counts);
  }

  template <class KernelNode>
  [[nodiscard]] Epilogue<T, Memory, W> epilogue(Value self, KernelNode const& node) {
    Buffer<W, Memory> const& bias = kernel(self).bias;
    Epilogue<T, Memory, W> epilogue{.bias = {bias.data(), static_cast<std::size_t>(bias.size())},
                                    .activation = node.activation};
    if (node.residual) epilogue.residual = read(*node.residual);
    return epilogue;
  }

  template <class KernelNode>
  void convolve(Value self, KernelNode const& node, NodeMap<Memory> const& map) {
    WeightsView<W, Memory> const weights = kernel(self).weights.view();
    if (map.row_map) {
      implicit_gemm(where_, *map.row_map, read(node.input), weights, written(self), epilogue(self, node));
    } else {
      gather_gemm_scatter(where_, map.view(), read(node.input), weights, written(self), epilogue(self, node));
    }
  }

  void normalise(Value self, BatchNormNode const& node) {
    if (auto const* const running = std::get_if<BatchNorm<T, Memory>>(&numbers(self))) {
      finish_rows(where_, read(node.input), running->factors(),
                  Epilogue<T, Memory, Accumulator<T>>{.bias = running->offsets(), .activation = node.activation},
                  written(self));
    } else {
      std::get<BatchStatisticsNorm<T, Memory>>(numbers(self))
          .apply(where_, read(node.input), written(self), node.activation);
    }
  }

  void concatenate(Value self, ConcatenateNode const& node) {
    MatrixView<T, Memory> const all = written(self);
    MemoryPlan::Place place = plan_.place(self);
    for (std::int64_t first = 0; Value const part : node.inputs) {
      std::int64_t const channels = graph_.type(part).channels;
      if (!plan_.lies_at(part, place)) copy_rows(where_, read(part), all.column_range(first, channels));
      first += channels;
      place.first_channel += channels;
    }
  }

  Policy const& where_;
  Graph const& graph_;
  MemoryPlan const& plan_;
  std::span<Numbers const> numbers_;
  NodeSites<Policy, D>& sites_;
  std::vector<std::optional<Buffer<T, Memory>>, PoolAllocator<std::optional<Buffer<T, Memory>>>> slots_;
  std::vector<Brought, PoolAllocator<Brought>> inputs_;
};

}  // namespace sparseconv::inline v0_1
