#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/pickle_value.hpp"
#include "sparseconv/weights/shared_bytes.hpp"
#include "sparseconv/weights/torch_storages.hpp"
#include "sparseconv/weights/torch_tensor.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// What of a checkpoint is read, and how large it may be.
struct TorchCheckpointOptions {
  /// Dotted path of the dictionary of tensors, or of any other dictionary, list or tuple with tensors in it; found if empty.
  std::string dictionary = {};

  /// The most bytes that the pickle, the storages that are read, and tensors that are no piece of theirs may take together.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
};

/// The tensors of a file of torch.save, and a list of what else is in it.
struct TorchCheckpoint {
  std::string dictionary;          ///< the dotted path of what was read; empty for the whole value
  std::vector<NamedArray> arrays;  ///< names are dotted paths from there

  /// Dotted paths of what is no array, with what it is: in the dictionary, from there, and beside it, from the top: "epoch
  /// (integer 80)", "optimizer.state (dict of 3)", "history (opaque mmcv.HistoryBuffer)". They can be printed, whatever is in the file.
  std::vector<std::string> others;
};

/// The name that paths have for a key that is no text.
[[nodiscard]] inline std::string torch_key_text(Pickle const& pickle, PickleId key) {
  if (pickle.is(key, PickleKind::integer)) return std::to_string(pickle[key].integer);
  return "(" + pickle.describe(key) + ")";
}

/// Whether the value is a dictionary of tensors: a dict more than half of whose own values are tensors.
[[nodiscard]] inline bool is_torch_dictionary(Pickle const& pickle, PickleId id) {
  if (!pickle.is(id, PickleKind::dict)) return false;
  std::vector<PickleId> const& items = pickle[id].items;
  std::size_t tensors = 0;
  for (std::size_t i = 1; i < items.size(); i += 2) tensors += is_torch_tensor(pickle, items[i]) ? 1U : 0U;
  return tensors > items.size() / 2 - tensors;
}

/// Walks the value of a checkpoint, finds its dictionary of tensors, and makes arrays of them. `Storages` is TorchZip or
/// TorchRecords.
template <class Storages>
class TorchReader {
 public:
  TorchReader(Pickle pickle, Storages& storages, std::uint64_t& bytes_left, std::string_view where)
      : pickle_(std::move(pickle)),
        storages_(&storages),
        bytes_left_(&bytes_left),
        where_(where),
        visited_(pickle_.values.size(), false),
        // Paths repeat the names above them, which a damaged file may do without end.
        path_bytes_left_(64 * std::uint64_t{pickle_.bytes} + (1 << 20)) {}

  [[nodiscard]] TorchCheckpoint read(std::string_view dictionary) {
    PickleId const chosen = dictionary.empty() ? find() : resolve(dictionary);
    visit("", chosen, 0);
    if (checkpoint_.arrays.empty())
      throw FormatError({where_, ": there are no tensors in it (", describe(chosen),
                         "); torch.save(model.state_dict(), path) writes a file that has"});
    std::vector<std::string const*> names;
    for (NamedArray const& named : checkpoint_.arrays) names.push_back(&named.name);
    if (std::string const* repeated = repeated_name(std::move(names)))
      throw FormatError({where_, ": more than one tensor has the path ", name_in_quotes(*repeated),
                         "; choose one dictionary by TorchCheckpointOptions::dictionary, or save one without dots in "
                         "its keys"});
    return std::move(checkpoint_);
  }

 private:
  [[nodiscard]] std::string describe(PickleId id) const {
    return is_torch_tensor(pickle_, id) ? "tensor" : pickle_.describe(id);
  }

  [[noreturn]] void refuse_module() const {
    throw FormatError({where_,
                       ": it holds a whole module, which only its own program can make; "
                       "torch.save(model.state_dict(), path) writes its tensors"});
  }

  /// The first dictionary of tensors of those that are usual, or the whole value.
  PickleId find() {
    if (is_torch_dictionary(pickle_, pickle_.top)) return pickle_.top;
    bool has_module = is_torch_module(pickle_, pickle_.top);
    for (std::string_view const name : {"state_dict", "model_state", "model", "module"}) {
      const std::optional<PickleId> value = pickle_.find(pickle_.top, name);
      if (!value) continue;
      has_module = has_module || is_torch_module(pickle_, *value);
      if (!is_torch_dictionary(pickle_, *value)) continue;
      checkpoint_.dictionary = name;
      list_beside("", pickle_.top, *value);
      return *value;
    }
    if (has_module) refuse_module();
    return pickle_.top;
  }

