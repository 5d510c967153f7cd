// Compresses scans with a learned codec (RENO), and reads them again: the same sites, whatever the machine.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "command_line/write_file.hpp"
#include "compress_scan/decode_sites.hpp"
#include "compress_scan/encode_sites.hpp"
#include "compress_scan/options.hpp"
#include "compress_scan/parse_scan.hpp"
#include "compress_scan/quantize.hpp"
#include "compress_scan/report.hpp"
#include "compress_scan/scan_pictures.hpp"
#include "compress_scan/site_rows.hpp"
#include "compress_scan/trained_networks.hpp"
#include "sparseconv/io/png.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/npy_array.hpp"

namespace sc = sparseconv;

namespace compress_scan {

void write_json(std::string const& path, nlohmann::json const& table) {
  if (path.empty()) return;
  command_line::write_file("compress_scan", path, table.dump(2) + "\n");
}

/// Both networks, ready to run; the time goes to the report.
template <sc::HostPolicy Policy>
CodecEngines<Policy> engines_of(Options const& options, Policy const& where, RunReport& run) {
  auto const begin = std::chrono::steady_clock::now();
  CodecEngines<Policy> engines(where, options.weights.empty() ? random_networks({.seed = *options.random_weights})
                                                              : trained_networks(options.weights));
  run.weights_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return engines;
}

RunReport report_of(sc::CpuPolicy const& where) {
  return {.policy = "cpu", .instructions = to_string(where.instruction_set()), .threads = where.thread_count()};
}

RunReport report_of(sc::SequentialPolicy const&) {
  return {.policy = "seq"};
}

void encode(Options const& options) {
  sc::CpuPolicy where = sc::cpu.threads(options.threads);
  if (options.instructions) where = where.instructions(sc::instruction_set_named(*options.instructions).value());
  RunReport run = report_of(where);
  auto const engines = engines_of(options, where, run);
  StageTimes& times = run.times;
  auto const cloud = times.time(CodecStage::read, [&] {
    scan_input::ScanOptions scan = options.scan;
    if (scan.file == "simulated") scan.file.clear();
    return scan_input::load_scan(scan, 1);
  });
  ScanHeader const header{.step = options.step};
  std::int64_t not_finite = 0;
  auto const sites = times.time(CodecStage::quantize, [&] {
    QuantizedPoints const points = quantize(cloud, header);
    not_finite = points.not_finite;
    return sc::build_site_set(where, sc::Grid<3>{}, points.sites).sites;
  });
  EncodedSites const encoded = encode_sites(where, engines, sites, header, times);
  auto const bytes = times.time(CodecStage::write, [&] {
    std::vector<std::byte> file = format_scan(encoded.scan);
    command_line::write_file("compress_scan", options.compressed, file);
    return file;
  });
  auto const file_bytes = static_cast<std::int64_t>(bytes.size());
  std::cout << options.scan.file << ": " << cloud.size() << " points";
  if (not_finite > 0) std::cout << ", " << not_finite << " of them not finite and left out";
  std::cout << ", " << sites.size() << " sites at a step of " << options.step << " mm\n"
            << level_table(encoded) << options.compressed << ": " << 8 * file_bytes << " bits, "
            << digits(
                   8 * static_cast<double>(file_bytes) / static_cast<double>(std::max<std::int64_t>(cloud.size(), 1)),
                   3)
            << " a point; " << encoded.scan.top.size() << " sites at the top, arithmetic "
            << to_string(encoded.scan.header.arithmetic) << '\n'
            << describe(run) << ": " << describe_times(run) << '\n';
  write_json(options.json, to_json(run, encoded, file_bytes, cloud.size(), not_finite));
  if (options.picture.empty()) return;
  StageTimes ignored;
  CompressedScan const again = parse_scan(bytes, "compress_scan: " + options.compressed);
  auto const decoded =
      SiteDecoder<sc::CpuPolicy>(where, engines, "compress_scan: " + options.compressed, ignored).decode(again);
  sc::write_png(options.picture, scan_and_levels(cloud, encoded.levels, positions_of(decoded, header)));
  std::cout << "picture: " << options.picture << " (the scan, the bits of each level, what was decoded)\n";
}

template <sc::HostPolicy Policy>
void decode_on(Policy const& where, Options const& options, CompressedScan const& scan, std::int64_t file_bytes,
               StageTimes const& so_far) {
  RunReport run = report_of(where);
  run.times = so_far;
  auto const engines = engines_of(options, where, run);
  auto const sites =
      SiteDecoder<Policy>(where, engines, "compress_scan: " + options.compressed, run.times).decode(scan);
  run.times.time(CodecStage::write, [&] {
    sc::write_npy_array(options.sites, options.metres
                                           ? sc::make_array({sites.size(), 3}, positions_of(sites, scan.header))
                                           : sc::make_array({sites.size(), 3}, rows_of(sites)));
  });
  std::cout << options.compressed << ": " << sites.size() << " sites at a step of " << scan.header.step
            << " mm, arithmetic " << to_string(scan.header.arithmetic) << '\n'
            << options.sites << ": " << sites.size() << " x 3 "
            << (options.metres ? "positions in metres, float32" : "sites, int32") << '\n'
            << describe(run) << ": " << describe_times(run) << '\n';
  write_json(options.json, to_json(run, scan, file_bytes));
}

/// Decodes on the policy that computes as the encoder did: with the best instructions if these do, else with the portable ones, else in
/// plain loops. Where none does, the decoder says so.
void decode(Options const& options) {
  StageTimes times;
  std::int64_t file_bytes = 0;
  CompressedScan const scan = times.time(CodecStage::read, [&] {
    sc::SharedBytes const bytes = sc::map_file(options.compressed, "compress_scan");
    file_bytes = static_cast<std::int64_t>(bytes.size());
    return parse_scan({bytes.data(), bytes.size()}, "compress_scan: " + options.compressed);
  });
  Arithmetic const wanted = scan.header.arithmetic;
  sc::InstructionSet set = sc::best_instruction_set();
  if (options.instructions) {
    set = sc::instruction_set_named(*options.instructions).value();
  } else if (arithmetic_of(set) != wanted && arithmetic_of(sc::InstructionSet::portable) == wanted) {
    set = sc::InstructionSet::portable;
  } else if (arithmetic_of(set) != wanted && wanted == Arithmetic::separate) {
    return decode_on(sc::seq, options, scan, file_bytes, times);
  }
  decode_on(sc::cpu.threads(options.threads).instructions(set), options, scan, file_bytes, times);
}

}  // namespace compress_scan

int main(int argc, char** argv) {
  CLI::App app("Compresses scans with a learned codec, and reads them again without loss and on any machine.");
  compress_scan::Options options;
  compress_scan::declare_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    bool const encodes = app.got_subcommand("encode");
    compress_scan::check_options(options, encodes);
    encodes ? compress_scan::encode(options) : compress_scan::decode(options);
  } catch (std::bad_alloc const&) {
    std::cerr << "compress_scan: there is not enough memory; take a smaller scan, or a larger step\n";
    return 1;
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
