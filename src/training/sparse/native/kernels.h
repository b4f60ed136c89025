/*
 * The kernels, over the vectors that the including file defines. Lanes are different examples, so that no width changes a bit of the
 * values and deltas; sums over examples are made in the order that kernels/gradients.ts writes down; no product is fused with its sum
 * (built with -ffp-contract=off) except with FAST. Every kernel's oracle is the WebAssembly one of the same name.
 */
#include <math.h>
#include <string.h>

#ifdef CHECKED
#define INLINE static inline
#define UNROLL
#else
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* Vectors in a row of a tile. */
#define PARTS (TILE / WIDTH)

/* Sizes of arrays that are to become registers: a variable size, though it be constant once inlined, would put them in memory. */
enum { MOST_ROWS = 16, MOST_TILES = 8, MOST_SUMS = 16 };

#ifdef FAST
#define multiply_add(a, b, c) fused(a, b, c)
#define NAMED2(set) set##_fast_kernels
#else
#define multiply_add(a, b, c) add(multiply(a, b), c)
#define NAMED2(set) set##_kernels
#endif
#define NAMED(set) NAMED2(set)
#define TEXT2(set) #set
#define TEXT(set) TEXT2(set)

enum finish { LINEAR, RELU, MASK };

/* One side's sums over the other side's rows. */
struct product {
  const struct network *net;
  struct lists lists;
  struct rows in, out;
  /* address of a float a row, or 0; rows whose sign masks the sums */
  uint32_t bias;
  struct rows mask;
  enum finish finish;
};

/* Sums as they are; max(0, ·), NaN as it is; or 0 where what they are the gradient of is not above 0. */
INLINE void store_row(const struct product *p, uint32_t row, uint32_t tile, int tiles, const vector *sums) {
  float *out = row_at(p->net, p->out, row, tile, tile + tiles);
  if (p->finish == MASK) {
    const float *mask = row_at(p->net, p->mask, row, tile, tile + tiles);
    UNROLL for (int i = 0; i < tiles * PARTS; i++) store(out + i * WIDTH, above_or_zero(sums[i], load(mask + i * WIDTH), zero()));
  } else {
    const vector least = splat(p->finish == RELU ? 0 : -INFINITY);
    UNROLL for (int i = 0; i < tiles * PARTS; i++) store(out + i * WIDTH, larger(least, sums[i]));
  }
}

INLINE void add_edge(const struct product *p, uint32_t edge, uint32_t tile, int tiles, vector *sums) {
  const uint32_t source = *(const uint32_t *)at(p->net, p->lists.sources + edge, 4);
  const vector weight = splat(*(const float *)at(p->net, p->lists.weights + edge, 4));
  const float *row = within(p->in.memory, source + (size_t)tile * ROW_BYTES, (size_t)tiles * ROW_BYTES);
  UNROLL for (int i = 0; i < tiles * PARTS; i++) sums[i] = multiply_add(load(row + i * WIDTH), weight, sums[i]);
}

/* `rows` rows over `tiles` tiles, each summed in the order of its edges. @returns where the last one's edges end */
INLINE uint32_t edge_block(const struct product *p, uint32_t row, uint32_t from, uint32_t tile, const int rows, const int tiles) {
  const uint32_t *ends = at(p->net, p->lists.ends + 4 * (size_t)row, 4 * (size_t)rows);
  vector sums[MOST_ROWS][MOST_TILES * PARTS];
  uint32_t edges[MOST_ROWS], common = UINT32_MAX;
  UNROLL for (int r = 0; r < rows; r++) {
    const uint32_t begin = r == 0 ? from : ends[r - 1];
    edges[r] = begin;
    if (ends[r] - begin < common) common = ends[r] - begin;
    const vector start = p->bias == 0 ? zero() : splat(*(const float *)at(p->net, p->bias + 4 * ((size_t)row + r), 4));
    UNROLL for (int i = 0; i < tiles * PARTS; i++) sums[r][i] = start;
  }
  for (uint32_t e = 0; e < common; e += 4) {
    UNROLL for (int r = 0; r < rows; r++) add_edge(p, edges[r] + e, tile, tiles, sums[r]);
  }
  UNROLL for (int r = 0; r < rows; r++) {
    for (uint32_t e = edges[r] + common; e < ends[r]; e += 4) add_edge(p, e, tile, tiles, sums[r]);
    store_row(p, row + r, tile, tiles, sums[r]);
  }
  return ends[rows - 1];
}