  /// The value that the caller names. Keys may have dots in them; the longest that fits is taken.
  PickleId resolve(std::string_view dictionary) {
    PickleId at = pickle_.top;
    std::string path;
    for (std::string_view rest = dictionary; !rest.empty();) {
      std::optional<PickleId> next;
      std::string key_taken;
      for_each_item(at, [&](std::string_view key, PickleId value) {
        bool const fits = rest == key || (rest.starts_with(key) && rest[key.size()] == '.');
        if (!fits || (next && key.size() < key_taken.size())) return;
        next = value;
        key_taken = key;
      });
      if (!next)
        throw FormatError({where_, ": there is no ", name_in_quotes(rest), " in its ", describe(at), " ",
                           name_in_quotes(path), key_list(at), "; check TorchCheckpointOptions::dictionary"});
      list_beside(path, at, *next);
      path = joined(path, key_taken);
      rest.remove_prefix(std::min(rest.size(), key_taken.size() + 1));
      at = *next;
    }
    if (is_torch_module(pickle_, at)) refuse_module();
    if (!is_container(at))
      throw FormatError({where_, ": ", name_in_quotes(path), " is no dictionary (", describe(at),
                         "); name what holds the tensors in TorchCheckpointOptions::dictionary"});
    checkpoint_.dictionary = path;
    return at;
  }

  [[nodiscard]] bool is_container(PickleId id) const {
    PickleKind const kind = pickle_[id].kind;
    return kind == PickleKind::dict || kind == PickleKind::list || kind == PickleKind::tuple;
  }

  /// Whether a container holds more than numbers and words.
  [[nodiscard]] bool is_tree(PickleId id) const {
    if (pickle_.is(id, PickleKind::dict)) return !pickle_[id].items.empty();
    return is_container(id) && std::ranges::any_of(pickle_[id].items, [&](PickleId item) {
             return is_container(item) || pickle_.is(item, PickleKind::call);
           });
  }

  /// Calls the body with the name and the value of each item of a container.
  template <class Body>
  void for_each_item(PickleId id, Body const& body) const {
    if (!is_container(id)) return;
    std::vector<PickleId> const& items = pickle_[id].items;
    if (!pickle_.is(id, PickleKind::dict)) {
      for (std::size_t i = 0; i < items.size(); ++i) body(std::string_view(std::to_string(i)), items[i]);
      return;
    }
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      // A text is not copied: it may be long, and the key of many.
      bool const is_text = pickle_.is(items[i], PickleKind::text);
      std::string const made = is_text ? "" : torch_key_text(pickle_, items[i]);
      body(std::string_view(is_text ? pickle_[items[i]].text : made), items[i + 1]);
    }
  }

  /// The first keys of a container, for a message.
  [[nodiscard]] std::string key_list(PickleId id) const {
    std::string text;
    std::size_t count = 0;
    for_each_item(id, [&](std::string_view key, PickleId) {
      if (++count <= 8) text += (count == 1 ? ", which has " : ", ") + in_quotes(key);
    });
    return text + (count > 8 ? " and more" : "");
  }

  /// The path of an item.
  std::string joined(std::string_view path, std::string_view key) {
    std::uint64_t const size = path.size() + key.size() + 1;
    if (size > path_bytes_left_)
      throw FormatError({where_, ": the paths of its values take far more bytes than its pickle, which has ",
                         pickle_.bytes, "; the file is damaged"});
    path_bytes_left_ -= size;
    return error_message({path, path.empty() ? "" : ".", key});
  }

  void list(std::string_view path, PickleId id) {
    checkpoint_.others.push_back(error_message({printable(path), path.empty() ? "" : " ", "(", describe(id), ")"}));
  }

  /// Lists what stands beside the chosen value in a container, and what dicts among that hold.
  void list_beside(std::string const& path, PickleId container, PickleId chosen) {
    for_each_item(container, [&](std::string_view key, PickleId value) {
      if (value == chosen) return;
      std::string const place = joined(path, key);
      if (!pickle_.is(value, PickleKind::dict) || pickle_[value].items.empty()) return list(place, value);
      for_each_item(value, [&](std::string_view inner, PickleId item) { list(joined(place, inner), item); });
    });
  }

  void visit(std::string const& path, PickleId id, int depth) {
    constexpr int most_nested = 64;
    if (is_torch_tensor(pickle_, id)) return read_tensor(path, id);
    // What has been visited is named, but not walked again: it may hold itself.
    bool const walked = is_container(id) && !visited_[id] && depth < most_nested && is_tree(id);
    visited_[id] = true;
    if (!walked) return list(path, id);
    for_each_item(id, [&](std::string_view key, PickleId value) { visit(joined(path, key), value, depth + 1); });
  }

  void read_tensor(std::string const& path, PickleId id) {
    if (auto const known = made_.find(id); known != made_.end()) {
      Array array = checkpoint_.arrays[known->second].array;
      checkpoint_.arrays.push_back({path, std::move(array)});
      return;
    }
    std::string const where = error_message({where_, ": tensor ", name_in_quotes(path)});
    std::optional<TorchTensor> tensor = torch_tensor_of(pickle_, id, where);
    if (!tensor) {
      checkpoint_.others.push_back(printable(path) + " (tensor of a type that no array has)");
      return;
    }
    // One without numbers may lie in a storage that is nowhere.
    bool const has_numbers = bytes_of_shape(tensor->storage.type, tensor->shape) != std::uint64_t{0};
    SharedBytes const bytes = has_numbers ? storages_->bytes_of(tensor->storage, where) : SharedBytes();
    made_.emplace(id, checkpoint_.arrays.size());
    checkpoint_.arrays.push_back({path, arrange_torch_tensor(std::move(*tensor), bytes, *bytes_left_, where)});
  }

  Pickle pickle_;
  Storages* storages_;
  std::uint64_t* bytes_left_;
  std::string_view where_;
  std::vector<bool> visited_;
  std::uint64_t path_bytes_left_;
  std::unordered_map<PickleId, std::size_t> made_;
  TorchCheckpoint checkpoint_;
};

