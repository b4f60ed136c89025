/*
 * The kernels as functions of a Node-API addon; native-kernels.ts is what calls them. A network's memory is an ArrayBuffer that
 * `open` makes: it lives for as long as either it or the network is held, its inputs for as long as any network that has them.
 * Examples are checked at every call, the layout at `open`; what the lists in the memory say is edges.ts's to know.
 */
#include <math.h>
#include <node_api.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#include "network.h"
#ifdef PROFILED
#include <time.h>
#endif

#define MOST_ARGUMENTS 11

/* Parts of a step. A build with PROFILED counts what each one takes; profile() gives it. */
enum part { SPREAD, FORWARD, LOSS, BACKWARD, GRADIENTS, UPDATE, GATHER, PART_COUNT };

#ifdef PROFILED
static const char *const part_names[PART_COUNT] = {"spread", "forward", "loss", "backward", "gradients", "update", "gather"};
/* nanoseconds, of all threads */
static double spent[PART_COUNT];

static double nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}
#define COUNTED(part, work)                 \
  do {                                      \
    const double before = nanoseconds();    \
    work;                                   \
    spent[part] += nanoseconds() - before;  \
  } while (0)
#else
#define COUNTED(part, work) work
#endif

static napi_value fail(napi_env env, const char *message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_range_error(env, NULL, message);
  return NULL;
}

static napi_value number(napi_env env, double value) {
  napi_value result = NULL;
  napi_create_double(env, value, &result);
  return result;
}

/* Arguments of a call, read one after the other; `failed` once one of them is not what it must be. */
struct call {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  size_t count, next;
  int failed;
};

static struct call begin_call(napi_env env, napi_callback_info info) {
  struct call call = {.env = env, .count = MOST_ARGUMENTS};
  call.failed = napi_get_cb_info(env, info, &call.count, call.values, NULL, NULL) != napi_ok;
  if (call.count > MOST_ARGUMENTS) call.failed = 1;
  return call;
}

static napi_value take(struct call *call) {
  if (!call->failed && call->next < call->count) return call->values[call->next++];
  call->failed = 1;
  return NULL;
}

static double take_number(struct call *call) {
  double value = 0;
  const napi_value given = take(call);
  if (call->failed || napi_get_value_double(call->env, given, &value) != napi_ok) call->failed = 1;
  return value;
}

/* A whole number below 2³². */
static uint32_t take_count(struct call *call) {
  const double value = take_number(call);
  if (!(value >= 0 && value <= UINT32_MAX)) call->failed = 1;
  return call->failed ? 0 : (uint32_t)value;
}

static struct network *take_network(struct call *call) {
  void *net = NULL;
  const napi_value given = take(call);
  if (call->failed || napi_get_value_external(call->env, given, &net) != napi_ok) call->failed = 1;
  return net;
}

/* Whether the next argument is null. */
static int next_is_null(const struct call *call) {
  napi_valuetype kind = napi_undefined;
  return !call->failed && call->next < call->count && napi_typeof(call->env, call->values[call->next], &kind) == napi_ok && kind == napi_null;
}

static struct network *take_network_or_null(struct call *call) {
  if (!next_is_null(call)) return take_network(call);
  call->next++;
  return NULL;
}

/* An array's elements; null for null. */
static const void *take_array(struct call *call, napi_typedarray_type expected, size_t *length) {
  void *data = NULL;
  napi_typedarray_type type;
  *length = 0;
  if (next_is_null(call)) {
    call->next++;
    return NULL;
  }
  const napi_value given = take(call);
  if (call->failed || napi_get_typedarray_info(call->env, given, &type, length, &data, NULL, NULL) != napi_ok || type != expected) call->failed = 1;
  return data;
}

/* inputs, labels, order or null, start, end */
struct span {
  struct examples from;
  uint32_t start, end;
};

/* The example at a place of a span's order. */
static size_t example_at(const struct span *span, uint32_t place) {
  return span->from.order == NULL ? place : span->from.order[place];
}

