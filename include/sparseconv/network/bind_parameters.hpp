#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/name_table.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/weight_layout.hpp"
#include "sparseconv/weights/array.hpp"

namespace sparseconv::inline v0_1 {

/// What is known of a checkpoint whose numbers a network takes.
struct BindOptions {
  /// How checkpoints may call the network's nodes; the network's own names if none is told. Of several the one of which most names
  /// are there counts.
  std::vector<NameTable> tables = {};
  std::optional<WeightLayout> layout = {};  ///< told by the table and found by the weights' shapes if not here
  std::optional<AxisOrder> axes = {};       ///< told by the table if not here
  std::optional<std::string> prefix = {};   ///< before all names, with its dot; found if not told
  bool allow_missing = false;               ///< leave parameters that are not there as they are
};

/// A parameter of a network, and the array that it was taken from.
struct BoundParameter {
  std::string parameter;            ///< its name in the network
  std::string key;                  ///< its name in the file
  std::vector<std::int64_t> shape;  ///< of the array
};

/// What bind_parameters did. Names are as the file has them; to_string() shows them to a person.
struct BindReport {
  std::string project = {};                 ///< of the table
  std::string prefix = {};                  ///< before all names
  std::optional<WeightLayout> layout = {};  ///< none if there were no weights of convolutions or linear layers
  AxisOrder axes = AxisOrder::same;         ///< how the file counts the axes of space
  std::vector<BoundParameter> bound = {};   ///< in the order of the network's nodes
  std::vector<std::string> missing = {};    ///< parameters of the network that were left as they were
  std::vector<std::string> left_over = {};  ///< arrays that belong to no node, in their order
};

/// A parameter that has to be found: its name, the names that it may have in a checkpoint, and what it is.
struct WantedParameter {
  std::string name;
  std::vector<std::string> keys;
  Parameter const* parameter = nullptr;
  std::optional<KernelShape> kernel = {};  ///< of a weight of a convolution or linear layer
};

/// The kernel of a node, if it is a convolution or linear.
[[nodiscard]] inline std::optional<KernelShape> kernel_shape(Graph const& graph, Value value) {
  auto const of_geometry = [&](NodeGeometry const& geometry, Value input, std::int64_t out, bool transposed) {
    KernelShape kernel{.in_channels = graph.type(input).channels, .out_channels = out, .transposed = transposed};
    for (int axis = 0; axis < graph.type(input).axes; ++axis) kernel.sizes.push_back(geometry.kernel_size[axis]);
    return std::optional(std::move(kernel));
  };
  Operation const& operation = graph.node(value).operation;
  if (auto const* conv = std::get_if<ConvNode>(&operation)) {
    return of_geometry(conv->geometry, conv->input, conv->out_channels, conv->geometry.transposed);
  }
  if (auto const* inverse = std::get_if<InverseConvNode>(&operation)) {
    return of_geometry(graph.geometry(inverse->undoes), inverse->input, inverse->out_channels, true);
  }
  if (auto const* linear = std::get_if<LinearNode>(&operation)) {
    return KernelShape{.in_channels = graph.type(linear->input).channels, .out_channels = linear->out_channels};
  }
  return std::nullopt;
}

/// Finds the numbers of a network among arrays, and brings them into its order.
class ParameterBinder {
 public:
  ParameterBinder(Network const& network, std::span<NamedArray const> arrays, BindOptions const& options)
      : network_(network), arrays_(arrays), options_(options), where_("bind_parameters: " + network.name()) {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (places_.emplace(arrays[i].name, i).second) continue;
      throw FormatError(
          {where_, ": two arrays are called ", name_in_quotes(arrays[i].name), "; give each a name of its own"});
    }
  }

