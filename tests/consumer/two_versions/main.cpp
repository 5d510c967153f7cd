#include <cmath>
#include <cstdio>
#include <string_view>

extern "C" {
char const* name_of_this();
char const* name_of_other();
float convolve_of_this();
float convolve_of_other();
}

/// Each library has what it was made with: had the dynamic linker joined their inline functions, both would have one name.
int main() {
  std::printf("%s %g, %s %g\n", name_of_this(), static_cast<double>(convolve_of_this()), name_of_other(),
              static_cast<double>(convolve_of_other()));
  bool const apart = std::string_view(name_of_this()) == "portable" && std::string_view(name_of_other()) == "other";
  // Two sites of sums 0.3 and 0.6 reach 6 outputs each, of 2 channels.
  bool const right = std::fabs(convolve_of_this() - 10.8f) < 1e-4f && convolve_of_this() == convolve_of_other();
  return apart && right ? 0 : 1;
}