/* Fails the call where an example is not among the inputs, or its label not among the outputs. */
static struct span take_span(struct call *call, const struct network *net) {
  size_t inputs, labels, ordered;
  struct span span;
  span.from.inputs = take_array(call, napi_float32_array, &inputs);
  span.from.labels = take_array(call, napi_uint8_array, &labels);
  span.from.order = take_array(call, napi_uint32_array, &ordered);
  span.start = take_count(call);
  span.end = take_count(call);
  if (call->failed || span.from.inputs == NULL || span.from.labels == NULL) call->failed = 1;
  else if (span.start > span.end || (span.from.order != NULL && span.end > ordered)) call->failed = 1;
  for (uint32_t i = span.start; !call->failed && i < span.end; i++) {
    const size_t example = example_at(&span, i);
    if (example >= labels || example >= inputs / net->features || span.from.labels[example] >= net->outputs) call->failed = 1;
  }
  return span;
}

/* How many tiles a span takes; fails the call where they are more than there are. */
static uint32_t tiles_of(struct call *call, const struct network *net, const struct span *span, uint32_t tile) {
  const uint32_t tiles = (span->end - span->start + TILE - 1) / TILE;
  if (!call->failed && (tiles == 0 || tile > net->tiles || tiles > net->tiles - tile)) call->failed = 1;
  return tiles;
}

static void release(struct network *net) {
  if (--net->references > 0) return;
  if (net->inputs != NULL && --net->inputs->references == 0) {
    free(net->inputs->memory.start);
    free(net->inputs);
  }
  free(net->memory.start);
  free(net);
}

static void release_handle(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  release(data);
}

static void release_memory(napi_env env, void *data, void *hint) {
  (void)env, (void)data;
  release(hint);
}

/* Zeroed memory from the start of a cache line; large pages where the system has them. */
static uint8_t *allocate(size_t bytes) {
  const size_t huge = (size_t)2 << 20;
  const size_t alignment = bytes >= 2 * huge ? huge : 64;
  const size_t all = (bytes + alignment - 1) / alignment * alignment;
  uint8_t *memory = aligned_alloc(alignment, all);
  if (memory == NULL) return NULL;
#ifdef MADV_HUGEPAGE
  if (alignment == huge) madvise(memory, all, MADV_HUGEPAGE);
#endif
  memset(memory, 0, all);
  return memory;
}

static const struct kernels *const known[] = {
#ifdef HAVE_AVX512
    &avx512_kernels,
#endif
#ifdef HAVE_AVX2
    &avx2_kernels,
#endif
#ifdef HAVE_NEON
    &neon_kernels,
#endif
    NULL,
};

static const struct kernels *const known_fast[] = {
#ifdef HAVE_AVX512
    &avx512_fast_kernels,
#endif
#ifdef HAVE_AVX2
    &avx2_fast_kernels,
#endif
#ifdef HAVE_NEON
    &neon_fast_kernels,
#endif
    NULL,
};

/* Whether this processor, and the system that it runs, have what kernels are made of. */
static int supported(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx512") == 0) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("fma");
  }
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return strcmp(name, "neon") == 0;
}

/* kernels(): the names of those that were built; supported(name) */
static napi_value list_kernels(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value list = NULL, name = NULL;
  napi_create_array(env, &list);
  for (uint32_t i = 0; known[i] != NULL; i++) {
    napi_create_string_utf8(env, known[i]->name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, i, name);
  }
  return list;
}

static int take_name(struct call *call, char *name, size_t bytes) {
  const napi_value given = take(call);
  size_t length;
  if (call->failed || napi_get_value_string_utf8(call->env, given, name, bytes, &length) != napi_ok) call->failed = 1;
  return !call->failed;
}

static napi_value is_supported(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  char name[16];
  napi_value result = NULL;
  napi_get_boolean(env, take_name(&call, name, sizeof name) && supported(name), &result);
  return result;
}

/* Reads a description word by word. */
struct reader {
  const uint32_t *words;
  size_t left;
};

static uint32_t word(struct reader *reader) {
  if (reader->left == 0) return UINT32_MAX;
  reader->left--;
  return *reader->words++;
}

