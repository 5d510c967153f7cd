#pragma once

namespace sparseconv {}  // namespace sparseconv
