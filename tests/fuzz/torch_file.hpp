#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "pickle_instructions.hpp"
#include "spoil_body.hpp"
#include "zip_file.hpp"

namespace sparseconv::fuzz {

/// A storage of tensors: the class of its numbers, how many bytes one takes, and how many they are.
struct StorageFile {
  std::string_view name;
  std::size_t size;
  std::size_t count;
};

/// Writes the pickle of a value with tensors in it, and remembers what storages they need.
class TensorPickle {
 public:
  /// `old` writes storages as the files before PyTorch 1.6 have them.
  TensorPickle(Dice& dice, bool old) : dice_(dice), old_(old) {
    constexpr std::array<StorageFile, 11> classes = {{{"FloatStorage", 4, 0},
                                                      {"DoubleStorage", 8, 0},
                                                      {"HalfStorage", 2, 0},
                                                      {"BFloat16Storage", 2, 0},
                                                      {"LongStorage", 8, 0},
                                                      {"IntStorage", 4, 0},
                                                      {"ShortStorage", 2, 0},
                                                      {"CharStorage", 1, 0},
                                                      {"ByteStorage", 1, 0},
                                                      {"BoolStorage", 1, 0},
                                                      {"ComplexFloatStorage", 8, 0}}};
    for (std::size_t left = 1 + dice.below(3); left > 0; --left) {
      storages_.push_back(dice.pick(classes));
      storages_.back().count = dice.below(24);
    }
    bytes_ = "\x80\x02";
    write_dict(0);
    bytes_ += '.';
  }

  [[nodiscard]] std::string const& bytes() const { return bytes_; }
  [[nodiscard]] std::vector<StorageFile> const& storages() const { return storages_; }

 private:
  void write_dict(int depth) {
    if (dice_.one_in(2)) {
      bytes_ += '}';
    } else {
      append_global(bytes_, "collections", "OrderedDict");
      bytes_ += ")R";
    }
    bytes_ += '(';
    for (std::size_t left = dice_.below(4) + (depth == 0 ? 1 : 0); left > 0; --left) {
      if (dice_.one_in(8)) {
        append_text(bytes_, any_pickle_text(dice_));
      } else {
        append_text(bytes_, dice_.pick({"state_dict", "model", "module", "a.weight", "a.bias", "b", "c.weight", "0"}));
      }
      write_value(depth + 1);
    }
    bytes_ += 'u';
  }

  void write_value(int depth) {
    if (dice_.one_in(32)) bytes_ += any_instruction(dice_);
    switch (dice_.below(depth < 4 ? 10 : 6)) {
      case 0:
        return append_integer(bytes_, dice_.below(1000));
      case 1:
        return append_text(bytes_, any_pickle_text(dice_));
      case 6:  // a list, a tuple or a set
        bytes_ += '(';
        for (std::size_t left = dice_.below(4); left > 0; --left) write_value(depth + 1);
        bytes_ += dice_.pick(std::string_view("lt\x91"));
        return;
      case 7:
      case 8:
        return write_dict(depth);
      case 9:
        append_global(bytes_, "torch._utils", "_rebuild_parameter");
        bytes_ += '(';
        write_tensor();
        bytes_ += "\x88}tR";
        return;
      default:
        return write_tensor();
    }
  }

  void write_storage(std::size_t place) {
    StorageFile const& storage = storages_[place];
    bytes_ += '(';
    append_text(bytes_, "storage");
    append_global(bytes_, "torch", storage.name);
    append_text(bytes_, std::to_string(place));
    append_text(bytes_, "cpu");
    append_integer(bytes_, storage.count);
    if (old_ && dice_.one_in(3)) {  // a view: its key, where it begins, and its count
      bytes_ += '(';
      append_text(bytes_, "view");
      append_integer(bytes_, dice_.below(3));
      append_integer(bytes_, storage.count / 2);
      bytes_ += 't';
    } else if (old_) {
      bytes_ += 'N';
    }
    bytes_ += "tQ";
  }

  void write_tensor() {
    std::size_t const place = dice_.below(storages_.size());
    append_global(bytes_, "torch._utils", dice_.one_in(4) ? "_rebuild_tensor" : "_rebuild_tensor_v2");
    bytes_ += '(';
    write_storage(place);
    append_integer(bytes_, dice_.one_in(4) ? dice_.below(4) : 0);
    std::vector<std::size_t> shape{storages_[place].count};
    if (dice_.one_in(2)) shape = {2, storages_[place].count / 2};
    if (dice_.one_in(4)) shape.resize(dice_.below(10), 1);
    std::vector<std::size_t> steps(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;) steps[axis - 1] = steps[axis] * shape[axis];
    for (auto const* const numbers : {&shape, &steps}) {
      bytes_ += '(';
      for (std::size_t const number : *numbers)
        append_integer(bytes_, dice_.one_in(64) ? dice_.pick(hostile_bits) : number);
      bytes_ += 't';
    }
    bytes_ += "\x89}tR";
  }

  Dice& dice_;
  bool old_;
  std::vector<StorageFile> storages_;
  std::string bytes_;
};

/// An archive as PyTorch 1.6 and later write it.
inline std::string make_torch_zip(Dice& dice) {
  TensorPickle const pickle(dice, false);
  std::vector<ZipEntry> entries{true_entry("archive/data.pkl", pickle.bytes(), dice.one_in(8))};
  if (dice.one_in(2)) entries.push_back(true_entry("archive/byteorder", dice.one_in(8) ? "big" : "little", false));
  for (std::size_t i = 0; i < pickle.storages().size(); ++i) {
    StorageFile const& storage = pickle.storages()[i];
    entries.push_back(
        true_entry("archive/data/" + std::to_string(i), any_bytes(dice, storage.size * storage.count), dice.one_in(8)));
  }
  return join_zip(entries);
}

/// A file as PyTorch wrote it before 1.6: five pickles, and the storages.
inline std::string make_torch_records(Dice& dice) {
  TensorPickle const pickle(dice, true);
  std::string bytes{"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}", 23};
  append_text(bytes, "little_endian");
  bytes += dice.one_in(8) ? '\x89' : '\x88';
  bytes += "s.";
  bytes += pickle.bytes();
  bytes += "\x80\x02](";
  for (std::size_t i = 0; i < pickle.storages().size(); ++i) append_text(bytes, std::to_string(i));
  bytes += "e.";
  for (StorageFile const& storage : pickle.storages()) {
    append_number(bytes, storage.count, 8);
    bytes += any_bytes(dice, storage.size * storage.count);
  }
  return bytes;
}

inline std::string make_torch(Dice& dice) {
  return dice.one_in(3) ? make_torch_records(dice) : make_torch_zip(dice);
}

/// Makes one change to a file of either kind.
inline void spoil_torch(std::string& bytes, Dice& dice) {
  static constexpr std::array<std::string_view, 9> names = {
      "archive/data.pkl", "data.pkl", "archive/data/0",        "archive/data/1",    "archive/byteorder",
      "other/data.pkl",   "",         "archive/constants.pkl", "archive/\x1b/../.."};
  if (!bytes.starts_with("PK")) return dice.one_in(4) ? spoil_bytes(bytes, dice) : spoil_pickle(bytes, dice);
  switch (dice.below(8)) {
    case 0:
      return spoil_bytes(bytes, dice);
    case 1:
      return spoil_zip_number(bytes, dice);
    default:
      return spoil_zip_entries(bytes, dice, names, [](std::string& content, Dice& inner) {
        return content.starts_with('\x80') ? spoil_pickle(content, inner) : spoil_bytes(content, inner);
      });
  }
}

}  // namespace sparseconv::fuzz