static struct rows read_rows(struct reader *r, const struct memory *memory) {
  struct rows rows = {.memory = memory};
  rows.count = word(r), rows.address = word(r), rows.stride = word(r);
  return rows;
}

static struct lists read_lists(struct reader *r) {
  struct lists lists;
  lists.rows = word(r), lists.ends = word(r), lists.sources = word(r), lists.weights = word(r), lists.places = word(r);
  return lists;
}

static void describe(struct network *net, struct reader *r) {
  net->tiles = word(r), net->features = word(r), net->outputs = word(r), net->used_outputs = word(r);
  net->values = word(r), net->gradients = word(r), net->first = word(r), net->second = word(r), net->end = word(r);
  net->partials = word(r), net->zeros = word(r);
  for (uint32_t i = 0; i < net->junction_count; i++) {
    struct junction *junction = &net->junctions[i];
    junction->dense = word(r), junction->by_left = word(r), junction->left_rows = word(r), junction->right = word(r);
    junction->edges = word(r), junction->weights = word(r), junction->biases = word(r);
    junction->forward = read_lists(r), junction->by_left_lists = read_lists(r);
    junction->values = read_rows(r, i == 0 ? &net->inputs->memory : &net->memory), junction->deltas = read_rows(r, &net->memory);
  }
}

enum { NETWORK_WORDS = 11, JUNCTION_WORDS = 23 };

/* Whether `count` things of `bytes` bytes lie in a memory, or in the network's own. */
static int lies_in(const struct memory *memory, uint32_t address, size_t count, size_t bytes) {
  return address != 0 && address % 4 == 0 && address <= memory->bytes && count <= (memory->bytes - address) / bytes;
}

static int inside(const struct network *net, uint32_t address, size_t count, size_t bytes) {
  return lies_in(&net->memory, address, count, bytes);
}

static int rows_inside(const struct network *net, struct rows rows) {
  return rows.count > 0 && rows.stride >= (size_t)net->tiles * ROW_BYTES && rows.stride % ROW_BYTES == 0 &&
         lies_in(rows.memory, rows.address, rows.count, rows.stride);
}

/* Whether `count` floats lie in each of the parameter arrays from a byte offset on. */
static int within_arrays(const struct network *net, uint32_t offset, size_t count) {
  return offset % 4 == 0 && offset <= net->end && count <= (net->end - offset) / 4;
}

static int lists_inside(const struct network *net, struct lists lists, size_t edges) {
  return inside(net, lists.ends, lists.rows, 4) && inside(net, lists.sources, edges, 4);
}

static int junction_inside(const struct network *net, uint32_t index) {
  const struct junction *j = &net->junctions[index];
  const int first = index == 0, last = index + 1 == net->junction_count;
  const int backward = first || inside(net, j->by_left_lists.weights, j->edges, 4);
  const int by_left = (first && !j->by_left) || (j->by_left_lists.rows == j->values.count && lists_inside(net, j->by_left_lists, j->edges) &&
                                                 inside(net, j->by_left_lists.places, j->edges, 4));
  const int joined = last ? j->right == net->outputs : j->right == net->junctions[index + 1].values.count;
  return rows_inside(net, j->values) && rows_inside(net, j->deltas) && j->deltas.count == j->right && j->forward.rows == j->right &&
         joined && (!first || j->values.count == net->features) && lists_inside(net, j->forward, j->edges) && by_left && backward &&
         inside(net, j->forward.weights, j->edges, 4) && within_arrays(net, j->weights, j->edges) &&
         within_arrays(net, j->biases, j->right) &&
         (j->dense == 0 || (size_t)j->right * j->values.count == j->edges);
}