/* All rows over one strip of tiles. */
INLINE void edge_strip(const struct product *p, uint32_t tile, const int rows, const int tiles) {
  uint32_t row = 0, edge = 0;
  for (; row + rows <= p->lists.rows; row += rows) edge = edge_block(p, row, edge, tile, rows, tiles);
  for (; row < p->lists.rows; row++) edge = edge_block(p, row, edge, tile, 1, tiles);
}

/* Bytes of the rows read at random that are to stay in the second cache while a strip of tiles is worked on. */
enum { CACHED_BYTES = 524288 };

/* Strips as wide as registers and the second cache allow, several rows at once where they are narrow: the sums of two to four vectors
   alone would wait for one another. Each of these changes no bit. */
static void edge_product(const struct product *p, uint32_t tile, uint32_t end) {
  const uint32_t fitting = CACHED_BYTES / (p->in.count * ROW_BYTES);
#if WIDTH == 16
  if (fitting >= 8) for (; tile + 8 <= end; tile += 8) edge_strip(p, tile, 2, 8);
#endif
#if WIDTH >= 8
  if (fitting >= 2) for (; tile + 4 <= end; tile += 4) edge_strip(p, tile, EDGE_SUMS / 4, 4);
#endif
  for (; tile + 2 <= end; tile += 2) edge_strip(p, tile, EDGE_SUMS / 2, 2);
  for (; tile < end; tile++) edge_strip(p, tile, EDGE_SUMS, 1);
}

/* Every row sums over all rows of the other side: blocks of rows share what they read. */
INLINE void dense_block(const struct product *p, uint32_t row, uint32_t tile, const int rows, const int tiles) {
  const uint32_t count = p->in.count;
  const float *weights = at(p->net, p->lists.weights + 4 * (size_t)row * count, 4 * (size_t)rows * count);
  vector sums[MOST_ROWS][MOST_TILES * PARTS];
  UNROLL for (int r = 0; r < rows; r++) {
    const vector start = p->bias == 0 ? zero() : splat(*(const float *)at(p->net, p->bias + 4 * ((size_t)row + r), 4));
    UNROLL for (int i = 0; i < tiles * PARTS; i++) sums[r][i] = start;
  }
  for (uint32_t k = 0; k < count; k++) {
    const float *in = row_at(p->net, p->in, k, tile, tile + tiles);
    vector values[MOST_TILES * PARTS];
    UNROLL for (int i = 0; i < tiles * PARTS; i++) values[i] = load(in + i * WIDTH);
    UNROLL for (int r = 0; r < rows; r++) {
      const vector weight = splat(weights[(size_t)r * count + k]);
      UNROLL for (int i = 0; i < tiles * PARTS; i++) sums[r][i] = multiply_add(values[i], weight, sums[r][i]);
    }
  }
  UNROLL for (int r = 0; r < rows; r++) store_row(p, row + r, tile, tiles, sums[r]);
}

INLINE void dense_strip(const struct product *p, uint32_t tile, const int tiles) {
  uint32_t row = 0;
  for (; row + DENSE_ROWS <= p->lists.rows; row += DENSE_ROWS) dense_block(p, row, tile, DENSE_ROWS, tiles);
  for (; row < p->lists.rows; row++) dense_block(p, row, tile, 1, tiles);
}

static void dense_product(const struct product *p, uint32_t tile, uint32_t end) {
  for (; tile + DENSE_TILES <= end; tile += DENSE_TILES) dense_strip(p, tile, DENSE_TILES);
  for (; tile < end; tile++) dense_strip(p, tile, 1);
}

