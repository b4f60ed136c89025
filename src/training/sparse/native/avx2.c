#include <stddef.h>
#include <stdint.h>
#include "network.h"
/* Vectors of AVX2: a row of a tile is two. */
#include <immintrin.h>
#define SET avx2
#define WIDTH 8
typedef __m256 vector;
typedef __m256i integers;
#define load(from) _mm256_loadu_ps(from)
#define store(to, a) _mm256_storeu_ps(to, a)
#define splat(x) _mm256_set1_ps(x)
#define zero() _mm256_setzero_ps()
#define add(a, b) _mm256_add_ps(a, b)
#define subtract(a, b) _mm256_sub_ps(a, b)
#define multiply(a, b) _mm256_mul_ps(a, b)
#define divide(a, b) _mm256_div_ps(a, b)
#define root(a) _mm256_sqrt_ps(a)
#define fused(a, b, c) _mm256_fmadd_ps(a, b, c)
/* the second where the first is not above it, or either is NaN */
#define larger(a, b) _mm256_max_ps(a, b)
#define nearest(a) _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define truncated(a) _mm256_cvttps_epi32(a)
/* 2^n */
#define power_of_two(n) _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23))
#define above_or_zero(a, b, limit) _mm256_and_ps(a, _mm256_cmp_ps(b, limit, _CMP_GT_OQ))
#define zero_where_below(a, b, limit) _mm256_andnot_ps(_mm256_cmp_ps(b, limit, _CMP_LT_OQ), a)
#define absolute(a) _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define splat_integer(x) _mm256_set1_epi32(x)
#define store_integers(to, a) _mm256_storeu_si256((__m256i *)(to), a)
#define integer_where_above(a, b, yes, no) \
  _mm256_blendv_epi8(no, yes, _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_GT_OQ)))
#define where_above(a, b) _mm256_blendv_ps(b, a, _mm256_cmp_ps(a, b, _CMP_GT_OQ))

#define EDGE_SUMS 4
#define DENSE_ROWS 2
#define DENSE_TILES 2
#define GRADIENT_EDGES 4
#define GRADIENT_ROWS 2
#define GRADIENT_COLUMNS 2

#include "sums-x86.h"

/* s[i] = p[i] + p[i + 8] */
static inline __m256 halves(const vector *p) { return _mm256_add_ps(p[0], p[1]); }

/* 8 rows of 8 floats, `stride` bytes apart, from 8 columns that lie apart. */
static inline void transpose8(const float *const *from, size_t offset, uint8_t *to, size_t stride) {
  __m256 a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = load(from[i] + offset);
  for (int i = 0; i < 4; i++) {
    b[2 * i] = _mm256_unpacklo_ps(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_ps(a[2 * i], a[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    for (int h = 0; h < 2; h++) {
      a[4 * i + 2 * h] = _mm256_shuffle_ps(b[4 * i + h], b[4 * i + h + 2], 0x44);
      a[4 * i + 2 * h + 1] = _mm256_shuffle_ps(b[4 * i + h], b[4 * i + h + 2], 0xee);
    }
  }
  for (int c = 0; c < 4; c++) {
    store((float *)(to + stride * c), _mm256_permute2f128_ps(a[c], a[4 + c], 0x20));
    store((float *)(to + stride * (4 + c)), _mm256_permute2f128_ps(a[c], a[4 + c], 0x31));
  }
}

static inline void transpose(const float *const *from, size_t offset, uint8_t *to, size_t stride) {
  transpose8(from, offset, to, stride);
  transpose8(from + 8, offset, to + 32, stride);
}
#define TRANSPOSED 8

#include "kernels.h"