/* Whether everything that the description names lies in the memory. */
static int network_inside(const struct network *net) {
  const uint32_t arrays[] = {net->values, net->gradients, net->first, net->second};
  int fits = net->tiles > 0 && net->features > 0 && net->used_outputs > 0 && net->used_outputs <= net->outputs;
  fits = fits && net->end % ROW_BYTES == 0 && inside(net, net->zeros, net->features, 4);
  for (int i = 0; i < 4; i++) fits = fits && inside(net, arrays[i], net->end, 1);
  fits = fits && (net->partials == 0 || inside(net, net->partials, net->end, TILE));
  for (uint32_t i = 0; fits && i < net->junction_count; i++) fits = junction_inside(net, i);
  return fits;
}

static const struct kernels *find(const char *name, int fast) {
  for (int i = 0; known[i] != NULL; i++) {
    if (strcmp(known[i]->name, name) == 0) return (fast ? known_fast : known)[i];
  }
  return NULL;
}

static napi_value hand_out(napi_env env, struct network *net) {
  napi_value result = NULL, handle = NULL, memory = NULL;
  if (napi_create_external(env, net, release_handle, NULL, &handle) != napi_ok) {
    release(net);
    return fail(env, "no handle could be made");
  }
  net->references++;
  if (napi_create_external_arraybuffer(env, net->memory.start, net->memory.bytes, release_memory, net, &memory) != napi_ok) {
    release(net);
    return fail(env, "this runtime has no external memory");
  }
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "handle", handle);
  napi_set_named_property(env, result, "memory", memory);
  return result;
}

/* Inputs of its own, or those of another network that has as many. */
static struct inputs *take_inputs(const struct network *sharing, size_t bytes) {
  struct inputs *inputs = sharing == NULL ? calloc(1, sizeof *inputs) : sharing->inputs;
  if (inputs == NULL || (sharing != NULL && inputs->memory.bytes != bytes)) return NULL;
  if (sharing == NULL) {
    inputs->memory.bytes = bytes;
    inputs->memory.start = allocate(bytes);
    if (inputs->memory.start == NULL) {
      free(inputs);
      return NULL;
    }
  }
  inputs->references++;
  return inputs;
}

static size_t take_bytes(struct call *call) {
  const double bytes = take_number(call);
  if (!(bytes > 0 && bytes <= 4294967296.0)) call->failed = 1;
  return call->failed ? 0 : (size_t)bytes;
}

/* Whether two networks lay out their inputs alike. */
static int alike(const struct network *a, const struct network *b) {
  const struct rows own = a->junctions[0].values, other = b->junctions[0].values;
  return a->tiles == b->tiles && own.count == other.count && own.address == other.address && own.stride == other.stride;
}

/* open(kernels, fast, bytes, description, inputBytes, sharing): {handle, memory}. A network whose inputs are those of `sharing`, unless
   that is null. */
static napi_value open_network(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  char name[16];
  size_t words = 0;
  take_name(&call, name, sizeof name);
  const int fast = take_count(&call) != 0;
  const size_t bytes = take_bytes(&call);
  const uint32_t *description = take_array(&call, napi_uint32_array, &words);
  const size_t input_bytes = take_bytes(&call);
  const struct network *sharing = take_network_or_null(&call);
  if (call.failed || words < NETWORK_WORDS + JUNCTION_WORDS || (words - NETWORK_WORDS) % JUNCTION_WORDS != 0) {
    return fail(env, "open expects kernels, a flag, bytes, a description, bytes of inputs and a network or null");
  }
  const struct kernels *kernels = supported(name) ? find(name, fast) : NULL;
  if (kernels == NULL) return fail(env, "this processor does not have those kernels");
  const uint32_t junctions = (uint32_t)((words - NETWORK_WORDS) / JUNCTION_WORDS);
  struct network *net = calloc(1, sizeof *net + junctions * sizeof net->junctions[0]);
  if (net == NULL) return fail(env, "there is not enough memory");
  net->references = 1;
  net->memory.bytes = bytes;
  net->kernels = kernels;
  net->junction_count = junctions;
  net->inputs = take_inputs(sharing, input_bytes);
  if (net->inputs == NULL) {
    release(net);
    return fail(env, sharing == NULL ? "there is not enough memory" : "the network that is to share its inputs has others");
  }
  struct reader reader = {description, words};
  describe(net, &reader);
  const int fits = network_inside(net);
  if (!fits || (sharing != NULL && !alike(net, sharing))) {
    release(net);
    return fail(env, fits ? "the network that is to share its inputs has others" : "the description is not one of a network of that many bytes");
  }
  net->memory.start = allocate(bytes);
  if (net->memory.start == NULL) {
    release(net);
    return fail(env, "there is not enough memory");
  }
  return hand_out(env, net);
}

