#include "sparseconv/weights/torch_checkpoint.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/hostile_name.hpp"
#include "support/shared_data.hpp"
#include "support/torch_script.hpp"
#include "support/zip_file.hpp"

namespace sparseconv::torch_checkpoint_test {
namespace {

using namespace std::string_literals;
using test::ByteWriter;
using test::message_of;
using test::TorchFile;
using Extents = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

#define SKIP_WITHOUT_PYTHON() \
  if (!test::has_python()) GTEST_SKIP() << "python3 is not there to write a checkpoint"

std::vector<std::string> names(TorchCheckpoint const& checkpoint) {
  std::vector<std::string> all;
  for (NamedArray const& named : checkpoint.arrays) all.push_back(named.name);
  return all;
}

Array const& at(TorchCheckpoint const& checkpoint, std::string const& name) {
  for (NamedArray const& named : checkpoint.arrays)
    if (named.name == name) return named.array;
  throw std::out_of_range(name);
}

std::vector<double> numbers(TorchCheckpoint const& checkpoint, std::string const& name) {
  return at(checkpoint, name).values_as<double>(name);
}

std::string const all_kinds = R"(
six = Storage('Float', [0, 1, 2, 3, 4, 5])
value = collections.OrderedDict()
value['plain'] = tensor(six, (2, 3), (3, 1))
value['turned'] = old_tensor(six, (3, 2), (1, 3))
value['part'] = parameter(tensor(six, (2,), (1,), 4))
value['again'] = value['turned']
value['spread'] = tensor(six, (2, 2), (0, 1), 1)
value['scalar'] = tensor(Storage('Long', [-7]), (), ())
value['empty'] = tensor(Storage('Float', []), (0, 3), (3, 1))
for kind, numbers in dict(Double=[0.5, -1], Half=[0.5, -1], BFloat16=[0x3f00, 0xbf80], Long=[2**40, -1], Int=[70000, -1],
                          Short=[300, -1], Char=[100, -1], Byte=[200, 1], Bool=[True, False]).items():
    value[kind] = tensor(Storage(kind, numbers), (2,), (1,))
)";

void expect_all_kinds(TorchCheckpoint const& checkpoint) {
  EXPECT_EQ(checkpoint.dictionary, "");
  EXPECT_EQ(names(checkpoint), (Words{"plain", "turned", "part", "again", "spread", "scalar", "empty", "Double", "Half",
                                      "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"}));
  EXPECT_EQ(at(checkpoint, "plain").shape, (Extents{2, 3}));
  EXPECT_EQ(numbers(checkpoint, "plain"), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(at(checkpoint, "turned").shape, (Extents{3, 2}));
  EXPECT_EQ(numbers(checkpoint, "turned"), (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(numbers(checkpoint, "part"), (std::vector<double>{4, 5}));
  EXPECT_EQ(at(checkpoint, "part").bytes.data(), at(checkpoint, "plain").bytes.data() + 16) << "one storage";
  EXPECT_EQ(at(checkpoint, "again").bytes.data(), at(checkpoint, "turned").bytes.data());
  EXPECT_EQ(numbers(checkpoint, "spread"), (std::vector<double>{1, 2, 1, 2}));
  EXPECT_EQ(at(checkpoint, "scalar").shape, Extents{});
  EXPECT_EQ(at(checkpoint, "scalar").values_as<std::int64_t>("scalar"), std::vector<std::int64_t>{-7});
  EXPECT_EQ(at(checkpoint, "empty").shape, (Extents{0, 3}));
  EXPECT_EQ(numbers(checkpoint, "Double"), (std::vector<double>{0.5, -1}));
  EXPECT_EQ(numbers(checkpoint, "Half"), (std::vector<double>{0.5, -1}));
  EXPECT_EQ(at(checkpoint, "BFloat16").type, ScalarType::bf16);
  EXPECT_EQ(numbers(checkpoint, "BFloat16"), (std::vector<double>{0.5, -1}));
  EXPECT_EQ(at(checkpoint, "Long").values_as<std::int64_t>("Long"), (std::vector<std::int64_t>{1LL << 40, -1}));
  EXPECT_EQ(at(checkpoint, "Int").values_as<std::int32_t>("Int"), (std::vector<std::int32_t>{70000, -1}));
  EXPECT_EQ(at(checkpoint, "Short").values_as<std::int16_t>("Short"), (std::vector<std::int16_t>{300, -1}));
  EXPECT_EQ(at(checkpoint, "Char").values_as<std::int8_t>("Char"), (std::vector<std::int8_t>{100, -1}));
  EXPECT_EQ(at(checkpoint, "Byte").values_as<int>("Byte"), (std::vector<int>{200, 1}));
  EXPECT_EQ(at(checkpoint, "Bool").type, ScalarType::uint8);
  EXPECT_EQ(numbers(checkpoint, "Bool"), (std::vector<double>{1, 0}));
}

TEST(TorchCheckpoint, ReadsArchives) {
  SKIP_WITHOUT_PYTHON();
  for (std::string const how : {"", ", protocol=4", ", packed=True", ", order=None"}) {
    TorchFile const file(all_kinds + "save(path, value" + how + ")\n");
    ASSERT_TRUE(file.is_made());
    expect_all_kinds(read_torch_checkpoint(file.path()));
  }
}

TEST(TorchCheckpoint, ReadsFilesBeforeArchives) {
  SKIP_WITHOUT_PYTHON();
  TorchFile const file(all_kinds + "save_records(path, value)\n");
  ASSERT_TRUE(file.is_made());
  expect_all_kinds(read_torch_checkpoint(file.path()));
  TorchFile const view(R"(
storage = Storage('Float', [0, 1, 2, 3], view=('v', 1, 3))
save_records(path, {'w': tensor(storage, (2,), (1,), 1)})
)");
  ASSERT_TRUE(view.is_made());
  EXPECT_EQ(numbers(read_torch_checkpoint(view.path()), "w"), (std::vector<double>{2, 3}));
}

std::string const training = R"(
def one(number):
    return tensor(Storage('Float', [number]), (1,), (1,))
model = collections.OrderedDict([('a.weight', one(1)), ('a.bias', one(2)), ('b', [one(3), {'c': one(4)}]), ('steps', 5),
                                 ('sizes', [1, 2]), ('history', Call(history_buffer, 3)),
                                 ('complex', tensor(Storage('ComplexFloat', [1]), (1,), (1,)))])
for number in range(8):
    model['x%d' % number] = one(number)
value = {'epoch': 80, 'loss': one(9), NAME: model, 'optimizer': {'state': {0: one(6)}, 'lr': 0.5}, 'none': None}
save(path, value)
)";

TEST(TorchCheckpoint, FindsTheDictionaryOfTensors) {
  SKIP_WITHOUT_PYTHON();
  for (std::string const name : {"state_dict", "model_state", "model", "module"}) {
    TorchFile const file("NAME = '" + name + "'\n" + training);
    ASSERT_TRUE(file.is_made());
    TorchCheckpoint const checkpoint = read_torch_checkpoint(file.path());
    EXPECT_EQ(checkpoint.dictionary, name);
    EXPECT_EQ(names(checkpoint),
              (Words{"a.weight", "a.bias", "b.0", "b.1.c", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"}));
    EXPECT_EQ(numbers(checkpoint, "b.1.c"), std::vector<double>{4});
    EXPECT_EQ(checkpoint.others,
              (Words{"epoch (integer 80)", "loss (tensor)", "optimizer.state (dict of 1)", "optimizer.lr (real 0.5)",
                     "none (none)", "steps (integer 5)", "sizes (list of 2)", "history (opaque mmcv.HistoryBuffer)",
                     "complex (tensor of a type that no array has)"}));
  }
}

TEST(TorchCheckpoint, ReadsTheWholeValueWhereThereIsNone) {
  SKIP_WITHOUT_PYTHON();
  TorchFile const file("NAME = 'weights'\n" + training);
  ASSERT_TRUE(file.is_made());
  TorchCheckpoint const checkpoint = read_torch_checkpoint(file.path());
  EXPECT_EQ(checkpoint.dictionary, "");
  EXPECT_EQ(checkpoint.arrays.size(), 14u);
  EXPECT_EQ(numbers(checkpoint, "loss"), std::vector<double>{9});
  EXPECT_EQ(numbers(checkpoint, "weights.b.1.c"), std::vector<double>{4});
  EXPECT_EQ(numbers(checkpoint, "optimizer.state.0"), std::vector<double>{6});
}

TEST(TorchCheckpoint, ReadsTheDictionaryThatIsNamed) {
  SKIP_WITHOUT_PYTHON();
  TorchFile const file("NAME = 'a.weights'\n" + training);
  ASSERT_TRUE(file.is_made());
  auto const read = [&](std::string const& name) { return read_torch_checkpoint(file.path(), {.dictionary = name}); };
  EXPECT_EQ(names(read("optimizer")), Words{"state.0"});
  EXPECT_EQ(read("optimizer.state").dictionary, "optimizer.state");
  EXPECT_EQ(names(read("optimizer.state")), Words{"0"});
  EXPECT_EQ(read("a.weights").arrays.size(), 12u) << "a key with a dot";
  EXPECT_EQ(names(read("a.weights.b")), (Words{"0", "1.c"}));
  std::string const where = "read_torch_checkpoint: " + file.path().string();
  auto const failure = [&](std::string const& name) { return message_of<FormatError>([&] { return read(name); }); };
  EXPECT_EQ(failure("optimizer.none"),
            where +
                ": there is no \"none\" in its dict of 2 \"optimizer\", which has \"state\", "
                "\"lr\"; check TorchCheckpointOptions::dictionary");
  EXPECT_EQ(failure("epoch"), where +
                                  ": \"epoch\" is no dictionary (integer 80); name what holds the tensors in "
                                  "TorchCheckpointOptions::dictionary");
  EXPECT_EQ(failure("a.weights.sizes"), where +
                                            ": there are no tensors in it (list of 2); torch.save(model.state_dict(), "
                                            "path) writes a file that has");
}

TEST(TorchCheckpoint, TakesNoMoreThanTheLimit) {
  SKIP_WITHOUT_PYTHON();
  TorchFile const file("save(path, {'w': tensor(Storage('Byte', [1]), (1000, 1000, 1000), (0, 0, 0))})\n");
  ASSERT_TRUE(file.is_made());
  EXPECT_NE(message_of<CapacityError>([&] {
              return read_torch_checkpoint(file.path(), {.max_bytes = 999999999});
            }).find(": tensor \"w\": the shape (1000, 1000, 1000) takes 1000000000 bytes, "),
            std::string::npos);
}

TEST(TorchCheckpoint, RefusesEveryTruncation) {
  SKIP_WITHOUT_PYTHON();
  for (std::string const call : {"save", "save_records"}) {
    TorchFile const file("s = Storage('Float', [1, 2])\n" + call + "(path, {'w': tensor(s, (2,), (1,))})\n");
    ASSERT_TRUE(file.is_made());
    std::vector<std::byte> const bytes = file.bytes();
    EXPECT_EQ(parse_torch_checkpoint(bytes, "file").arrays.size(), 1u);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(message_of<FormatError>([&] {
                  return parse_torch_checkpoint({nullptr, std::span(bytes).first(size)}, "file");
                }).find("read_torch_checkpoint: file: "),
                0u)
          << call << " " << size;
  }
}

/// What is said of a pickle in an archive without storages.
std::string failure(std::string const& pickle) {
  return message_of<FormatError>([&] {
    return parse_torch_checkpoint(test::zip({{"archive/data.pkl", ByteWriter(pickle)}}), "file");
  });
}

std::string const empty_tensor =
    "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\0tQK\0K\0\x85K\1\x85\x89NtR"s;

TEST(TorchCheckpoint, RefusesModules) {
  std::string const module = "cnet\nNet\n)\x81}U\x0b_parameters}sb";
  std::string const sentence =
      "read_torch_checkpoint: file: it holds a whole module, which only its own program can make; "
      "torch.save(model.state_dict(), path) writes its tensors";
  EXPECT_EQ(failure(module + "."), sentence);
  EXPECT_EQ(failure("}(U\5model" + module + "U\1x" + empty_tensor + "u."), sentence);
}

TEST(TorchCheckpoint, RefusesWhatIsNotOfTorchSave) {
  auto const refusal = [](std::string const& text) {
    return message_of<FormatError>([&] { return parse_torch_checkpoint(ByteWriter(text).bytes(), "file"); });
  };
  EXPECT_EQ(refusal(""),
            "read_torch_checkpoint: file: begins with \"\", a file of torch.save with \"PK\" or a pickle's magic "
            "number; is it another format, or empty?");
  EXPECT_EQ(refusal("\x80\4N."),
            "read_torch_checkpoint: file: this is a pickle, and none of torch.save; load it in Python, "
            "make tensors of its arrays, and torch.save(tensors, path)");
  EXPECT_EQ(
      refusal(std::string(257, 'x') + "ustar"),
      "read_torch_checkpoint: file: this is a tar archive, as PyTorch wrote them before 0.1.10; load and save it with "
      "a PyTorch of today");
  EXPECT_EQ(refusal("PK"),
            "read_torch_checkpoint: file: no zip archive can be read from it (Not a zip archive); torch.save "
            "writes one");
  EXPECT_EQ(failure("}."),
            "read_torch_checkpoint: file: there are no tensors in it (dict of 0); "
            "torch.save(model.state_dict(), path) writes a file that has");
  EXPECT_EQ(message_of<FormatError>([] {
              return read_torch_checkpoint("missing.pt");
            }).find("read_torch_checkpoint: missing.pt: no such file"),
            0u);
}

// Each sentence and each list that has a name of the file in it.
TEST(TorchCheckpoint, ShowsNamesAsTheyCanBePrinted) {
  std::string key = "X";
  for (int shift = 0; shift < 32; shift += 8) key += static_cast<char>(test::hostile_name.size() >> shift & 0xff);
  key += test::hostile_name;
  auto const parsed = [](std::string const& pickle, std::string const& dictionary) {
    return parse_torch_checkpoint(test::zip({{"a/data.pkl", ByteWriter(pickle)}}), "file", {.dictionary = dictionary});
  };
  TorchCheckpoint const checkpoint = parsed("}(" + key + empty_tensor + "U\1a}" + key + "Nsu.", "");
  EXPECT_EQ(checkpoint.arrays.at(0).name, test::hostile_name) << "an array has its name as the file has it";
  ASSERT_EQ(checkpoint.others.size(), 1u);
  test::expect_shown(checkpoint.others[0]);
  test::expect_shown(failure("}(" + key + "}U\1b" + empty_tensor + "s" + key + "}U\1b" + empty_tensor + "su."));
  test::expect_shown(failure("}" + key + "ctorch._utils\n_rebuild_tensor\n)Rs."));
  test::expect_shown(failure(key + "."));
  test::expect_shown(failure("c\x1b[2J\x1b]0;title\a\r\x7f\x9b\n" + test::hostile_name.substr(20) + "\n)R."));
  for (std::string const& dictionary : {std::string("missing"), test::hostile_name, test::hostile_name + ".missing"})
    test::expect_shown(message_of<FormatError>([&] { return parsed("}" + key + "K\1s.", dictionary); }));
}

TEST(TorchCheckpoint, RefusesTwoTensorsOfOnePath) {
  EXPECT_EQ(failure("}(U\3a.b" + empty_tensor + "U\1a}U\1b" + empty_tensor + "su."),
            "read_torch_checkpoint: file: more than one tensor has the path \"a.b\"; choose one dictionary by "
            "TorchCheckpointOptions::dictionary, or save one without dots in its keys");
}

TEST(TorchCheckpoint, WalksWhatIsSharedOnce) {
  auto const parsed = [](std::string const& pickle) {
    return parse_torch_checkpoint(test::zip({{"a/data.pkl", ByteWriter(pickle)}}), "file");
  };
  EXPECT_EQ(parsed("}q\0(U\1t"s + empty_tensor + "U\1sh\0u."s).others, Words{"s (dict of 2)"}) << "it holds itself";
  std::string doubled = "}U\1t" + empty_tensor + "s";
  for (int i = 0; i < 50; ++i)
    doubled +=
        "q\0"
        "0}(U\1ah\0U\1bh\0u"s;
  EXPECT_EQ(parsed(doubled + ".").arrays.size(), 1u);
  std::string lists = "X\xa0\x86\1\0"s + std::string(100000, 'x') +
                      "q\0"
                      "0("s;
  for (int i = 0; i < 2000; ++i) lists += "}h\0Ns"s;
  EXPECT_NE(failure(lists + "l.").find("the paths of its values take far more bytes than its pickle"),
            std::string::npos)
      << "a key of 100,000 letters in 2,000 paths";
  std::string deep = std::string(1000, ']') + empty_tensor + std::string(1000, 'a') + ".";
  EXPECT_NE(failure(deep).find("there are no tensors in it"), std::string::npos) << "deeper than it is walked";
}

struct RealFile {
  char const* name;
  char const* dictionary;
  std::size_t arrays;
  char const* array;
  Extents shape;
  double first;
};

TEST(TorchCheckpoint, ReadsPublishedFiles) {
  // Numbers that an unpickler in Python has found.
  std::vector<RealFile> const files = {
      {"reno_kitti.pt", "", 22, "prior_resnet.2.conv1.kernel", {27, 32, 32}, 0.06138206645846367},
      {"smart_tree_weights.pt", "", 168, "UNet.U.U.Encode.sequence.0.weight", {64, 3, 3, 3, 32}, 2.875870704650879},
      {"spconv_pool_golden.pt", "", 24, "cases.2.expect.out_features", {5189, 8}, 0.6441330313682556},
      {"spconv_unet_golden.pt", "", 68, "cases.1.input.features", {8136, 6}, 2.1875},
      {"minkowski_linr.pth", "model", 189, "upsampler.block_in.3.bias", {1, 8}, 0.24862319231033325}};
  for (RealFile const& file : files) {
    auto const path = test::shared_data((std::string("trained/") + file.name).c_str());
    if (path.empty()) GTEST_SKIP() << "trained/" << file.name << " is not beside the checkout";
    TorchCheckpoint const checkpoint = read_torch_checkpoint(path);
    EXPECT_EQ(checkpoint.dictionary, file.dictionary) << file.name;
    EXPECT_EQ(checkpoint.arrays.size(), file.arrays) << file.name;
    EXPECT_EQ(at(checkpoint, file.array).shape, file.shape) << file.name;
    EXPECT_EQ(numbers(checkpoint, file.array).front(), file.first) << file.name;
  }
}

}  // namespace
}  // namespace sparseconv::torch_checkpoint_test
