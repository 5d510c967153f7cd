// What flags/fuse_nothing_unasked must find.
extern "C" float a_product_and_a_sum(float a, float b, float c) {
  return a * b + c;
}