/* portableLog of base/random.ts, for x from 1 on */
static double portable_log(double m) {
  int exponent = 0;
  while (m > M_SQRT2) {
    m /= 2;
    exponent += 1;
  }
  const double s = (m - 1) / (m + 1), square = s * s;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return exponent * M_LN2 + 2 * s * sum;
}

static void take_logarithm(struct network *net, int partial) {
  const double product = net->loss_products[partial];
  if (product != 1) net->loss_partials[partial] += product >= 1 && product < INFINITY ? portable_log(product) : NAN;
  net->loss_products[partial] = 1;
}

/* Logits of one tile become their gradients; the loss is counted as batch-loss.ts says. @returns correct guesses */
static uint32_t lose(struct network *net, const struct span *span, uint32_t place, uint32_t begin, double share, uint32_t tile) {
  const uint32_t count = span->end - place < TILE ? span->end - place : TILE;
  const struct rows logits = net->junctions[net->junction_count - 1].deltas;
  float shares[TILE] = {0}, highest[TILE], totals[TILE], faults[TILE], label_logits[TILE];
  float *labels[TILE];
  uint32_t guesses[TILE], correct = 0;
  net->kernels->guess(net, tile, guesses, faults);
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t label = span->from.labels[example_at(span, place + i)];
    labels[i] = row_at(net, logits, label, tile, tile + 1) + i;
    label_logits[i] = *labels[i];
    shares[i] = (float)share;
    correct += guesses[i] == label;
  }
  net->kernels->softmax(net, tile, shares, highest, totals);
  const int full = (place - begin) / TILE % 16 == 15;
  for (uint32_t i = 0; i < count; i++) {
    net->loss_partials[i] += (double)highest[i] - (double)label_logits[i];
    net->loss_products[i] *= totals[i];
    if (full) take_logarithm(net, (int)i);
    *labels[i] = (float)(*labels[i] - share);
  }
  return correct;
}

/* All layers' values, then guesses as logits in the last junction's deltas. @param loaded whether the examples are the inputs already */
static void pass_forward(struct network *net, const struct span *span, uint32_t tile, uint32_t end, int loaded) {
  if (!loaded) COUNTED(SPREAD, net->kernels->spread(net, span->from, span->start, span->end, tile));
  for (uint32_t i = 0; i < net->junction_count; i++) COUNTED(FORWARD, net->kernels->forward(net, i, tile, end));
}

static void pass_backward(struct network *net, uint32_t tile, uint32_t end) {
  for (uint32_t i = net->junction_count; i-- > 1;) COUNTED(BACKWARD, net->kernels->backward(net, i, tile, end));
}

/* accumulate(network, inputs, labels, order, start, end, begin, share, tile, loaded): correct guesses. Of the batch that begins at
   `begin`, a multiple of 16 examples before `start`: values and deltas in the tiles from `tile` on, and the loss. With `loaded`, by
   this network or by one that shares its inputs, the examples are there already. */
static napi_value accumulate(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  if (call.failed) return fail(env, "accumulate expects a network");
  const struct span span = take_span(&call, net);
  const uint32_t begin = take_count(&call);
  const double share = take_number(&call);
  const uint32_t tile = take_count(&call);
  const int loaded = take_count(&call) != 0;
  const uint32_t end = tile + tiles_of(&call, net, &span, tile);
  if (call.failed || begin > span.start || (span.start - begin) % TILE != 0) return fail(env, "accumulate expects examples of the network");
  if (span.start == begin) {
    for (int i = 0; i < TILE; i++) net->loss_partials[i] = 0, net->loss_products[i] = 1;
  }
  pass_forward(net, &span, tile, end, loaded);
  uint32_t correct = 0;
  for (uint32_t t = tile; t < end; t++) COUNTED(LOSS, correct += lose(net, &span, span.start + TILE * (t - tile), begin, share, t));
  pass_backward(net, tile, end);
  return number(env, correct);
}

