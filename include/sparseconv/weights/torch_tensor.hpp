#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/pickle_value.hpp"
#include "sparseconv/weights/shared_bytes.hpp"
#include "sparseconv/weights/strided_copy.hpp"

namespace sparseconv::inline v0_1 {

/// The type of the numbers of a storage, given the class that a pickle names; nothing if it is another. A boolean is a byte.
[[nodiscard]] inline std::optional<ScalarType> torch_storage_type(Pickle const& pickle, PickleId storage_class) {
  using Named = std::pair<std::string_view, ScalarType>;
  static constexpr std::array<Named, 10> classes = {
      Named{"FloatStorage", ScalarType::float32}, {"DoubleStorage", ScalarType::float64},
      {"HalfStorage", ScalarType::float16},       {"BFloat16Storage", ScalarType::bf16},
      {"LongStorage", ScalarType::int64},         {"IntStorage", ScalarType::int32},
      {"ShortStorage", ScalarType::int16},        {"CharStorage", ScalarType::int8},
      {"ByteStorage", ScalarType::uint8},         {"BoolStorage", ScalarType::uint8}};
  for (auto const& [name, type] : classes)
    if (pickle.is_global(storage_class, "torch", name) || pickle.is_global(storage_class, "torch.cuda", name))
      return type;
  return std::nullopt;
}

/// The longest name of a storage, which is a number that torch.save counts or takes from an address.
inline constexpr std::size_t longest_torch_key = 64;

/// A storage, as a pickle names it: numbers of one type that tensors share.
struct TorchStorage {
  ScalarType type = ScalarType::float32;
  std::string_view key = {};     ///< of its bytes; views the pickle
  std::uint64_t count = 0;       ///< of its numbers
  std::uint64_t view_begin = 0;  ///< the number that what a tensor sees of it begins with,
  std::uint64_t view_count = 0;  ///< and how many these are
};

/// A natural number of a pickle that an index into a file may be.
[[nodiscard]] inline std::optional<std::uint64_t> torch_natural(Pickle const& pickle, PickleId id) {
  if (!pickle.is(id, PickleKind::integer) || pickle[id].integer < 0) return std::nullopt;
  return static_cast<std::uint64_t>(pickle[id].integer);
}

/// The storage of a persistent id, which is ('storage', class, key, device, count), and in older files has a view behind it:
/// (key, first number, count), or None. Nothing if its numbers are of a type that no array has.
///
/// Throws:  FormatError if the value is none of these.
[[nodiscard]] inline std::optional<TorchStorage> torch_storage_of(Pickle const& pickle, PickleId id,
                                                                  std::string_view where) {
  auto const fail = [&](PickleId found) {
    throw FormatError({where, ": ", pickle.describe(found), " stands where the storage of a tensor is named; the file ",
                       "is damaged"});
  };
  if (!pickle.is(id, PickleKind::persistent_id)) fail(id);
  PickleId const named = pickle[id].items[0];
  std::vector<PickleId> const& parts = pickle[named].items;
  if (!pickle.is(named, PickleKind::tuple) || parts.size() < 5 || !pickle.is_text(parts[0], "storage") ||
      !pickle.is(parts[2], PickleKind::text) || pickle[parts[2]].text.size() > longest_torch_key)
    fail(named);
  const std::optional<ScalarType> type = torch_storage_type(pickle, parts[1]);
  if (!type) return std::nullopt;
  const std::optional<std::uint64_t> count = torch_natural(pickle, parts[4]);
  if (!count) fail(parts[4]);
  TorchStorage storage{.type = *type, .key = pickle[parts[2]].text, .count = *count, .view_count = *count};
  if (parts.size() > 5 && !pickle.is(parts[5], PickleKind::none)) {
    std::vector<PickleId> const& view = pickle[parts[5]].items;
    if (!pickle.is(parts[5], PickleKind::tuple) || view.size() != 3) fail(parts[5]);
    const std::optional<std::uint64_t> begin = torch_natural(pickle, view[1]);
    const std::optional<std::uint64_t> seen = torch_natural(pickle, view[2]);
    if (!begin || !seen || *begin > *count || *seen > *count - *begin) fail(parts[5]);
    storage.view_begin = *begin;
    storage.view_count = *seen;
  }
  return storage;
}

/// A tensor, as a pickle describes it.
struct TorchTensor {
  TorchStorage storage;
  std::uint64_t begin = 0;          ///< the number of the storage that is the tensor's first
  std::vector<std::int64_t> shape;  ///< with as many numbers as 64 bits count, in bytes
  std::vector<std::int64_t> steps;  ///< numbers of the storage from one to the next along an axis
};

/// Whether the value is a tensor, or a parameter that is one.
[[nodiscard]] inline bool is_torch_tensor(Pickle const& pickle, PickleId id) {
  if (!pickle.is(id, PickleKind::call)) return false;
  PickleId const function = pickle[id].items[0];
  return pickle.is_global(function, "torch._utils", "_rebuild_tensor_v2") ||
         pickle.is_global(function, "torch._utils", "_rebuild_tensor") ||
         pickle.is_global(function, "torch._utils", "_rebuild_parameter");
}

/// Whether the value is a module, which holds its tensors as attributes.
[[nodiscard]] inline bool is_torch_module(Pickle const& pickle, PickleId id) {
  if (!pickle.is(id, PickleKind::call)) return false;
  PickleId const state = pickle[id].items[2];
  return pickle.find(state, "_parameters").has_value() || pickle.find(state, "_modules").has_value();
}

/// The integers of a list or tuple, as of torch.Size.
///
/// Throws:  FormatError if it is none, if the items are no integers, or are more than an array has axes.
[[nodiscard]] inline std::vector<std::int64_t> torch_integers(Pickle const& pickle, PickleId id,
                                                              std::string_view where) {
  if (!pickle.is(id, PickleKind::tuple) && !pickle.is(id, PickleKind::list))
    throw FormatError({where, ": ", pickle.describe(id), " stands for its extents or strides; the file is damaged"});
  std::vector<PickleId> const& items = pickle[id].items;
  if (items.size() > most_array_axes)
    throw FormatError({where, ": it has ", items.size(), " axes, an array at most ", most_array_axes,
                       "; save a tensor of fewer, by reshape"});
  std::vector<std::int64_t> integers;
  for (PickleId const item : items) {
    if (!pickle.is(item, PickleKind::integer))
      throw FormatError({where, ": ", pickle.describe(item), " is one of its extents or strides; the file is damaged"});
    integers.push_back(pickle[item].integer);
  }
  return integers;
}

/// Checks that all numbers of a tensor that has some lie in what it sees of its storage.
///
/// Throws:  FormatError if they do not.
inline void expect_in_storage(TorchTensor const& tensor, std::uint64_t begin, std::string_view where) {
  // What is left on both sides of the first number, of which each axis takes some.
  std::uint64_t const count = tensor.storage.view_count;
  bool fits = begin < count;
  std::uint64_t below = fits ? begin : 0;
  std::uint64_t above = fits ? count - 1 - begin : 0;
  for (std::size_t axis = 0; fits && axis < tensor.shape.size(); ++axis) {
    std::int64_t const step = tensor.steps[axis];
    auto const moves = static_cast<std::uint64_t>(tensor.shape[axis] - 1);
    if (step == 0 || moves == 0) continue;
    std::uint64_t const length =
        step < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(step) : static_cast<std::uint64_t>(step);
    std::uint64_t& left = step < 0 ? below : above;
    fits = length <= left / moves;
    if (fits) left -= length * moves;
  }
  if (!fits)
    throw FormatError({where, ": the shape ", tuple_text(tensor.shape), " with the strides ", tuple_text(tensor.steps),
                       " from number ", begin, " on does not lie in its storage of ", count, "; the file is damaged"});
}

/// The tensor that a value is; nothing if it is none, or its numbers are of a type that no array has. `where` names it in messages.
///
/// Throws:  FormatError if it is damaged: if its parts are not there, or its numbers do not lie in its storage.
[[nodiscard]] inline std::optional<TorchTensor> torch_tensor_of(Pickle const& pickle, PickleId id,
                                                                std::string_view where) {
  if (!is_torch_tensor(pickle, id)) return std::nullopt;
  auto const arguments = [&](PickleId call, std::size_t least) -> std::vector<PickleId> const& {
    PickleId const given = pickle[call].items[1];
    if (!pickle.is(given, PickleKind::tuple) || pickle[given].items.size() < least)
      throw FormatError({where, ": ", pickle.describe(given), " stands for its storage, offset, extents and strides; ",
                         "the file is damaged"});
    return pickle[given].items;
  };
  auto const is_parameter = [&](PickleId call) {
    return pickle.is_global(pickle[call].items[0], "torch._utils", "_rebuild_parameter");
  };
  if (is_parameter(id)) {
    id = arguments(id, 1)[0];
    if (!is_torch_tensor(pickle, id) || is_parameter(id)) return std::nullopt;
  }
  std::vector<PickleId> const& parts = arguments(id, 4);
  const std::optional<TorchStorage> storage = torch_storage_of(pickle, parts[0], where);
  if (!storage) return std::nullopt;
  TorchTensor tensor{.storage = *storage,
                     .shape = torch_integers(pickle, parts[2], where),
                     .steps = torch_integers(pickle, parts[3], where)};
  const std::optional<std::uint64_t> offset = torch_natural(pickle, parts[1]);
  if (!offset || tensor.shape.size() != tensor.steps.size())
    throw FormatError({where, ": the shape ", tuple_text(tensor.shape), ", the strides ", tuple_text(tensor.steps),
                       " and the offset (", pickle.describe(parts[1]), ") do not fit each other; the file is damaged"});
  const std::optional<std::uint64_t> bytes = bytes_of_shape(storage->type, tensor.shape);
  if (!bytes)
    throw FormatError({where, ": no memory holds the shape ", tuple_text(tensor.shape), "; the file is damaged"});
  if (*bytes == 0) return tensor;
  expect_in_storage(tensor, *offset, where);
  tensor.begin = storage->view_begin + *offset;
  return tensor;
}

/// Whether the numbers lie one after the other in C order.
[[nodiscard]] inline bool is_contiguous(TorchTensor const& tensor) {
  std::int64_t expected = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0; expected *= tensor.shape[axis])
    if (tensor.shape[axis] != 1 && tensor.steps[axis] != expected) return false;
  return true;
}