/// Refuses what is neither of the two kinds of files, with the reason if the format is known.
[[noreturn]] inline void refuse_torch_bytes(std::span<const std::byte> bytes, std::string_view where) {
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  constexpr std::size_t at_tar = 257;
  if (text.size() > at_tar && text.substr(at_tar).starts_with("ustar"))
    throw FormatError({where,
                       ": this is a tar archive, as PyTorch wrote them before 0.1.10; load and save it with a "
                       "PyTorch of today"});
  if (text.starts_with('\x80'))
    throw FormatError({where,
                       ": this is a pickle, and none of torch.save; load it in Python, make tensors of its "
                       "arrays, and torch.save(tensors, path)"});
  throw FormatError({where, ": begins with ", in_quotes(text.substr(0, 4)),
                     ", a file of torch.save with \"PK\" or a pickle's magic number; is it another format, or empty?"});
}

/// Reads the tensors from the bytes of a file of torch.save: the zip archive of PyTorch 1.6 and later, and what earlier ones wrote.
/// Nothing in the file is executed.
///
/// `name` is what messages call the bytes. Of the value that was saved the dictionary of tensors is read: a dict more than half of
/// whose own values are tensors, looked for at the top, then under `state_dict`, `model_state`, `model` and `module`; if there is none,
/// all tensors of the whole value. The dictionary may have others in it, and lists and tuples: paths join keys and places by dots.
/// What occurs a second time is walked once. Parameters are tensors.
/// Shapes:  any of up to most_array_axes axes; arrays are in C order. What lies so in its storage, which is read once, stays there.
///          Float, Double, Half, BFloat16, Long, Int, Short, Char, Byte and Bool; a boolean becomes uint8.
/// Order:   that of the file.
/// Throws:  FormatError if the bytes are no such file, if it is damaged, has no tensors or two of one path, if it holds a whole
///          module or a program of TorchScript, if its numbers have the highest byte first, or if there is no such dictionary;
///          CapacityError if more than options.max_bytes are needed.
[[nodiscard]] inline TorchCheckpoint parse_torch_checkpoint(SharedBytes const& bytes, std::string_view name,
                                                            TorchCheckpointOptions const& options = {}) {
  std::string const where = "read_torch_checkpoint: " + std::string(name);
  std::span<const std::byte> const all(bytes.data(), bytes.size());
  std::uint64_t left = options.max_bytes;
  auto const read = [&](auto storages) {
    return TorchReader(storages.pickle(), storages, left, where).read(options.dictionary);
  };
  if (TorchRecords::are_in(all)) return read(TorchRecords(bytes, where));
  std::string_view const text(reinterpret_cast<char const*>(all.data()), all.size());
  if (!text.starts_with("PK")) refuse_torch_bytes(all, where);
  return read(TorchZip(all, where, left));
}

/// Reads the tensors of a file of torch.save.
///
/// Throws:  what parse_torch_checkpoint throws; FormatError if the file cannot be read.
[[nodiscard]] inline TorchCheckpoint read_torch_checkpoint(std::filesystem::path const& path,
                                                           TorchCheckpointOptions const& options = {}) {
  return parse_torch_checkpoint(map_file(path, "read_torch_checkpoint"), path.string(), options);
}

}  // namespace sparseconv::inline v0_1
