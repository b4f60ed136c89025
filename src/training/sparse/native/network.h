/* One network's memory as layout.ts lays it out, and what each instruction set makes of it. Addresses are bytes from a memory's start. */
#ifndef SCATTERSHOT_NETWORK_H
#define SCATTERSHOT_NETWORK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Raised whenever what addon.c exports, or a description's meaning, changes; native-kernels.ts expects the same number. */
#define REVISION 3

enum { TILE = 16, ROW_BYTES = 4 * TILE, PEAK_CHAINS = 12 };

struct memory {
  uint8_t *start;
  size_t bytes;
};

/* Values or deltas of a layer: neuron n's value for example 16·t + i is the float i of the row at address + n·stride + 64·t. */
struct rows {
  const struct memory *memory;
  uint32_t count, address, stride;
};

/* The first layer's values. Networks that train on the same examples may have them in common. */
struct inputs {
  struct memory memory;
  int references;
};

/* Edges by the neuron that they are summed into: see EdgeLists and LeftLists in layout.ts. An address of 0: there is none. */
struct lists {
  uint32_t rows, ends, sources, weights, places;
};

struct junction {
  uint32_t dense, by_left, left_rows, right, edges;
  /* byte offsets in the parameter arrays */
  uint32_t weights, biases;
  struct lists forward, by_left_lists;
  struct rows values, deltas;
};

struct network {
  struct memory memory;
  struct inputs *inputs;
  int references;
  const struct kernels *kernels;
  uint32_t tiles, features, outputs, used_outputs;
  /* addresses of the parameter arrays; of partial sums, or 0; of a row of zeros */
  uint32_t values, gradients, first, second, end, partials, zeros;
  /* Σ over a batch's examples, as batch-loss.ts says */
  double loss_partials[TILE], loss_products[TILE];
  uint32_t junction_count;
  struct junction junctions[];
};

/* A part of a data set: rows of `features` floats, a label each; `order` names the examples, or is null for their own order. */
struct examples {
  const float *inputs;
  const uint8_t *labels;
  const uint32_t *order;
};

struct adam {
  float rate, decay, beta1, beta2, rest1, rest2, epsilon;
};

struct sgd {
  float rate, decay, momentum;
};

/* What one instruction set computes. Tiles are counted in the memory; `end` is the one after the last. */
struct kernels {
  const char *name;
  /* the examples start … end − 1 as the first layer's values, from tile on; columns without example are 0 */
  void (*spread)(const struct network *, struct examples, uint32_t start, uint32_t end, uint32_t tile);
  void (*forward)(const struct network *, uint32_t junction, uint32_t tile, uint32_t end);
  /* deltas of the left layer, from those of the right one */
  void (*backward)(const struct network *, uint32_t junction, uint32_t tile, uint32_t end);
  /* gradients of weights and biases over the tiles 0 … tiles − 1, after those of the batch's earlier parts unless `first`, to be gone on with unless `last` */
  void (*gradients)(const struct network *, uint32_t junction, uint32_t tiles, int first, int last);
  /* softmax · share in place of the logits of a tile; highest and total of each example */
  void (*softmax)(const struct network *, uint32_t tile, const float *shares, float *highest, float *totals);
  /* the highest of the used outputs, and 0, or NaN where a logit is not finite */
  void (*guess)(const struct network *, uint32_t tile, uint32_t *guesses, float *faults);
  void (*adam)(const struct network *, uint32_t from, uint32_t to, struct adam);
  void (*sgd)(const struct network *, uint32_t from, uint32_t to, struct sgd);
  /* the most products and sums that these vectors can make: PEAK_CHAINS · lanes of each a round, in registers alone */
  float (*peak)(uint32_t rounds);
  uint32_t lanes;
};

extern const struct kernels avx512_kernels, avx512_fast_kernels, avx2_kernels, avx2_fast_kernels, neon_kernels, neon_fast_kernels;

/* The bytes at an address of a memory, or of the network's own. A build with CHECKED ends the process where they are not the network's; others trust the layout. */
static inline void *within(const struct memory *memory, size_t address, size_t bytes) {
#ifdef CHECKED
  if (address == 0 || address % 4 != 0 || bytes > memory->bytes || address > memory->bytes - bytes) {
    fprintf(stderr, "scattershot: %zu bytes at %zu are outside a network of %zu bytes\n", bytes, address, memory->bytes);
    abort();
  }
#else
  (void)bytes;
#endif
  return memory->start + address;
}

static inline void *at(const struct network *net, size_t address, size_t bytes) {
  return within(&net->memory, address, bytes);
}

/* The tiles `tile` … `end − 1` of a neuron's row. */
static inline float *row_at(const struct network *net, struct rows rows, uint32_t neuron, uint32_t tile, uint32_t end) {
#ifdef CHECKED
  if (neuron >= rows.count || tile >= end || end > net->tiles) {
    fprintf(stderr, "scattershot: tiles %u to %u of row %u, of %u rows of %u tiles\n", tile, end, neuron, rows.count, net->tiles);
    abort();
  }
#endif
  (void)net;
  return within(rows.memory, rows.address + (size_t)neuron * rows.stride + (size_t)tile * ROW_BYTES, (size_t)(end - tile) * ROW_BYTES);
}

#endif