/// The tensor as an array, given the bytes of its storage, in which it stays if its numbers lie one after the other. Else they are
/// copied, and taken from the `bytes_left` that a reader may still ask for.
///
/// Throws:  CapacityError if they are not left.
[[nodiscard]] inline Array arrange_torch_tensor(TorchTensor tensor, SharedBytes const& storage,
                                                std::uint64_t& bytes_left, std::string_view where) {
  std::size_t const size = size_of(tensor.storage.type);
  std::size_t const bytes = bytes_of_shape(tensor.storage.type, tensor.shape).value_or(0);
  std::size_t const begin = tensor.begin * size;
  Array array{.type = tensor.storage.type, .shape = std::move(tensor.shape)};
  if (bytes == 0) return array;
  tensor.shape = array.shape;
  if (is_contiguous(tensor)) {
    array.bytes = storage.part(begin, bytes);
    return array;
  }
  if (bytes > bytes_left)
    throw CapacityError({where, ": the shape ", tuple_text(array.shape), " takes ", bytes, " bytes, ", bytes_left,
                         " are left of the limit for the whole file; raise TorchCheckpointOptions::max_bytes if that ",
                         "is its real size"});
  bytes_left -= bytes;
  std::vector<std::byte> made(bytes);
  copy_strided(size, array.shape, tensor.steps, storage.data() + begin, made.data());
  array.bytes = std::move(made);
  return array;
}

}  // namespace sparseconv::inline v0_1
