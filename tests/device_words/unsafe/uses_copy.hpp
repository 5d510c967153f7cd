// Must be refused by ../refuse_unsafe.cmake.
inline void take(int const* from, int* to) {
  std::copy(from, from + 4, to);
}
