#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "sparseconv/error.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::test {

/// A text in which zeros are shown as messages show them.
inline std::string with_question_marks(std::string text) {
  for (char& letter : text)
    if (letter == '\0') letter = '?';
  return text;
}

/// Checks that `use` of a file whose name has a zero, with an `ending`, says so in an Exception that begins with `begin` and the name,
/// and leaves the file alone whose name ends there.
template <class Exception, class Use>
void expect_zero_refused(std::string const& begin, std::string const& ending, Use const& use) {
  TemporaryFile const other("a", ByteWriter("before").bytes());
  for (std::string const& rest : {std::string("\0", 1) + ending, ending + std::string("\0", 1)}) {
    std::filesystem::path const path = other.path().string() + rest;
    std::string const message = message_of<Exception>([&] { return (static_cast<void>(use(path)), 0); });
    EXPECT_EQ(message,
              begin + with_question_marks(path.string()) +
                  ": the name has a zero byte (shown as ?), where the system would end it; give it without one");
    EXPECT_EQ(text_of(other.path()), "before");
    EXPECT_EQ(count_files(other.folder()), 1);
  }
}

template <class Read>
void expect_reader_refuses_zero(std::string const& call, std::string const& ending, Read const& read) {
  expect_zero_refused<FormatError>(call + ": ", ending, read);
}

template <class Write>
void expect_writer_refuses_zero(std::string const& call, std::string const& ending, Write const& write) {
  expect_zero_refused<Error>(call + ": cannot write ", ending, [&](std::filesystem::path const& path) {
    write(path);
    return 0;
  });
}

}  // namespace sparseconv::test
