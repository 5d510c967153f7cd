#pragma once

namespace sparseconv::inline v0_1 {
void g();
}
