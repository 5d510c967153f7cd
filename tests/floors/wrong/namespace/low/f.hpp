#pragma once

namespace sparseconv {
void f();
}
