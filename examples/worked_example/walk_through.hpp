#pragma once

#include <ostream>
#include <sparseconv/sparseconv.hpp>

#include "worked_example/print_structures.hpp"
#include "worked_example/small_case.hpp"

namespace worked_example {

/// Prints what a convolution has of its input before it asks for outputs.
void print_input(std::ostream& out, auto const& where, sc::SparseTensor<float, 2> const& input) {
  out << "The input: " << to_string(input.grid().shape) << " cells, " << input.size() << " of them active\n"
      << "\nData list\n";
  print_data_list(out, input);
  out << "\nCoordinate list\n";
  print_coordinate_list(out, input.sites());
  out << "\nHash table of the input: from a coordinate to its row.\n"
         "The key packs the coordinate, counted from the corner of the box around all sites; the hash of the key\n"
         "is the slot where a search starts, and where it goes on to the next slot until it meets the key.\n";
  print_hash_table(out, sc::build_hash_table(where, input.sites()));
}

/// Prints every structure between the input and the result of one convolution.
void print_convolution(std::ostream& out, auto const& where, Convolved const& convolved) {
  sc::SparseTensor<float, 2> const& result = convolved.result;
  out << "\n\nConvolution: " << convolved.definition.name << "\n\nOutput sites: " << to_string(result.grid().shape)
      << " cells, " << result.size() << " of them active\n";
  print_coordinate_list(out, result.sites());
  out << "\nHash table of the outputs\n";
  print_hash_table(out, convolved.output_table);
  out << "\nRulebook: kernel element k takes output o from input o + k - padding\n";
  print_rulebook(out, convolved.rules, convolved.definition.geometry);
  out << "\nResult: for each pair, output row += input row x matrix of the element\n";
  print_data_list(out, result);
  out << "\nThe same as a dense array\n";
  print_dense(out, sc::to_dense(where, result));
}

/// Goes through the small case from the input to the results, under each definition of the outputs.
void print_walk_through(std::ostream& out, auto const& where) {
  sc::SparseTensor<float, 2> const input = image(where);
  print_input(out, where, input);
  out << "\nThe kernel: 3 x 3 elements numbered row by row, each a matrix of 3 x 2 channels.\n"
         "Output channel 0 has weight 1 everywhere: an output gets 0.3 from input row 0 and 0.6 from input row 1.\n"
         "Output channel 1 weighs input channel 0 by the element's number, the other two by 0.\n";
  for (Definition const& definition : definitions()) {
    print_convolution(out, where, convolve(where, input, definition));
  }
}

}  // namespace worked_example