static void forward(const struct network *net, uint32_t index, uint32_t tile, uint32_t end) {
  const struct junction *junction = &net->junctions[index];
  const int last = index + 1 == net->junction_count;
  const struct product product = {
      .net = net,
      .lists = junction->forward,
      .in = junction->values,
      .out = last ? junction->deltas : net->junctions[index + 1].values,
      .bias = net->values + junction->biases,
      .finish = last ? LINEAR : RELU,
  };
  (junction->dense ? dense_product : edge_product)(&product, tile, end);
}

static void backward(const struct network *net, uint32_t index, uint32_t tile, uint32_t end) {
  const struct junction *junction = &net->junctions[index];
  const struct product product = {
      .net = net,
      .lists = junction->by_left_lists,
      .in = junction->deltas,
      .out = net->junctions[index - 1].deltas,
      .mask = junction->values,
      .finish = MASK,
  };
  (junction->dense ? dense_product : edge_product)(&product, tile, end);
}

/* What a batch's sums are made over, and whether partial sums of earlier parts are gone on with or kept for later ones. */
struct summing {
  const struct network *net;
  uint32_t tiles;
  /* address of the first place's partial sums */
  uint32_t partials;
  int first, last;
};

INLINE void begin_sums(const struct summing *s, size_t place, int count, vector (*sums)[PARTS]) {
  UNROLL for (int n = 0; n < count; n++) UNROLL for (int i = 0; i < PARTS; i++) sums[n][i] = zero();
  if (s->first) return;
  const float *kept = at(s->net, s->partials + place * ROW_BYTES, (size_t)count * ROW_BYTES);
  UNROLL for (int n = 0; n < count; n++) UNROLL for (int i = 0; i < PARTS; i++) sums[n][i] = load(kept + n * TILE + i * WIDTH);
}

/* @param totals written where the batch is at its end @returns whether it is */
INLINE int end_sums(const struct summing *s, size_t place, int count, const vector (*sums)[PARTS], float *totals) {
  if (!s->last) {
    float *kept = at(s->net, s->partials + place * ROW_BYTES, (size_t)count * ROW_BYTES);
    UNROLL for (int n = 0; n < count; n++) UNROLL for (int i = 0; i < PARTS; i++) store(kept + n * TILE + i * WIDTH, sums[n][i]);
    return 0;
  }
  UNROLL for (int n = 0; n < count; n += 4) {
    if (count - n >= 4) tree4(sums + n, totals + n);
    else UNROLL for (int i = n; i < count; i++) totals[i] = tree(sums[i]);
  }
  return 1;
}

/* Edges of one side's rows, with the rows of both sides and where their gradients go. */
struct gradient_lists {
  struct lists lists;
  struct rows own, others;
  /* address of the gradients in the order of the edges; or, with places, what is added to a place */
  uint32_t gradients;
};

INLINE void edge_gradients(const struct summing *s, const struct gradient_lists *g, uint32_t row, uint32_t edge, const int edges) {
  const size_t bytes = (size_t)s->tiles * ROW_BYTES;
  const float *own = row_at(s->net, g->own, row, 0, s->tiles);
  const uint32_t *sources = at(s->net, g->lists.sources + edge, 4 * (size_t)edges);
  const float *others[MOST_SUMS];
  vector sums[MOST_SUMS][PARTS];
  UNROLL for (int e = 0; e < edges; e++) others[e] = within(g->others.memory, sources[e], bytes);
  begin_sums(s, edge / 4, edges, sums);
  for (size_t place = 0; place < (size_t)s->tiles * TILE; place += TILE) {
    UNROLL for (int i = 0; i < PARTS; i++) {
      const vector shared = load(own + place + i * WIDTH);
      UNROLL for (int e = 0; e < edges; e++) sums[e][i] = multiply_add(load(others[e] + place + i * WIDTH), shared, sums[e][i]);
    }
  }
  float totals[MOST_SUMS];
  if (!end_sums(s, edge / 4, edges, (const vector(*)[PARTS])sums, totals)) return;
  if (g->lists.places == 0) {
    memcpy(at(s->net, g->gradients + edge, 4 * (size_t)edges), totals, 4 * (size_t)edges);
    return;
  }
  const uint32_t *places = at(s->net, g->lists.places + edge, 4 * (size_t)edges);
  UNROLL for (int e = 0; e < edges; e++) *(float *)at(s->net, (uint32_t)(places[e] + g->gradients), 4) = totals[e];
}

