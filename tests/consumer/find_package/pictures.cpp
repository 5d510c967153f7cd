#include <sparseconv/io/npz.hpp>
#include <sparseconv/io/png.hpp>

/// Links only if the component io brings libpng and libzip.
int main() {
  try {
    sparseconv::write_png("no_pixels.png", sparseconv::Picture(0, 0));
  } catch (sparseconv::ShapeError const&) {
    return 0;
  }
  return 1;
}