/* takeLoss(network): of the batch that was accumulated */
static napi_value take_loss(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  if (call.failed) return fail(env, "takeLoss expects a network");
  double *p = net->loss_partials;
  for (int i = 0; i < TILE; i++) take_logarithm(net, i);
  for (int half = TILE / 2; half >= 1; half /= 2) {
    for (int i = 0; i < half; i++) p[i] += p[i + half];
  }
  return number(env, p[0]);
}

/* gradients(network, junction, tiles, first, last) */
static napi_value gradients(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  const uint32_t junction = take_count(&call), tiles = take_count(&call), first = take_count(&call), last = take_count(&call);
  if (call.failed || junction >= net->junction_count || tiles == 0 || tiles > net->tiles || (net->partials == 0 && !(first && last))) {
    return fail(env, "gradients expects a junction and tiles of the network");
  }
  COUNTED(GRADIENTS, net->kernels->gradients(net, junction, tiles, first != 0, last != 0));
  return NULL;
}

/* load(network, inputs, labels, order, start, end): all layers' values, in the tiles from 0 on, logits in the last junction's deltas */
static napi_value load_examples(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  if (call.failed) return fail(env, "load expects a network");
  const struct span span = take_span(&call, net);
  const uint32_t end = tiles_of(&call, net, &span, 0);
  if (call.failed) return fail(env, "load expects examples of the network");
  pass_forward(net, &span, 0, end, 0);
  return NULL;
}

/* backward(network, tiles): deltas of all layers in the first tiles, from those of the last layer */
static napi_value backward(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  const uint32_t tiles = take_count(&call);
  if (call.failed || tiles == 0 || tiles > net->tiles) return fail(env, "backward expects tiles of the network");
  pass_backward(net, 0, tiles);
  return NULL;
}

/* Tiles that are gone through at once where only values are wanted. */
enum { COUNTED_TILES = 8 };

/* countCorrect(network, inputs, labels, order, start, end, loaded): correct guesses of examples in the tiles from 0 on, NaN where a
   logit is not finite; writes over their values and deltas. `loaded` as for accumulate. */
static napi_value count_correct(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  if (call.failed) return fail(env, "countCorrect expects a network");
  const struct span all = take_span(&call, net);
  const int loaded = take_count(&call) != 0;
  const uint32_t last = tiles_of(&call, net, &all, 0);
  if (call.failed) return fail(env, "countCorrect expects examples of the network");
  double correct = 0;
  struct span span = all;
  for (uint32_t tile = 0; tile < last; tile += COUNTED_TILES, span.start = span.end) {
    const uint32_t end = last - tile < COUNTED_TILES ? last : tile + COUNTED_TILES;
    span.end = end == last ? all.end : span.start + COUNTED_TILES * TILE;
    pass_forward(net, &span, tile, end, loaded);
    for (uint32_t t = tile; t < end; t++) {
      uint32_t guesses[TILE];
      float faults[TILE];
      net->kernels->guess(net, t, guesses, faults);
      const uint32_t place = span.start + TILE * (t - tile);
      for (uint32_t i = 0; i < TILE && place + i < span.end; i++) {
        correct += (guesses[i] == span.from.labels[example_at(&span, place + i)]) + faults[i];
      }
    }
  }
  return number(env, correct);
}

static void gather_weights(const struct network *net) {
  for (uint32_t j = 1; j < net->junction_count; j++) {
    const struct junction *junction = &net->junctions[j];
    const size_t bytes = 4 * (size_t)junction->edges;
    const uint32_t *places = at(net, junction->by_left_lists.places, bytes);
    float *weights = at(net, junction->by_left_lists.weights, bytes);
    for (uint32_t e = 0; e < junction->edges; e++) weights[e] = *(const float *)at(net, places[e], 4);
  }
}

