#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::test {

/// Checks that a writer of points, `write(path, cloud)`, which finds the disk full, says so in a sentence that begins with `call`, and
/// leaves the file that is there as it was, alone in its folder.
template <class Write>
void expect_file_kept_on_a_full_disk(std::string const& call, Write write) {
  if (!FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  TemporaryFile const file("scan", ByteWriter("before").bytes());
  PointCloud const large{.columns = 3, .values = std::vector<float>(300000)};
  std::string message;
  {
    FileSizeLimit const limit(100000);
    message = message_of<Error>([&] { return (write(file.path(), large), 0); });
  }
  EXPECT_TRUE(message.starts_with(call + ": cannot write " + file.path().string())) << message;
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}

}  // namespace sparseconv::test
