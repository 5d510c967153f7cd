// The text of the microkernels, which portable.hpp, neon.hpp, avx2.hpp, avx512.hpp and avx512_bf16.hpp include inside a namespace
// that defines SPARSECONV_MICROKERNEL_TARGET, vector_registers, factor_for_each_row and Vector. It has no include guard for that
// reason and means nothing alone.
#ifdef SPARSECONV_MICROKERNEL_TARGET

#if defined(__CUDACC__)
#pragma nv_diag_suppress 1675  // a pragma that is unknown to nvcc: it hands it on to the C++ compiler, for whom it is
#endif

/// The products of a kernel: one input channel of a row at a time, with a vector of the panel. A set that has others for a type
/// specializes it.
///
/// broadcast_factors() takes them from a row or, where reads_lines, from what read_line() made of the row's next cache line;
/// broadcast_from_row() always takes them from the row.
template <class T>
struct Products : Vector<T> {
  using Factors = typename Vector<T>::Register;
  static constexpr std::size_t channels = 1;
  static constexpr PanelOrder order = PanelOrder::rows;
  static constexpr bool reads_lines = false;
  SPARSECONV_MICROKERNEL_TARGET static Factors load_factors(T const* panel) { return Vector<T>::load(panel); }
  SPARSECONV_MICROKERNEL_TARGET static Factors broadcast_factors(T const* row) { return Vector<T>::broadcast(*row); }
  SPARSECONV_MICROKERNEL_TARGET static Factors broadcast_from_row(T const* row) { return Vector<T>::broadcast(*row); }
};

/// Rows of a tile whose panel is `vectors` wide: the sums leave registers for the panel's row and for one factor, or one for each
/// row where compilers load them all at once.
constexpr std::size_t tile_rows(std::size_t vectors) {
  std::size_t const rows =
      factor_for_each_row ? (vector_registers - vectors) / (vectors + 1) : (vector_registers - vectors - 1) / vectors;
  return rows < 12 ? rows : 12;
}

/// Adds Rows pairs at once; the sums stay in registers over all input channels. If it fetches, then with every cache line of its
/// input rows one of each row ahead and some of the panel ahead.
template <class T, std::size_t Rows, std::size_t Vectors, bool Fetches>
SPARSECONV_MICROKERNEL_TARGET void add_tile(BlockPairs<T> const& pairs, Row const* input_rows, Row const* output_rows,
                                            TileAhead<T> const& ahead) {
  using Numbers = Products<T>;
  constexpr auto channels = static_cast<std::int64_t>(Numbers::channels);
  T const* input[Rows];
  Accumulator<T>* output[Rows];
  typename Numbers::Register sum[Rows][Vectors];
  SPARSECONV_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) {
    input[r] = pairs.input + input_rows[r] * pairs.input_stride;
    output[r] = pairs.block + (output_rows[r] - pairs.first_row) * pairs.block_stride;
    SPARSECONV_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] = Numbers::load(output[r] + v * Numbers::lanes);
  }
  T const* panel = pairs.panel;
  std::int64_t const step = Fetches || Numbers::reads_lines ? numbers_per_line<T> : pairs.in_channels;
  alignas(64) T lines[Numbers::reads_lines ? Rows : 1][numbers_per_line<T>];
  for (std::int64_t c = 0; c < pairs.in_channels;) {
    if constexpr (Fetches) {
      for (std::size_t r = 0; r < Rows; ++r) {
        SPARSECONV_FETCH_NEAR(pairs.input + ahead.input_rows[r] * pairs.input_stride + c);
      }
      T const* const panel_ahead = ahead.panel + c * ahead.panel_lines;
      for (std::int64_t line = 0; line < ahead.panel_lines; ++line) {
        SPARSECONV_FETCH(panel_ahead + line * numbers_per_line<T>);
      }
    }
    std::int64_t const stop = pairs.in_channels - c < step ? pairs.in_channels : c + step;
    std::int64_t const first = c;
    if constexpr (Numbers::reads_lines) {
      SPARSECONV_UNROLL
      for (std::size_t r = 0; r < Rows; ++r) Numbers::read_line(input[r] + first, stop - first, lines[r]);
    }
    for (; c < stop; c += channels, panel += Vectors * Numbers::lanes * Numbers::channels) {
      typename Numbers::Factors weight[Vectors];
      SPARSECONV_UNROLL
      for (std::size_t v = 0; v < Vectors; ++v)
        weight[v] = Numbers::load_factors(panel + v * Numbers::lanes * Numbers::channels);
      SPARSECONV_UNROLL
      for (std::size_t r = 0; r < Rows; ++r) {
        typename Numbers::Factors const factor =
            Numbers::broadcast_factors(Numbers::reads_lines ? lines[r] + (c - first) : input[r] + c);
        SPARSECONV_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] = Numbers::multiply_add(factor, weight[v], sum[r][v]);
      }
    }
  }
  SPARSECONV_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) {
    SPARSECONV_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) Numbers::store(output[r] + v * Numbers::lanes, sum[r][v]);
  }
}