  /// Throws: as bind_parameters().
  [[nodiscard]] BindReport bind(std::map<std::string, std::vector<float>>& numbers) {
    choose_table_and_prefix();
    BindReport report{.project = chosen_.table->project, .prefix = chosen_.prefix, .axes = axes()};
    std::set<std::size_t> used;
    Found found;
    for (WantedParameter const& wanted : chosen_.wanted) {
      auto const place = find(wanted);
      if (!place) {
        report.missing.push_back(wanted.name);
        continue;
      }
      used.insert(*place);
      found.emplace_back(&wanted, *place);
      report.bound.push_back({wanted.name, arrays_[*place].name, arrays_[*place].array.shape});
    }
    check_missing(report.missing);
    check_surplus(used);
    report.layout = choose_layout(found);
    for (auto const& [wanted, place] : found) {
      numbers.emplace(wanted->name, numbers_of(*wanted, arrays_[place], report.layout));
    }
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      if (!used.contains(i) && !says_nothing(arrays_[i].name)) report.left_over.push_back(arrays_[i].name);
    }
    return report;
  }

 private:
  /// A table, the parameters by its names, and what stands before these.
  struct Choice {
    NameTable const* table = nullptr;
    std::vector<WantedParameter> wanted;
    std::string prefix;
  };
  using Found = std::vector<std::pair<WantedParameter const*, std::size_t>>;

  [[nodiscard]] AxisOrder axes() const { return options_.axes.value_or(chosen_.table->axes); }

  /// A name without the role behind its last dot.
  [[nodiscard]] static std::string_view layer_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

  /// Counters that training keeps beside the numbers.
  [[nodiscard]] static bool says_nothing(std::string_view key) {
    return key.ends_with("num_batches_tracked") || key.ends_with("max_num_voxels_during_training");
  }

  /// What a norm does without where it takes the statistics of the batch.
  [[nodiscard]] static bool is_statistic(std::string_view key) {
    return key.ends_with(".running_mean") || key.ends_with(".running_var");
  }

  [[nodiscard]] std::vector<WantedParameter> parameters_in(NameTable const& table) const {
    std::vector<WantedParameter> wanted;
    Graph const& graph = network_.graph();
    for (std::int32_t i = 0; i < graph.size(); ++i) {
      std::string const& node = graph.node({i}).name;
      std::string const key = key_of(table, node);
      std::optional<KernelShape> const kernel = kernel_shape(graph, {i});
      for (auto const& [role, parameter] : parameters_of(graph, {i})) {
        WantedParameter one{.name = node + "." + role, .keys = {key + "." + role}};
        one.parameter = &network_.parameter(one.name);
        network_.check_parameter(*one.parameter, parameter.shape, one.name);
        if (kernel && role == "weight") {
          one.kernel = kernel;
          one.keys.push_back(key + ".kernel");
        }
        wanted.push_back(std::move(one));
      }
    }
    return wanted;
  }

  [[nodiscard]] std::optional<std::size_t> find(WantedParameter const& wanted) const {
    for (std::string const& key : wanted.keys) {
      auto const place = places_.find(chosen_.prefix + key);
      if (place != places_.end()) return place->second;
    }
    return std::nullopt;
  }

  /// How many of the wanted parameters are there behind each prefix.
  [[nodiscard]] std::map<std::string, std::size_t> count_by_prefix(std::vector<WantedParameter> const& wanted) const {
    std::unordered_map<std::string_view, std::size_t> owner;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      for (std::string const& key : wanted[i].keys) {
        owner.emplace(key, i);
        longest = std::max(longest, key.size());
      }
    }
    std::map<std::string, std::size_t> counts;
    for (NamedArray const& array : arrays_) {
      std::string_view const name = array.name;
      for (std::size_t begin = 0; begin < name.size();) {
        // What is longer is not looked up: a long name of many dots would take the square of its length.
        bool const may_be_one = name.size() - begin <= longest;
        if (may_be_one && owner.contains(name.substr(begin))) ++counts[std::string(name.substr(0, begin))];
        std::size_t const dot = name.find('.', begin);
        if (dot == std::string_view::npos) break;
        begin = dot + 1;
      }
    }
    return counts;
  }

  void choose_table_and_prefix() {
    static NameTable const own_names{.project = "its own names"};
    std::span<NameTable const> const tables = options_.tables.empty() ? std::span<NameTable const>(&own_names, 1)
                                                                      : std::span<NameTable const>(options_.tables);
    std::size_t most = 0;
    std::vector<Choice> best;
    for (NameTable const& table : tables) {
      std::vector<WantedParameter> const wanted = parameters_in(table);
      for (auto const& [prefix, count] : count_by_prefix(wanted)) {
        if (options_.prefix && *options_.prefix != prefix) continue;
        if (count < most) continue;
        if (count > most) best.clear();
        most = count;
        best.push_back({&table, wanted, prefix});
      }
    }
    if (best.empty()) throw_nothing_found(tables.front());
    for (Choice const& choice : best) {
      if (choice.table == best.front().table && choice.prefix != best.front().prefix) {
        throw ShapeError({where_, ": its numbers are there behind both ", name_in_quotes(best.front().prefix), " and ",
                          name_in_quotes(choice.prefix), "; say which by BindOptions::prefix"});
      }
    }
    // Of tables that find as much, the first that fits the shapes.
    for (Choice const& choice : best) {
      chosen_ = choice;
      if (shapes_fit()) return;
    }
    chosen_ = best.front();
  }

  [[nodiscard]] bool shapes_fit() const {
    return std::ranges::all_of(chosen_.wanted, [&](WantedParameter const& wanted) {
      auto const place = find(wanted);
      if (!place || !wanted.kernel) return true;
      return std::ranges::any_of(
          candidates(), [&](WeightLayout layout) { return places_in(layout, wanted, arrays_[*place]).has_value(); });
    });
  }

  [[noreturn]] void throw_nothing_found(NameTable const& table) const {
    std::vector<WantedParameter> const wanted = parameters_in(table);
    std::string const first = wanted.empty() ? "" : wanted.front().keys.front();
    std::string const sought = options_.prefix ? *options_.prefix + first : first;
    throw ShapeError({where_, ": none of its ", wanted.size(), " parameters is among the ", arrays_.size(), " arrays; ",
                      name_in_quotes(sought), " would be one, and ",
                      arrays_.empty() ? std::string("nothing") : name_in_quotes(arrays_.front().name),
                      " is there; give the NameTable of the file, or another prefix"});
  }

  [[nodiscard]] static std::string list_of(std::vector<std::string> const& names) {
    constexpr std::size_t most = 4;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
      text += (i > 0 ? ", " : "") + name_in_quotes(names[i]);
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " others";
    return text;
  }

  void check_missing(std::vector<std::string> const& missing) const {
    if (missing.empty() || options_.allow_missing) return;
    std::vector<std::string> keys;
    for (WantedParameter const& wanted : chosen_.wanted) {
      if (!find(wanted)) keys.push_back(chosen_.prefix + wanted.keys.front());
    }
    throw ShapeError({where_, ": ", missing.size(), " of ", chosen_.wanted.size(), " parameters are not in the file: ",
                      list_of(keys), "; check the file and the NameTable, or set BindOptions::allow_missing"});
  }

  /// Numbers of a node that the network does not take, such as a bias, would be lost without a word.
  void check_surplus(std::set<std::size_t> const& used) const {
    std::set<std::string, std::less<>> keys_of_nodes;
    for (std::size_t const i : used) {
      keys_of_nodes.emplace(layer_of(arrays_[i].name));
    }
    std::vector<std::string> surplus;
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      std::string_view const name = arrays_[i].name;
      if (used.contains(i) || says_nothing(name) || is_statistic(name)) continue;
      if (keys_of_nodes.contains(layer_of(name))) surplus.emplace_back(name);
    }
    if (surplus.empty()) return;
    throw ShapeError(
        {where_, ": the file has ", list_of(surplus),
         " beside numbers of the same layers that the network takes, and "
         "the network has no place for them; build it with those numbers (as .bias = true), or leave them out"});
  }

  [[nodiscard]] std::vector<WeightLayout> candidates() const {
    if (options_.layout) return {*options_.layout};
    if (!chosen_.table->layouts.empty()) return chosen_.table->layouts;
    return {all_weight_layouts.begin(), all_weight_layouts.end()};
  }

  [[nodiscard]] std::optional<WeightPlaces> places_in(WeightLayout layout, WantedParameter const& wanted,
                                                      NamedArray const& array) const {
    return weight_places(layout, axes(), *wanted.kernel, array.name.ends_with(".kernel"), array.array.shape);
  }

  /// The layout in which all weights have a place. Several will do if they mean the same.
  [[nodiscard]] std::optional<WeightLayout> choose_layout(Found const& found) const {
    std::vector<WeightLayout> left = candidates();
    for (auto const& [wanted, place] : found) {
      if (!wanted->kernel) continue;
      std::vector<WeightLayout> fitting;
      for (WeightLayout const layout : left) {
        if (places_in(layout, *wanted, arrays_[place])) fitting.push_back(layout);
      }
      if (fitting.empty()) throw_no_layout(*wanted, arrays_[place], left);
      left = std::move(fitting);
    }
    bool const has_weights = std::ranges::any_of(found, [](auto const& one) { return one.first->kernel.has_value(); });
    if (!has_weights) return std::nullopt;
    for (WeightLayout const other : left) {
      for (auto const& [wanted, place] : found) {
        if (!wanted->kernel) continue;
        if (places_in(left.front(), *wanted, arrays_[place]) != places_in(other, *wanted, arrays_[place])) {
          throw ShapeError({where_, ": the weights' shapes fit the layouts ", name_of(left.front()), " and ",
                            name_of(other), ", which differ for ", name_in_quotes(arrays_[place].name),
                            "; say which by BindOptions::layout"});
        }
      }
    }
    return left.front();
  }

  [[noreturn]] void throw_no_layout(WantedParameter const& wanted, NamedArray const& array,
                                    std::vector<WeightLayout> const& layouts) const {
    std::string names;
    for (WeightLayout const layout : layouts) names += (names.empty() ? "" : ", ") + std::string(name_of(layout));
    KernelShape const& kernel = *wanted.kernel;
    std::string sizes;
    for (std::int64_t const size : kernel.sizes) sizes += (sizes.empty() ? "" : " x ") + std::to_string(size);
    throw ShapeError({where_, ": ", name_in_quotes(array.name), " has the shape ", tuple_text(array.array.shape), "; ",
                      wanted.name, " takes ", sizes.empty() ? std::string("a matrix") : "a kernel of " + sizes, ", ",
                      kernel.in_channels, " -> ", kernel.out_channels,
                      " channels, which is another shape in the layout ", names,
                      "; check the network's channels and kernels, or BindOptions::layout and ::axes"});
  }

  [[nodiscard]] std::vector<float> numbers_of(WantedParameter const& wanted, NamedArray const& named,
                                              std::optional<WeightLayout> layout) const {
    std::string const where = error_message({where_, ": ", name_in_quotes(named.name)});
    std::vector<float> values = named.array.values_as<float>(where);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) continue;
      throw FormatError({where, ": number ", i, " is ", values[i],
                         ", which no trained network has; the file is damaged, or training failed"});
    }
    if (wanted.kernel) return arranged(*wanted.kernel, values, *places_in(*layout, wanted, named));
    if (wanted.parameter->shape.size() > 1 && wanted.parameter->shape == named.array.shape) return values;  // a table
    // Vectors; some frameworks write them as a row.
    std::int64_t const count = static_cast<std::int64_t>(values.size());
    std::vector<std::int64_t> const& shape = named.array.shape;
    bool const is_row = shape.size() == 1 || (shape.size() == 2 && shape.front() == 1);
    if (!is_row || wanted.parameter->shape != std::vector{count}) {
      throw ShapeError({where, " has the shape ", tuple_text(shape), "; ", wanted.name, " takes ",
                        shape_text(wanted.parameter->shape), "; check the network's channels"});
    }
    return values;
  }

  [[nodiscard]] static std::vector<float> arranged(KernelShape const& kernel, std::vector<float> const& values,
                                                   WeightPlaces const& places) {
    std::vector<float> numbers;
    numbers.reserve(values.size());
    for (std::int64_t const element : places.elements) {
      for (std::int64_t in = 0; in < kernel.in_channels; ++in) {
        for (std::int64_t out = 0; out < kernel.out_channels; ++out) {
          numbers.push_back(
              values[static_cast<std::size_t>(element + in * places.in_stride + out * places.out_stride)]);
        }
      }
    }
    return numbers;
  }

  Network const& network_;
  std::span<NamedArray const> arrays_;
  BindOptions const& options_;
  std::string where_;
  std::unordered_map<std::string_view, std::size_t> places_;
  Choice chosen_;
};

