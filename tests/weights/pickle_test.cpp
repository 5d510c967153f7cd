#include "sparseconv/weights/pickle.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::pickle_test {
namespace {

using namespace std::string_literals;
using test::message_of;

Pickle read(std::string_view text) {
  return parse_pickle(std::as_bytes(std::span(text)), "test");
}

/// A value as Python would show it; of calls "name(arguments){what was set}=state". What is deeper than `depth` is "...".
std::string shown(Pickle const& pickle, PickleId id, int depth = 8) {
  if (depth == 0) return "...";
  PickleValue const& value = pickle[id];
  auto const list = [&](std::size_t begin) {
    std::string text;
    for (std::size_t i = begin; i < value.items.size(); ++i)
      text += (i > begin ? " " : "") + shown(pickle, value.items[i], depth - 1);
    return text;
  };
  switch (value.kind) {
    case PickleKind::none:
      return "None";
    case PickleKind::boolean:
      return value.integer == 1 ? "True" : "False";
    case PickleKind::integer:
      return std::to_string(value.integer);
    case PickleKind::wide_integer:
      return "wide" + std::to_string(value.text.size());
    case PickleKind::real:
      return error_message({value.real, "r"});
    case PickleKind::text:
      return "'" + value.text + "'";
    case PickleKind::bytes:
      return "b'" + value.text + "'";
    case PickleKind::list:
      return "[" + list(0) + "]";
    case PickleKind::tuple:
      return "(" + list(0) + ")";
    case PickleKind::dict:
      return "{" + list(0) + "}";
    case PickleKind::set:
      return "set(" + list(0) + ")";
    case PickleKind::global:
      return pickle[value.items[0]].text + "." + pickle[value.items[1]].text;
    case PickleKind::call:
      return shown(pickle, value.items[0], depth - 1) + shown(pickle, value.items[1], depth - 1) + "{" + list(3) +
             "}=" + shown(pickle, value.items[2], depth - 1);
    case PickleKind::persistent_id:
      break;
  }
  return "id" + shown(pickle, value.items[0], depth - 1);
}

std::string shown(std::string_view text) {
  Pickle const pickle = read(text);
  EXPECT_EQ(pickle.bytes, text.size());
  return shown(pickle, pickle.top);
}

std::string failure(std::string_view text) {
  return message_of<FormatError>([&] { return read(text); });
}

TEST(Pickle, ReadsNumbers) {
  EXPECT_EQ(shown("N."), "None");
  EXPECT_EQ(shown("\x88."), "True");
  EXPECT_EQ(shown("\x89."), "False");
  EXPECT_EQ(shown("J\xfe\xff\xff\xff."), "-2");
  EXPECT_EQ(shown("K\xff."), "255");
  EXPECT_EQ(shown("M\x02\x01."), "258");
  EXPECT_EQ(shown("I-12\n."), "-12");
  EXPECT_EQ(shown("I01\n."), "True");
  EXPECT_EQ(shown("I00\n."), "False");
  EXPECT_EQ(shown("L-5L\n."), "-5");
  EXPECT_EQ(shown("L5\n."), "5");
  EXPECT_EQ(shown("L123456789012345678901234567890L\n."), "wide30");
  EXPECT_EQ(shown("\x8a\x00."s), "0");
  EXPECT_EQ(shown("\x8a\x01\xff."), "-1");
  EXPECT_EQ(shown("\x8a\x02\xff\x00."s), "255");
  EXPECT_EQ(shown("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."s), "-9223372036854775808");
  EXPECT_EQ(shown("\x8a\x0a"s + std::string(10, '\1') + "."), "wide10");
  EXPECT_EQ(shown("\x8b\x01\x00\x00\x00\x07."s), "7");
  EXPECT_EQ(shown("G\xbf\xf8\x00\x00\x00\x00\x00\x00."s), "-1.5r");
  EXPECT_EQ(shown("F-1.5e2\n."), "-150r");
}

TEST(Pickle, ReadsTexts) {
  EXPECT_EQ(shown("X\x02\x00\x00\x00hi."s), "'hi'");
  EXPECT_EQ(shown("\x8c\x02hi."), "'hi'");
  EXPECT_EQ(shown("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi."s), "'hi'");
  EXPECT_EQ(shown("U\x02hi."), "'hi'");
  EXPECT_EQ(shown("T\x02\x00\x00\x00hi."s), "'hi'");
  EXPECT_EQ(shown("S'h\\x69'\n."), "'hi'");
  EXPECT_EQ(shown("Vh\\u0069\n."), "'hi'");
  EXPECT_EQ(shown("B\x02\x00\x00\x00hi."s), "b'hi'");
  EXPECT_EQ(shown("C\x02hi."), "b'hi'");
  EXPECT_EQ(shown("\x8e\x02\x00\x00\x00\x00\x00\x00\x00hi."s), "b'hi'");
  EXPECT_EQ(shown("\x96\x02\x00\x00\x00\x00\x00\x00\x00hi."s), "b'hi'");
}

TEST(Pickle, ReadsContainers) {
  EXPECT_EQ(shown("]."), "[]");
  EXPECT_EQ(shown("]K\1a(K\2K\3e."), "[1 2 3]");
  EXPECT_EQ(shown("(K\1K\2l."), "[1 2]");
  EXPECT_EQ(shown(")."), "()");
  EXPECT_EQ(shown("(K\1K\2t."), "(1 2)");
  EXPECT_EQ(shown("K\1\x85."), "(1)");
  EXPECT_EQ(shown("K\1K\2\x86."), "(1 2)");
  EXPECT_EQ(shown("K\1K\2K\3\x87."), "(1 2 3)");
  EXPECT_EQ(shown("}K\1K\2s(K\3K\4K\5K\6u."), "{1 2 3 4 5 6}");
  EXPECT_EQ(shown("(K\1K\2d."), "{1 2}");
  EXPECT_EQ(shown("\x8f(K\1K\2\x90."), "set(1 2)");
  EXPECT_EQ(shown("(K\1\x91."), "set(1)");
}

TEST(Pickle, KeepsCallsAsData) {
  EXPECT_EQ(shown("cos\nsystem\n."), "os.system");
  EXPECT_EQ(shown("\x8c\x02os\x8c\x06system\x93."), "os.system");
  EXPECT_EQ(shown("cos\nsystem\nK\1\x85R."), "os.system(1){}=None");
  EXPECT_EQ(shown("cm\nC\n)\x81}b."), "m.C(){}={}");
  EXPECT_EQ(shown("cm\nC\n)}\x92."), "m.C(){None {}}=None");
  EXPECT_EQ(shown("(K\1im\nC\n."), "m.C(1){}=None");
  EXPECT_EQ(shown("(cm\nC\nK\1o."), "m.C(1){}=None");
  EXPECT_EQ(shown("cm\nC\n)RK\1K\2sK\3a(K\4e."), "m.C(){1 2 None 3 None 4}=None");
  EXPECT_EQ(shown("\x82\7."), "copyreg.extension7");
  EXPECT_EQ(shown("\x83\7\1."), "copyreg.extension263");
  EXPECT_EQ(shown("\x84\7\0\1\0."s), "copyreg.extension65543");
  EXPECT_EQ(shown("Pkey\n."), "id'key'");
  EXPECT_EQ(shown("K\1K\2\x86Q."), "id(1 2)");
}

TEST(Pickle, MakesDictsOfThoseOfPython) {
  EXPECT_EQ(shown("ccollections\nOrderedDict\n)RK\1K\2s."), "{1 2}");
  EXPECT_EQ(shown("ccollections\nOrderedDict\n)RK\1K\2s}b."), "{1 2}") << "with attributes";
  EXPECT_EQ(shown("ccollections\nOrderedDict\n](K\1K\2\x86](K\3K\4ee\x85R."), "{1 2 3 4}");
  EXPECT_EQ(shown("ccollections\ndefaultdict\nc__builtin__\nint\n\x85RK\1K\2s."), "{1 2}");
  EXPECT_EQ(shown("ccollections\nOrderedDict\n]K\1a\x85R."), "collections.OrderedDict([1]){}=None") << "no pairs";
}

TEST(Pickle, MovesValues) {
  EXPECT_EQ(shown("\x80\4\x95\3\0\0\0\0\0\0\0K\1."s), "1");
  EXPECT_EQ(shown("K\1K\2"
                  "0."),
            "1");
  EXPECT_EQ(shown("K\1(0."), "1") << "a mark";
  EXPECT_EQ(shown("K\1(K\2K\3"
                  "1."),
            "1");
  EXPECT_EQ(shown("K\1"
                  "2\x86."),
            "(1 1)");
  EXPECT_EQ(shown("K\1p0\n0K\2q\1"
                  "0K\3r\2\0\0\0"
                  "0g0\nh\1j\2\0\0\0\x87."s),
            "(1 2 3)");
  EXPECT_EQ(shown("K\1\x94"
                  "0K\2\x94"
                  "0h\1h\0\x86."s),
            "(2 1)");
}

TEST(Pickle, HoldsValuesThatHoldThemselves) {
  EXPECT_EQ(shown(read("]q\0h\0a."s), read("]q\0h\0a."s).top, 3), "[[[...]]]");
  Pickle const pickle = read("}q\0K\1h\0sh\0\x86."s);
  EXPECT_EQ(pickle[pickle.top].items[0], pickle[pickle.top].items[1]) << "one value, named twice";
}

TEST(Pickle, EndsWhereItEnds) {
  Pickle const pickle = read("K\1.K\2.");
  EXPECT_EQ(pickle.bytes, 3u);
  EXPECT_EQ(shown(pickle, pickle.top), "1");
}

TEST(Pickle, RefusesEveryTruncation) {
  std::string const whole =
      "\x80\2(X\2\0\0\0abK\1\x8a\2\1\1G\0\0\0\0\0\0\0\0S'a'\nVb\ncm\nC\nI1\nU\1a}q\0r\1\0\0\0h\0g0\nPx\nt."s;
  EXPECT_NO_THROW((void)read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(failure(std::string_view(whole).substr(0, size)).find("test: the pickle, at byte "), 0u) << size;
}

TEST(Pickle, SaysWhatIsDamaged) {
  std::string const end = "; the file is damaged, or no such file";
  EXPECT_EQ(failure(""), "test: the pickle, at byte 0: it takes 1 bytes, 0 are left" + end);
  EXPECT_EQ(failure("N\xff"), "test: the pickle, at byte 1: there is no instruction 255" + end);
  EXPECT_EQ(failure("."), "test: the pickle, at byte 0: the stack is empty" + end);
  EXPECT_EQ(failure("N(."), "test: the pickle, at byte 2: the stack is empty" + end) << "above the mark";
  EXPECT_EQ(failure("t."), "test: the pickle, at byte 0: there is no mark" + end);
  EXPECT_EQ(failure("h\3."), "test: the pickle, at byte 0: there is no memo 3" + end);
  EXPECT_EQ(failure("Nr\xff\xff\xff\xff."),
            "test: the pickle, at byte 1: memo 4294967295 of a pickle of 7 bytes" + end);
  EXPECT_EQ(failure("NNa."), "test: the pickle, at byte 2: it appends to what is no list (none)" + end);
  EXPECT_EQ(failure("]NNs."), "test: the pickle, at byte 3: it sets a key of what is no dict (list of 0)" + end);
  EXPECT_EQ(failure("}(Nu."), "test: the pickle, at byte 3: a key has no value" + end);
  EXPECT_EQ(failure("(Nd."), "test: the pickle, at byte 2: a key has no value" + end);
  EXPECT_EQ(failure("(o."), "test: the pickle, at byte 1: there is no class" + end);
  EXPECT_EQ(failure("NN\x93."), "test: the pickle, at byte 2: a name is no text (none)" + end);
  EXPECT_EQ(failure("X\xff\xff\xff\xff."), "test: the pickle, at byte 0: it takes 4294967295 bytes, 1 are left" + end);
  EXPECT_EQ(failure("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
            "test: the pickle, at byte 0: it takes 18446744073709551615 bytes, 1 are left" + end);
  EXPECT_EQ(failure("T\xff\xff\xff\xff."), "test: the pickle, at byte 0: a length is negative" + end);
  EXPECT_EQ(failure("\x95\xff\0\0\0\0\0\0\0."s),
            "test: the pickle, at byte 0: a frame claims 255 bytes, 1 are left" + end);
  EXPECT_EQ(failure("\x80\6."), "test: the pickle, at byte 0: there is no protocol 6" + end);
  EXPECT_EQ(failure("Ione\n."), "test: the pickle, at byte 0: \"one\" is no integer" + end);
  EXPECT_EQ(failure("Fone\n."), "test: the pickle, at byte 0: \"one\" is no number" + end);
  EXPECT_EQ(failure("Sone\n."), "test: the pickle, at byte 0: \"one\" is no text" + end);
  EXPECT_EQ(failure("g-1\n."), "test: the pickle, at byte 0: \"-1\" is no natural number" + end);
  for (char const* text : {"\x97.", "\x98."})
    EXPECT_NE(failure(text).find("of protocol 5 takes bytes that are not in the file; pickle without buffer_callback"),
              std::string::npos);
}

TEST(Pickle, KeepsMemoryInProportionWhereThingsAreNamedAgain) {
  // A list of 1,000 pairs, of which each of 1,000 dicts would be a copy.
  std::string text = "ccollections\nOrderedDict\nq\0]("s;
  for (int i = 0; i < 1000; ++i) text += "NN\x86";
  text += "e\x85q\1"s;
  for (int i = 0; i < 1000; ++i) text += "h\0h\1R"s;
  EXPECT_NE(failure(text + ".").find("lists of keys and values are used more often than they are written"),
            std::string::npos);
  // Each list holds the last twice: 2^1000 values, were they walked.
  text = "]";
  for (int i = 0; i < 1000; ++i) text += "q\0]h\0ah\0a"s;
  EXPECT_EQ(read(text + ".").values.size(), 1001u + 4);
  // Marks and lists as deep as the pickle is long.
  EXPECT_EQ(read(std::string(100000, '(') + "N.").bytes, 100002u);
  std::string const deep = std::string(100000, ']') + std::string(99999, 'a') + ".";
  EXPECT_EQ(read(deep).values.size(), 100000u + 4);
}

}  // namespace
}  // namespace sparseconv::pickle_test
