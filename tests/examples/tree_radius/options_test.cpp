#include "tree_radius/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/error_message.hpp"

namespace tree_radius::options_test {
namespace {

/// What becomes of a command line after the program's name. Throws what the program's main catches.
Options options_of(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  declare_options(app, options);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  app.parse(std::move(arguments));
  check_options(options);
  return options;
}

TEST(TreeRadiusOptions, SayWhichAxisPointsUp) {
  EXPECT_EQ(options_of({"--weights", "a.pt"}).up, Up::z);
  EXPECT_EQ(options_of({"--weights", "a.pt", "--up", "y"}).up, Up::y);
  EXPECT_THROW((void)options_of({"--weights", "a.pt", "--up", "x"}), CLI::ParseError);
}

TEST(TreeRadiusOptions, WriteNothingOverWhatIsRead) {
  EXPECT_EQ(sparseconv::test::message_of<sparseconv::Error>([] {
              return options_of({"scan.pcd", "--weights", "a.pt", "--output", "a.pt"}).picture;
            }),
            "tree_radius: --output and --weights both name a.pt; give each a file of its own");
}

}  // namespace
}  // namespace tree_radius::options_test