/// Adds the pairs from `done` on in tiles of Rows, and what is left in tiles of the next smaller power of two, down to one.
template <class T, std::size_t Rows, std::size_t Vectors>
SPARSECONV_MICROKERNEL_TARGET void add_in_tiles(BlockPairs<T> const& pairs, std::int64_t done) {
  constexpr auto step = static_cast<std::int64_t>(Rows);
  for (; done + step <= pairs.count; done += step) {
    add_tile<T, Rows, Vectors, false>(pairs, pairs.input_rows + done, pairs.output_rows + done, {});
  }
  if constexpr (Rows > 1) {
    if (done < pairs.count) add_in_tiles<T, std::bit_floor(Rows - 1), Vectors>(pairs, done);
  }
}

/// Rows of no more channels come in time by themselves.
inline constexpr std::int64_t fetched_channels = 16;

// Where there are registers for it, a panel of one vector and few input channels stays there and the pairs pass by it.
inline constexpr std::size_t held_vectors = vector_registers >= 32 ? 16 : 0;
inline constexpr std::size_t held_rows = 6;

/// Adds the first `count` pairs, a multiple of held_rows, with Held vectors of the panel in registers; then the same with what
/// is left of the panel, in parts of the next smaller power of two.
template <class T, std::size_t Held>
SPARSECONV_MICROKERNEL_TARGET void add_with_held_panel(BlockPairs<T> const& pairs, std::int64_t channel,
                                                       std::int64_t count) {
  using Numbers = Products<T>;
  constexpr auto step = static_cast<std::int64_t>(held_rows);
  constexpr auto held_channels = static_cast<std::int64_t>(Held * Numbers::channels);
  if (channel + held_channels <= pairs.in_channels) {
    T const* const inputs = pairs.input + channel;
    T const* const panel = pairs.panel + channel * static_cast<std::int64_t>(Numbers::lanes);
    typename Numbers::Factors weight[Held];
    SPARSECONV_UNROLL
    for (std::size_t h = 0; h < Held; ++h)
      weight[h] = Numbers::load_factors(panel + h * Numbers::lanes * Numbers::channels);
    for (std::int64_t pair = 0; pair < count; pair += step) {
      Row const* const input_rows = pairs.input_rows + pair;
      Row const* const output_rows = pairs.output_rows + pair;
      Row const* const soon = pairs.input_rows + std::min(pair + 4 * step, count - step);
      T const* input[held_rows];
      Accumulator<T>* output[held_rows];
      typename Numbers::Register sum[held_rows];
      SPARSECONV_UNROLL
      for (std::size_t r = 0; r < held_rows; ++r) {
        SPARSECONV_FETCH_NEAR(inputs + soon[r] * pairs.input_stride);
        input[r] = inputs + input_rows[r] * pairs.input_stride;
        output[r] = pairs.block + (output_rows[r] - pairs.first_row) * pairs.block_stride;
        sum[r] = Numbers::load(output[r]);
      }
      SPARSECONV_UNROLL
      for (std::size_t h = 0; h < Held; ++h) {
        SPARSECONV_UNROLL
        for (std::size_t r = 0; r < held_rows; ++r) {
          sum[r] =
              Numbers::multiply_add(Numbers::broadcast_from_row(input[r] + h * Numbers::channels), weight[h], sum[r]);
        }
      }
      SPARSECONV_UNROLL
      for (std::size_t r = 0; r < held_rows; ++r) Numbers::store(output[r], sum[r]);
    }
    channel += held_channels;
  }
  if constexpr (Held > 1) {
    if (channel < pairs.in_channels) add_with_held_panel<T, Held / 2>(pairs, channel, count);
  }
}

