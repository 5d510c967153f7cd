// Must be refused by ../refuse_unsafe.cmake.
inline int first_bit(unsigned word) {
  return std::countr_zero(word);
}