static void all_edge_gradients(const struct summing *s, const struct gradient_lists *g) {
  const uint32_t *ends = at(s->net, g->lists.ends, 4 * (size_t)g->lists.rows);
  uint32_t edge = 0;
  for (uint32_t row = 0; row < g->lists.rows; row++) {
    for (; edge + 4 * GRADIENT_EDGES <= ends[row]; edge += 4 * GRADIENT_EDGES) edge_gradients(s, g, row, edge, GRADIENT_EDGES);
#if GRADIENT_EDGES > 4
    for (; edge + 16 <= ends[row]; edge += 16) edge_gradients(s, g, row, edge, 4);
#endif
    for (; edge + 8 <= ends[row]; edge += 8) edge_gradients(s, g, row, edge, 2);
    for (; edge < ends[row]; edge += 4) edge_gradients(s, g, row, edge, 1);
  }
}

/* A block of right and of left neurons, all of whose pairs have an edge. */
INLINE void dense_gradients(
    const struct summing *s, const struct junction *junction, uint32_t row, uint32_t column, const int rows, const int columns) {
  const uint32_t count = junction->values.count;
  const float *deltas = row_at(s->net, junction->deltas, row, 0, s->tiles);
  const float *values = row_at(s->net, junction->values, column, 0, s->tiles);
  const size_t delta_stride = junction->deltas.stride / 4, value_stride = junction->values.stride / 4;
  vector sums[MOST_SUMS][PARTS];
  UNROLL for (int r = 0; r < rows; r++) begin_sums(s, (size_t)(row + r) * count + column, columns, sums + r * columns);
  for (size_t place = 0; place < (size_t)s->tiles * TILE; place += TILE) {
    UNROLL for (int i = 0; i < PARTS; i++) {
      vector own[MOST_ROWS];
      UNROLL for (int r = 0; r < rows; r++) own[r] = load(deltas + r * delta_stride + place + i * WIDTH);
      UNROLL for (int c = 0; c < columns; c++) {
        const vector other = load(values + c * value_stride + place + i * WIDTH);
        UNROLL for (int r = 0; r < rows; r++) sums[r * columns + c][i] = multiply_add(other, own[r], sums[r * columns + c][i]);
      }
    }
  }
  float *gradients = at(s->net, s->net->gradients + junction->weights, 4 * (size_t)count * junction->right);
  float totals[MOST_SUMS];
  if (s->last && rows * columns % 4 == 0) {
    end_sums(s, 0, rows * columns, (const vector(*)[PARTS])sums, totals);
  } else {
    UNROLL for (int r = 0; r < rows; r++) {
      end_sums(s, (size_t)(row + r) * count + column, columns, (const vector(*)[PARTS])(sums + r * columns), totals + r * columns);
    }
  }
  if (!s->last) return;
  UNROLL for (int r = 0; r < rows; r++) {
    memcpy(gradients + (size_t)(row + r) * count + column, totals + r * columns, 4 * (size_t)columns);
  }
}

INLINE void dense_gradient_rows(const struct summing *s, const struct junction *junction, uint32_t row, const int rows) {
  uint32_t column = 0;
  const uint32_t count = junction->values.count;
  for (; column + GRADIENT_COLUMNS <= count; column += GRADIENT_COLUMNS) dense_gradients(s, junction, row, column, rows, GRADIENT_COLUMNS);
  for (; column < count; column++) dense_gradients(s, junction, row, column, rows, 1);
}

static void all_dense_gradients(const struct summing *s, const struct junction *junction) {
  uint32_t row = 0;
  for (; row + GRADIENT_ROWS <= junction->right; row += GRADIENT_ROWS) dense_gradient_rows(s, junction, row, GRADIENT_ROWS);
  for (; row < junction->right; row++) dense_gradient_rows(s, junction, row, 1);
}

