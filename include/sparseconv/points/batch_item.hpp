#pragma once

#include <cstdint>
#include <string_view>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// Which item of a batch something becomes. By default the only one.
struct BatchItem {
  std::int32_t item = 0;        ///< from 0 on
  std::int32_t batch_size = 1;  ///< how many items the batch has
};

/// Throws: CoordinateError if the batch has no such item. `call` begins the message.
inline void check_batch_item(BatchItem const& place, std::string_view call) {
  if (place.item >= 0 && place.item < place.batch_size) return;
  throw CoordinateError({call, ": batch item ", place.item, " of a batch of ", place.batch_size,
                         "; items are numbered from 0 to batch_size - 1"});
}

}  // namespace sparseconv::inline v0_1
