#pragma once

namespace sparseconv::inline v0_1 {}  // namespace sparseconv::inline v0_1