static void bias_gradients(const struct summing *s, const struct junction *junction) {
  float *gradients = at(s->net, s->net->gradients + junction->biases, 4 * (size_t)junction->right);
  for (uint32_t row = 0; row < junction->right; row++) {
    const float *deltas = row_at(s->net, junction->deltas, row, 0, s->tiles);
    vector sums[1][PARTS];
    begin_sums(s, row, 1, sums);
    for (size_t place = 0; place < (size_t)s->tiles * TILE; place += TILE) {
      UNROLL for (int i = 0; i < PARTS; i++) sums[0][i] = add(sums[0][i], load(deltas + place + i * WIDTH));
    }
    float total;
    if (end_sums(s, row, 1, (const vector(*)[PARTS])sums, &total)) gradients[row] = total;
  }
}

static void gradients(const struct network *net, uint32_t index, uint32_t tiles, int first, int last) {
  const struct junction *junction = &net->junctions[index];
  const struct summing over = {net, tiles, net->partials + TILE * junction->weights, first, last};
  if (junction->dense) {
    all_dense_gradients(&over, junction);
  } else if (junction->by_left) {
    const struct gradient_lists lists = {
        .lists = junction->by_left_lists,
        .own = junction->values,
        .others = junction->deltas,
        .gradients = net->gradients - net->values,
    };
    all_edge_gradients(&over, &lists);
  } else {
    const struct gradient_lists lists = {
        .lists = junction->forward,
        .own = junction->deltas,
        .others = junction->values,
        .gradients = net->gradients + junction->weights,
    };
    all_edge_gradients(&over, &lists);
  }
  const struct summing biases = {net, tiles, net->partials + TILE * junction->biases, first, last};
  bias_gradients(&biases, junction);
}

/* The examples of a tile as columns: where each one's features begin, `zeros` for columns without example. */
static void find_columns(const struct network *net, struct examples from, uint32_t start, uint32_t end, const float **columns) {
  const float *zeros = at(net, net->zeros, 4 * (size_t)net->features);
  for (uint32_t i = 0; i < TILE; i++) {
    const size_t example = start + i >= end ? 0 : from.order == NULL ? start + i : from.order[start + i];
    columns[i] = start + i < end ? from.inputs + example * net->features : zeros;
  }
}

static void spread(const struct network *net, struct examples from, uint32_t start, uint32_t end, uint32_t tile) {
  const struct rows rows = net->junctions[0].values;
  const float *columns[TILE], *next[TILE];
  find_columns(net, from, start, end, next);
  for (; start < end; start += TILE, tile++) {
    memcpy(columns, next, sizeof columns);
    find_columns(net, from, start + TILE, end, next);
    uint32_t feature = 0;
    for (; feature + TRANSPOSED <= net->features; feature += TRANSPOSED) {
      /* Examples lie anywhere in the data: the next tile's are on their way while this one's are worked on. */
      if (feature % 16 == 0) for (int i = 0; i < TILE; i++) __builtin_prefetch(next[i] + feature, 0, 2);
      transpose(columns, feature, (uint8_t *)row_at(net, rows, feature, tile, tile + 1), rows.stride);
    }
    for (; feature < net->features; feature++) {
      float *row = row_at(net, rows, feature, tile, tile + 1);
      for (int i = 0; i < TILE; i++) row[i] = columns[i][feature];
    }
  }
}

/* e^x for x ≤ 0: see `power` of kernels/softmax.ts. */
INLINE vector power(vector x) {
  const float coarse = 0.693359375f;
  const float fine = (float)(M_LN2 - 0.693359375);
  static const double series[] = {1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1};
  const vector n = nearest(multiply(x, splat((float)M_LOG2E)));
  vector r = subtract(x, multiply(n, splat(coarse)));
  r = subtract(r, multiply(n, splat(fine)));
  vector p = splat((float)series[0]);
  UNROLL for (int i = 1; i < 8; i++) p = add(multiply(p, r), splat((float)series[i]));
  p = multiply(p, power_of_two(truncated(n)));
  return zero_where_below(p, x, splat(-60.0f));
}

