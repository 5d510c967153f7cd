#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <sparseconv/sparseconv.hpp>
#include <string>

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

  std::ofstream picture(output);
  worked_example::draw_picture(picture, sparseconv::seq);
  picture.close();
  if (!picture) {
    std::cerr << "worked_example: " << output << " cannot be written; name another file with --output\n";
    return 1;
  }
  std::cout << "\nThe picture of it is in " << output << ".\n";
  return 0;
} catch (std::exception const& error) {
  std::cerr << "worked_example: " << error.what() << '\n';
  return 1;
}
