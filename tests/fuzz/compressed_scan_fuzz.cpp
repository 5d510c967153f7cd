#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "check_reader.hpp"
#include "compress_scan/decode_sites.hpp"
#include "compress_scan/encode_sites.hpp"
#include "compress_scan/parse_scan.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"

namespace sparseconv::fuzz {
namespace {

using Engines = compress_scan::CodecEngines<SequentialPolicy>;

/// Small networks, so that a decoder runs many times a second.
Engines const& engines() {
  static Engines const made(seq, compress_scan::random_networks({.channels = 2, .seed = 1}));
  return made;
}

/// The file of a few sites near each other, or far.
std::string make_scan(Dice& dice) {
  std::vector<Coordinate<3>> points(dice.below(dice.one_in(2) ? 6 : 300));
  std::size_t const extent = dice.one_in(4) ? std::size_t{1} << 31 : 20;
  for (Coordinate<3>& point : points) {
    for (std::int32_t& axis : point.position) axis = static_cast<std::int32_t>(dice.below(extent)) - 10;
  }
  compress_scan::StageTimes times;
  auto const sites = build_site_set(seq, Grid<3>{}, points).sites;
  auto const encoded = compress_scan::encode_sites(seq, engines(), sites, {.step = 64}, times);
  auto const bytes = compress_scan::format_scan(encoded.scan);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// One change that leaves what a decoder looks at first: in the counts, the top, a stream or its size.
void spoil_scan(std::string& file, Dice& dice) {
  if (file.size() < 20) return;
  std::size_t const place = dice.one_in(2) ? 18 + dice.below(12) : dice.below(file.size());
  if (place >= file.size()) return;
  switch (dice.below(5)) {
    case 0:
      file[place] = static_cast<char>(dice.bits());
      return;
    case 1:
      file[place] = static_cast<char>(file[place] + (dice.one_in(2) ? 1 : -1));
      return;
    case 2:
      file.erase(place, 1 + dice.below(8));
      return;
    case 3:
      file.insert(place, any_bytes(dice, 1 + dice.below(8)));
      return;
    default:
      for (std::size_t i = place; i < file.size() && i < place + 8; ++i) file[i] = dice.one_in(2) ? '\0' : '\xff';
  }
}

/// What was decoded, and that it is encoded as it came.
struct Decoded {
  compress_scan::CompressedScan scan;
  SiteSet<3> sites;
};

void require_whole(Decoded const& decoded, ReaderBounds const&) {
  compress_scan::StageTimes times;
  require(decoded.sites.size() == decoded.scan.sites, "as many sites as the file says");
  auto const again = compress_scan::encode_sites(seq, engines(), decoded.sites, decoded.scan.header, times);
  require(compress_scan::format_scan(again.scan) == compress_scan::format_scan(decoded.scan),
          "a file that is taken is what an encoder writes");
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_scan, spoil_scan);
}

/// A byte may hold many sites, if the networks are sure of them, and each site has features; hence the allowance.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  fuzz::check_reader(size, {.call = "compress_scan: fuzz: ", .most_values = size, .header_memory = 24 << 20}, [&] {
    compress_scan::StageTimes times;
    fuzz::Decoded decoded{.scan = compress_scan::parse_scan(bytes, "compress_scan: fuzz"), .sites = {}};
    decoded.sites = compress_scan::SiteDecoder<SequentialPolicy>(seq, fuzz::engines(), "compress_scan: fuzz", times)
                        .decode(decoded.scan);
    return decoded;
  });
  return 0;
}
