#include "sparseconv/weights/torch_tensor.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/weights/pickle.hpp"
#include "support/error_message.hpp"

namespace sparseconv::torch_tensor_test {
namespace {

using test::message_of;

/// A tensor of ten numbers of a storage of that class: shape, strides and offset as instructions of a pickle.
std::string tensor(std::string const& shape, std::string const& strides, std::string const& offset = "K\1",
                   std::string const& storage_class = "FloatStorage", std::string const& view = "") {
  return "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\n" + storage_class + "\nU\1aU\3cpuK\n" + view + "tQ" +
         offset + shape + strides + "\x89NtR";
}

Pickle read(std::string const& text) {
  return parse_pickle(std::as_bytes(std::span(text)), "test");
}

std::string failure(std::string const& text) {
  return message_of<FormatError>([&] {
    Pickle const pickle = read(text + ".");
    return torch_tensor_of(pickle, pickle.top, "tensor");
  });
}

std::optional<TorchTensor> known(Pickle const& pickle) {
  return torch_tensor_of(pickle, pickle.top, "tensor");
}

TEST(TorchTensor, IsReadFromItsCall) {
  Pickle const pickle = read(tensor("K\2K\3\x86", "K\1K\3\x86") + ".");
  std::optional<TorchTensor> const found = known(pickle);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->storage.type, ScalarType::float32);
  EXPECT_EQ(found->storage.key, "a");
  EXPECT_EQ(found->storage.count, 10u);
  EXPECT_EQ(found->begin, 1u);
  EXPECT_EQ(found->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(found->steps, (std::vector<std::int64_t>{1, 3}));
  EXPECT_FALSE(is_contiguous(*found));
}

TEST(TorchTensor, MayBeAParameterOrWithinAView) {
  std::string const inner = tensor("K\2\x85", "K\1\x85");
  EXPECT_TRUE(known(read("ctorch._utils\n_rebuild_parameter\n(" + inner + "\x88NtR.")));
  EXPECT_FALSE(known(read("ctorch._utils\n_rebuild_parameter\n(N\x88NtR."))) << "of what is no tensor";
  Pickle const pickle = read(tensor("K\2\x85", "K\1\x85", "K\1", "LongStorage", "U\1vK\4K\3\x87") + ".");
  EXPECT_EQ(known(pickle)->begin, 5u);
  EXPECT_EQ(
      failure(tensor("K\3\x85", "K\1\x85", "K\1", "LongStorage", "U\1vK\4K\3\x87")),
      "tensor: the shape (3,) with the strides (1,) from number 1 on does not lie in its storage of 3; the file is "
      "damaged");
  EXPECT_NE(failure(tensor("K\2\x85", "K\1\x85", "K\1", "LongStorage", "U\1vK\x09K\3\x87")).find("is damaged"),
            std::string::npos)
      << "a view beyond the storage";
}

TEST(TorchTensor, KnowsTenTypes) {
  std::vector<std::pair<std::string, ScalarType>> const types = {
      {"Float", ScalarType::float32}, {"Double", ScalarType::float64}, {"Half", ScalarType::float16},
      {"BFloat16", ScalarType::bf16}, {"Long", ScalarType::int64},     {"Int", ScalarType::int32},
      {"Short", ScalarType::int16},   {"Char", ScalarType::int8},      {"Byte", ScalarType::uint8},
      {"Bool", ScalarType::uint8}};
  for (auto const& [name, type] : types)
    EXPECT_EQ(known(read(tensor("K\2\x85", "K\1\x85", "K\1", name + "Storage") + "."))->storage.type, type) << name;
  EXPECT_FALSE(known(read(tensor("K\2\x85", "K\1\x85", "K\1", "ComplexFloatStorage") + ".")));
}

TEST(TorchTensor, LiesInItsStorage) {
  // Ten numbers, the first is number 1.
  auto const fits = [](std::string const& shape, std::string const& strides) {
    return test::returns_or_throws_error([&] { return known(read(tensor(shape, strides) + ".")); });
  };
  EXPECT_TRUE(fits("K\x09\x85", "K\1\x85"));
  EXPECT_FALSE(fits("K\n\x85", "K\1\x85"));
  EXPECT_TRUE(fits("K\2\x85", "K\x08\x85"));
  EXPECT_FALSE(fits("K\2\x85", "K\x09\x85"));
  EXPECT_TRUE(fits("K\2\x85", "J\xff\xff\xff\xff\x85")) << "backwards";
  EXPECT_FALSE(fits("K\3\x85", "J\xff\xff\xff\xff\x85"));
  EXPECT_FALSE(fits("K\x05K\x05\x86", "K\1K\x02\x86")) << "each axis fits, both do not";
  EXPECT_TRUE(fits(std::string("K\0K\xff\x86", 5), "K\xffK\xff\x86")) << "no numbers";
  EXPECT_TRUE(fits("K\xff\x85", std::string("K\0\x85", 3))) << "one number again and again";
  for (std::string const hostile :
       {"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "\x8a\x08\x01\x01\x01\x01\x01\x01\x01\x80"}) {
    EXPECT_FALSE(fits("K\2\x85", hostile + "\x85"));
    EXPECT_FALSE(fits(hostile + "\x85", "K\1\x85"));
  }
}

TEST(TorchTensor, SaysWhatIsDamaged) {
  EXPECT_EQ(failure("ctorch._utils\n_rebuild_tensor_v2\nNR"),
            "tensor: none stands for its storage, offset, extents and strides; the file is damaged");
  EXPECT_EQ(failure("ctorch._utils\n_rebuild_tensor_v2\n(NK\1))tR"),
            "tensor: none stands where the storage of a tensor is named; the file is damaged");
  EXPECT_EQ(failure(tensor("N", ")")), "tensor: none stands for its extents or strides; the file is damaged");
  EXPECT_EQ(failure(tensor("N\x85", ")")), "tensor: none is one of its extents or strides; the file is damaged");
  EXPECT_EQ(
      failure(tensor("K\1\x85", ")")),
      "tensor: the shape (1,), the strides () and the offset (integer 1) do not fit each other; the file is damaged");
  EXPECT_EQ(failure(tensor("J\xff\xff\xff\xff\x85", "K\1\x85")),
            "tensor: no memory holds the shape (-1,); the file is damaged");
  EXPECT_EQ(failure(tensor("(KaKbKcKdKeKfKgKhKit", ")")),
            "tensor: it has 9 axes, an array at most 8; save a tensor of fewer, by reshape");
}

TEST(TorchTensor, IsPutIntoCOrderOrStaysInItsStorage) {
  std::vector<std::byte> bytes(10);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  SharedBytes const storage(bytes);
  auto const arranged = [&](std::vector<std::int64_t> shape, std::vector<std::int64_t> steps, std::uint64_t& left) {
    return arrange_torch_tensor({.storage = {.type = ScalarType::uint8, .count = 10, .view_count = 10},
                                 .begin = 2,
                                 .shape = std::move(shape),
                                 .steps = std::move(steps)},
                                storage, left, "tensor");
  };
  std::uint64_t left = 6;
  Array const within = arranged({2, 1, 3}, {3, 77, 1}, left);
  EXPECT_EQ(within.bytes.data(), storage.data() + 2);
  EXPECT_EQ(left, 6u);
  Array const turned = arranged({3, 2}, {1, 3}, left);
  EXPECT_EQ(turned.values_as<int>("test"), (std::vector<int>{2, 5, 3, 6, 4, 7}));
  EXPECT_EQ(left, 0u);
  EXPECT_EQ(message_of<CapacityError>([&] { return arranged({2}, {0}, left); }),
            "tensor: the shape (2,) takes 2 bytes, 0 are left of the limit for the whole file; raise "
            "TorchCheckpointOptions::max_bytes if that is its real size");
}

TEST(TorchTensor, TellsModulesByTheirState) {
  Pickle const module = read("cnet\nNet\n)\x81}U\x0b_parametersNsb.");
  EXPECT_TRUE(is_torch_module(module, module.top));
  Pickle const other = read("cnet\nNet\n)\x81}U\x01xNsb.");
  EXPECT_FALSE(is_torch_module(other, other.top));
}

}  // namespace
}  // namespace sparseconv::torch_tensor_test