template <class T, std::size_t Vectors>
SPARSECONV_MICROKERNEL_TARGET void add_pairs(BlockPairs<T> const& pairs) {
  constexpr std::size_t rows = tile_rows(Vectors);
  constexpr auto step = static_cast<std::int64_t>(rows);
  static_assert(held_rows <= rows || Vectors > 1, "pairs that are left are too few for a tile that fetches");
  std::int64_t done = 0;
  if constexpr (Vectors == 1 && held_vectors > 0) {
    constexpr auto held = static_cast<std::int64_t>(held_rows);
    constexpr auto held_channels = static_cast<std::int64_t>(held_vectors * Products<T>::channels);
    if (pairs.in_channels <= held_channels && pairs.count >= held) {
      done = pairs.count / held * held;
      add_with_held_panel<T, held_vectors>(pairs, 0, done);
    }
  }
  if (pairs.in_channels > fetched_channels) {
    std::int64_t const tiles = (pairs.count - done) / step;
    for (std::int64_t tile = 0; tile < tiles; ++tile, done += step) {
      add_tile<T, rows, Vectors, true>(pairs, pairs.input_rows + done, pairs.output_rows + done,
                                       tile_ahead(pairs, tile, tiles, step));
    }
  }
  add_in_tiles<T, rows, Vectors>(pairs, done);
}

/// See RowsToFinish. The numbers that fill no vector go the same way one by one; so does each where the activation is smooth, when
/// its row is done but for that.
template <class T>
SPARSECONV_MICROKERNEL_TARGET void finish_rows(RowsToFinish<T> const& all) {
  using Numbers = Vector<T>;
  constexpr auto lanes = static_cast<std::int64_t>(Numbers::lanes);
  bool const is_smooth = all.activation.is_smooth();
  bool const is_linear = is_smooth || all.activation.kind == Activation::Kind::none;
  bool const is_leaky = all.activation.kind == Activation::Kind::leaky_relu;
  auto const slope = static_cast<T>(all.activation.slope);
  T const limit = all.activation.kind == Activation::Kind::relu6 ? T{6} : std::numeric_limits<T>::infinity();
  typename Numbers::Register const slopes = Numbers::broadcast(slope);
  typename Numbers::Register const limits = Numbers::broadcast(limit);
  for (std::int64_t row = 0; row < all.rows; ++row) {
    T const* const from = all.from + row * all.from_stride;
    T const* const residual = all.residual == nullptr ? nullptr : all.residual + row * all.residual_stride;
    T* const to = all.to + row * all.to_stride;
    std::int64_t c = 0;
    for (; c + lanes <= all.channels; c += lanes) {
      typename Numbers::Register value = Numbers::load(from + c);
      if (all.factors != nullptr) value = Numbers::product(value, Numbers::load(all.factors + c));
      if (all.offsets != nullptr) value = Numbers::sum(value, Numbers::load(all.offsets + c));
      if (residual != nullptr) value = Numbers::sum(value, Numbers::load(residual + c));
      if (!is_linear) {
        value = Numbers::where_negative(value, is_leaky ? Numbers::product(value, slopes) : Numbers::broadcast(T{0}));
        value = Numbers::at_most(limits, value);
      }
      Numbers::store(to + c, value);
    }
    for (; c < all.channels; ++c) {
      T value = from[c];
      if (all.factors != nullptr) value = rounded_product(value, all.factors[c]);
      if (all.offsets != nullptr) value += all.offsets[c];
      if (residual != nullptr) value += residual[c];
      if (!is_linear && value < T{0}) value = is_leaky ? value * slope : T{0};
      if (!is_linear && limit < value) value = limit;
      to[c] = value;
    }
    if (is_smooth) activate_smoothly(all.activation, to, all.channels);
  }
}

template <class T>
inline constexpr Microkernels<T> microkernels = [] {
  constexpr auto lanes = static_cast<std::int64_t>(Products<T>::lanes);
  constexpr auto channels = static_cast<std::int64_t>(Products<T>::channels);
  if constexpr (vector_registers >= 32) {
    return Microkernels<T>{
        lanes, channels, Products<T>::order, 4, {add_pairs<T, 1>, add_pairs<T, 2>, add_pairs<T, 3>, add_pairs<T, 4>}};
  } else {
    return Microkernels<T>{
        lanes, channels, Products<T>::order, 2, {add_pairs<T, 1>, add_pairs<T, 2>, nullptr, nullptr}};
  }
}();

#if defined(__CUDACC__)
#pragma nv_diag_default 1675
#endif

#endif
