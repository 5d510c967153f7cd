#pragma once

namespace sparseconv::inline v0_1 {

/// What becomes of the sites of several sets.
enum class SiteJoin {
  unite,     ///< those that are in any of them
  intersect  ///< those that are in each of them
};

}  // namespace sparseconv::inline v0_1