/* gather(network): weights in the order in which they are needed backward */
static napi_value gather(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  if (call.failed) return fail(env, "gather expects a network");
  COUNTED(GATHER, gather_weights(net));
  return NULL;
}

static int take_range(struct call *call, const struct network *net, uint32_t *from, uint32_t *to) {
  *from = take_count(call);
  *to = take_count(call);
  if (!call->failed && (*from > *to || *to > net->end || *from % ROW_BYTES != 0 || *to % ROW_BYTES != 0)) call->failed = 1;
  return !call->failed;
}

/* adam(network, from, to, rate, twiceL2, beta1, beta2, epsilon) over bytes of the parameter arrays */
static napi_value adam_step(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  uint32_t from, to;
  if (call.failed || !take_range(&call, net, &from, &to)) return fail(env, "adam expects a range of a network's parameters");
  struct adam by;
  by.rate = (float)take_number(&call), by.decay = (float)take_number(&call);
  const double beta1 = take_number(&call), beta2 = take_number(&call);
  by.beta1 = (float)beta1, by.beta2 = (float)beta2, by.rest1 = (float)(1 - beta1), by.rest2 = (float)(1 - beta2);
  by.epsilon = (float)take_number(&call);
  if (call.failed) return fail(env, "adam expects rates");
  COUNTED(UPDATE, net->kernels->adam(net, from, to, by));
  return NULL;
}

/* sgd(network, from, to, rate, twiceL2, momentum) */
static napi_value sgd_step(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  struct network *net = take_network(&call);
  uint32_t from, to;
  if (call.failed || !take_range(&call, net, &from, &to)) return fail(env, "sgd expects a range of a network's parameters");
  struct sgd by;
  by.rate = (float)take_number(&call), by.decay = (float)take_number(&call), by.momentum = (float)take_number(&call);
  if (call.failed) return fail(env, "sgd expects rates");
  COUNTED(UPDATE, net->kernels->sgd(net, from, to, by));
  return NULL;
}

/* peak(kernels, fast, rounds): how many products and sums were made, as fast as can be; who calls it looks at the clock */
static napi_value peak(napi_env env, napi_callback_info info) {
  struct call call = begin_call(env, info);
  char name[16];
  take_name(&call, name, sizeof name);
  const int fast = take_count(&call) != 0;
  const uint32_t rounds = take_count(&call);
  const struct kernels *kernels = !call.failed && supported(name) ? find(name, fast) : NULL;
  if (kernels == NULL) return fail(env, "peak expects kernels that this processor has, a flag and a number of rounds");
  volatile float kept = kernels->peak(rounds);
  (void)kept;
  return number(env, 2.0 * rounds * PEAK_CHAINS * kernels->lanes);
}

#ifdef PROFILED
/* profile(): nanoseconds that each part has taken since the last call, by its name */
static napi_value profile(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value parts = NULL;
  napi_create_object(env, &parts);
  for (int i = 0; i < PART_COUNT; i++) {
    napi_set_named_property(env, parts, part_names[i], number(env, spent[i]));
    spent[i] = 0;
  }
  return parts;
}
#endif

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
#define FUNCTION(name, function) {name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL}
      FUNCTION("kernels", list_kernels),     FUNCTION("supported", is_supported), FUNCTION("open", open_network),
      FUNCTION("accumulate", accumulate),    FUNCTION("takeLoss", take_loss),     FUNCTION("gradients", gradients),
      FUNCTION("load", load_examples),       FUNCTION("backward", backward),      FUNCTION("countCorrect", count_correct),
      FUNCTION("gather", gather),            FUNCTION("adam", adam_step),         FUNCTION("sgd", sgd_step),
      FUNCTION("peak", peak),
#ifdef PROFILED
      FUNCTION("profile", profile),
#endif
#undef FUNCTION
  };
  napi_value revision;
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  napi_create_uint32(env, REVISION, &revision);
  napi_set_named_property(env, exports, "revision", revision);
  return exports;
}