static void softmax(const struct network *net, uint32_t tile, const float *shares, float *highest, float *totals) {
  const struct rows logits = net->junctions[net->junction_count - 1].deltas;
  for (int i = 0; i < PARTS; i++) {
    const int offset = i * WIDTH;
    vector best = load(row_at(net, logits, 0, tile, tile + 1) + offset);
    for (uint32_t j = 1; j < net->outputs; j++) {
      best = larger(load(row_at(net, logits, j, tile, tile + 1) + offset), best);
    }
    vector total = zero();
    for (uint32_t j = 0; j < net->outputs; j++) {
      float *row = row_at(net, logits, j, tile, tile + 1) + offset;
      const vector p = power(subtract(load(row), best));
      total = add(total, p);
      store(row, p);
    }
    store(highest + offset, best);
    store(totals + offset, total);
    const vector scale = divide(load(shares + offset), total);
    for (uint32_t j = 0; j < net->outputs; j++) {
      float *row = row_at(net, logits, j, tile, tile + 1) + offset;
      store(row, multiply(load(row), scale));
    }
  }
}

static void guess(const struct network *net, uint32_t tile, uint32_t *guesses, float *faults) {
  const struct rows logits = net->junctions[net->junction_count - 1].deltas;
  for (int i = 0; i < PARTS; i++) {
    const int offset = i * WIDTH;
    vector best = load(row_at(net, logits, 0, tile, tile + 1) + offset), fault = zero();
    integers number = splat_integer(0);
    for (uint32_t j = 0; j < net->outputs; j++) {
      const vector value = load(row_at(net, logits, j, tile, tile + 1) + offset);
      fault = add(fault, subtract(value, value));
      if (j >= net->used_outputs) continue;
      number = integer_where_above(value, best, splat_integer(j), number);
      best = where_above(value, best);
    }
    store_integers(guesses + offset, number);
    store(faults + offset, fault);
  }
}

/* x, or 0 where it is this small: such numbers take some processors a hundred times as long. NaN stays. */
#define flushed(x) zero_where_below(x, absolute(x), splat(1e-30f))

static void adam(const struct network *net, uint32_t from, uint32_t to, struct adam by) {
  const size_t bytes = to - from, count = bytes / 4;
  float *values = at(net, net->values + from, bytes), *first = at(net, net->first + from, bytes);
  float *second = at(net, net->second + from, bytes);
  const float *gradients = at(net, net->gradients + from, bytes);
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector w = load(values + i), g = add(load(gradients + i), multiply(splat(by.decay), w));
    const vector m = flushed(add(multiply(splat(by.beta1), load(first + i)), multiply(splat(by.rest1), g)));
    const vector v = flushed(add(multiply(splat(by.beta2), load(second + i)), multiply(splat(by.rest2), multiply(g, g))));
    store(first + i, m);
    store(second + i, v);
    store(values + i, subtract(w, divide(multiply(splat(by.rate), m), add(root(v), splat(by.epsilon)))));
  }
}

static void sgd(const struct network *net, uint32_t from, uint32_t to, struct sgd by) {
  const size_t bytes = to - from, count = bytes / 4;
  float *values = at(net, net->values + from, bytes), *first = at(net, net->first + from, bytes);
  const float *gradients = at(net, net->gradients + from, bytes);
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector w = load(values + i), g = add(load(gradients + i), multiply(splat(by.decay), w));
    const vector velocity = flushed(subtract(multiply(splat(by.momentum), load(first + i)), multiply(splat(by.rate), g)));
    store(first + i, velocity);
    store(values + i, add(w, velocity));
  }
}

static float peak(uint32_t rounds) {
  vector sums[PEAK_CHAINS];
  const vector factor = splat(0.999f), term = splat(0.001f);
  for (int i = 0; i < PEAK_CHAINS; i++) sums[i] = splat((float)i);
  for (uint32_t round = 0; round < rounds; round++) {
    UNROLL for (int i = 0; i < PEAK_CHAINS; i++) sums[i] = multiply_add(sums[i], factor, term);
  }
  vector all = zero();
  for (int i = 0; i < PEAK_CHAINS; i++) all = add(all, sums[i]);
  float lanes[WIDTH];
  store(lanes, all);
  return lanes[0];
}

const struct kernels NAMED(SET) = {
    TEXT(SET), spread, forward, backward, gradients, softmax, guess, adam, sgd, peak, WIDTH,
};
