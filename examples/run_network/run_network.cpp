// Runs one of the networks of the field over a scan, or over sites and features from files, and says where its time goes.

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <new>
#include <optional>
#include <string>
#include <thread>

#include "command_line/write_file.hpp"
#include "run_network/input.hpp"
#include "run_network/options.hpp"
#include "run_network/progress_line.hpp"
#include "run_network/report.hpp"
#include "run_network/run_on.hpp"
#include "sparseconv/compiled_networks.hpp"
#include "sparseconv/network/text_table.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"

namespace sc = sparseconv;

namespace run_network {

RunOptions run_options(Options const& options) {
  RunOptions run;
  run.policy = options.policy;
  run.threads = options.threads.value_or(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  if (options.instructions) run.instructions = sc::instruction_set_named(*options.instructions).value();
  run.repeat = options.repeat;
  return run;
}

Results run_as(std::string const& element, RunOptions const& options, sc::Network const& network,
               SiteList const& list) {
  if (element == "half") return run_on<sc::half>(options, network, list);
  if (element == "bfloat16") return run_on<sc::bfloat16>(options, network, list);
  if (element == "double") return run_on<double>(options, network, list);
  return run_on<float>(options, network, list);
}

Input read_input(Options const& options, NetworkChoice const& network) {
  return options.sites.empty() ? read_scan(options.scan, options.seed)
                               : read_sites(network, options.sites, options.features, options.shape);
}

/// The network for so many channels with its numbers, and where those of a checkpoint went.
struct ReadyNetwork {
  ReadyNetwork(Options const& options, NetworkChoice const& choice, std::int64_t channels)
      : network(choice.network(channels, options.seed)), report(bind_weights(network, options.trained)) {}

  sc::Network network;
  std::optional<sc::BindReport> report;
};

void list_parameters(Options const& options, NetworkChoice const& choice) {
  bool const has_input = !options.sites.empty() || !options.scan.file.empty();
  std::int64_t const channels = has_input ? read_input(options, choice).list.channels : choice.channels;
  ReadyNetwork const ready(options, choice, channels);
  std::cout << parameter_list(ready.network, ready.report);
  if (ready.report) std::cout << *ready.report;
  if (!options.save.empty()) save_network(options.save, ready.network);
}

/// Where the numbers of a network come from, in a word.
std::string origin_of_numbers(Options const& options, NetworkChoice const& choice) {
  if (!options.trained.file.empty()) return options.trained.file;
  return choice.of_file ? choice.name : "untrained";
}

void run(Options const& options, NetworkChoice const& choice) {
  Input const input = read_input(options, choice);
  ReadyNetwork const ready(options, choice, input.list.channels);
  sc::Network const& network = ready.network;
  RunOptions how = run_options(options);
  Results const results = [&] {
    ProgressLine const line;
    how.progress = [&](std::string const& what) { line.show(sc::name_in_line(network.name() + ", " + what)); };
    return run_as(options.element, how, network, input.list);
  }();
  std::cout << input.words << ", " << input.list.channels << " channels, grid of " << shape_of(input.list) << '\n'
            << sc::name_in_line(network.name()) << ", " << network.parameter_count() << " learned numbers ("
            << origin_of_numbers(options, choice) << "); " << describe(how) << ", " << options.element << '\n';
  if (ready.report) std::cout << *ready.report;
  if (options.json.empty()) std::cout << to_string(results.profile);
  std::cout << describe_times(results) << '\n';
  for (NamedOutput const& output : results.outputs) std::cout << describe(output) << '\n';
  if (!options.output.empty()) sc::write_npz_arrays(options.output, output_arrays(results.outputs));
  if (!options.save.empty()) save_network(options.save, network);
  if (!options.json.empty()) {
    command_line::write_file("run_network", options.json,
                             to_json(how, options.element, input.list, results).dump(2) + "\n");
  }
}

}  // namespace run_network

int main(int argc, char** argv) {
  CLI::App app("Runs a network of the field over a scan, or over sites and features, and says where its time goes.");
  run_network::Options options;
  run_network::declare_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    if (options.list) {
      std::cout << run_network::network_list();
      return 0;
    }
    auto const network = run_network::choose_network(options.network, options.trained.axes);
    run_network::check_options(app, options, network);
    options.parameters ? run_network::list_parameters(options, network) : run_network::run(options, network);
  } catch (std::bad_alloc const&) {
    std::cerr << "run_network: there is not enough memory; take a smaller input, network or element type\n";
    return 1;
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
