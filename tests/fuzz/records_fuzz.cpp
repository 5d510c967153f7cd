#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/io/records.hpp"

/// The first byte chooses the format. Any bytes after it are a cloud of just these records, or one of the library's
/// errors.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  const sparseconv::RecordFormat format{
      .columns = data[0] % 8,
      .element = data[0] & 0x80 ? sparseconv::RecordElement::float16 : sparseconv::RecordElement::float32};
  try {
    auto const cloud = sparseconv::parse_records(std::as_bytes(std::span(data + 1, size - 1)), "fuzz", format);
    if (cloud.columns != format.columns) std::abort();
    if (static_cast<std::size_t>(cloud.size()) * sparseconv::record_bytes(format) != size - 1) std::abort();
  } catch (sparseconv::Error const&) {
  }
  return 0;
}
