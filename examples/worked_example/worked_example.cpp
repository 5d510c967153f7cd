#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <sparseconv/sparseconv.hpp>
#include <sstream>
#include <string>

#include "command_line/write_file.hpp"
#include "worked_example/reach_picture.hpp"
#include "worked_example/walk_through.hpp"

int main(int argc, char** argv) try {
  CLI::App app("Goes through a sparse convolution on a 5 x 5 image and prints every structure on the way.");
  std::string output = "worked_example.svg";
  app.add_option("-o,--output", output, "Where to write the picture of which input reaches which output (SVG)")
      ->type_name("FILE.svg")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  worked_example::print_walk_through(std::cout, sparseconv::seq);

  std::ostringstream picture;
  worked_example::draw_picture(picture, sparseconv::seq);
  command_line::write_file("worked_example", output, picture.str());
  std::cout << "\nThe picture of it is in " << output << ".\n";
  return 0;
} catch (sparseconv::Error const& error) {  // a sentence that begins with the call
  std::cerr << error.what() << '\n';
  return 1;
} catch (std::exception const& error) {
  std::cerr << "worked_example: " << error.what() << '\n';
  return 1;
}