/// Gives a network the numbers of a checkpoint: finds them by the names of a table, behind whatever prefix they have there, and brings
/// weights into the order [K, C_in, C_out].
///
/// How the file stores weights is told by options.layout, else found: it is the one layout of the table in which all weights have
/// the shapes that the network takes. Arrays of other parts of a larger network are left, and listed. The network is as it was
/// unless all went well.
///
///     sc::Network net = sc::second(4);
///     auto const file = sc::read_torch_checkpoint("second.pth");
///     std::cout << sc::bind_parameters(net, file.arrays, {.tables = sc::name_tables(net)});
///
/// Throws: ShapeError if a parameter is not there and options.allow_missing is not set, if an array's shape fits none of the
///         layouts, several layouts fit and differ, the numbers are there behind several prefixes, or a layer has numbers that the
///         network does not take; FormatError if a number is not finite, is an integer that float does not hold, or two arrays have
///         one name.
inline BindReport bind_parameters(Network& network, std::span<NamedArray const> arrays,
                                  BindOptions const& options = {}) {
  std::map<std::string, std::vector<float>> numbers;
  BindReport report = ParameterBinder(network, arrays, options).bind(numbers);
  for (auto& [name, values] : numbers) network.parameter(name).values = std::move(values);
  return report;
}

/// A line for what was done, and the names of what was left, of many the first. Whatever the file calls its arrays, it can be printed.
[[nodiscard]] inline std::string to_string(BindReport const& report) {
  std::string text = std::to_string(report.bound.size()) + " parameters bound by " + report.project;
  if (!report.prefix.empty()) text += ", behind " + name_in_quotes(report.prefix);
  if (report.layout) text += ", weights as " + std::string(name_of(*report.layout)) + " has them";
  if (report.axes == AxisOrder::reversed) text += ", axes reversed";
  auto const list = [&](char const* what, std::vector<std::string> const& names) {
    if (names.empty()) return;
    constexpr std::size_t most = 64;
    text += "; " + std::to_string(names.size()) + what;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += " " + printable(names[i]);
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " others";
  };
  list(" missing:", report.missing);
  list(" left over:", report.left_over);
  return text + "\n";
}

/// Writes to_string() of the report.
inline std::ostream& operator<<(std::ostream& stream, BindReport const& report) {
  return stream << to_string(report);
}

}  // namespace sparseconv::inline v0_1
