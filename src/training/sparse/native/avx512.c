#include <stddef.h>
#include <stdint.h>
#include "network.h"
/* Vectors of AVX-512: a row of a tile is one. */
#include <immintrin.h>
#define SET avx512
#define WIDTH 16
typedef __m512 vector;
typedef __m512i integers;
#define load(from) _mm512_loadu_ps(from)
#define store(to, a) _mm512_storeu_ps(to, a)
#define splat(x) _mm512_set1_ps(x)
#define zero() _mm512_setzero_ps()
#define add(a, b) _mm512_add_ps(a, b)
#define subtract(a, b) _mm512_sub_ps(a, b)
#define multiply(a, b) _mm512_mul_ps(a, b)
#define divide(a, b) _mm512_div_ps(a, b)
#define root(a) _mm512_sqrt_ps(a)
#define fused(a, b, c) _mm512_fmadd_ps(a, b, c)
/* the second where the first is not above it, or either is NaN */
#define larger(a, b) _mm512_max_ps(a, b)
#define nearest(a) _mm512_roundscale_ps(a, 0)
#define truncated(a) _mm512_cvttps_epi32(a)
/* 2^n */
#define power_of_two(n) _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(n, _mm512_set1_epi32(127)), 23))
#define above_or_zero(a, b, limit) _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(b, limit, _CMP_GT_OQ), a)
#define zero_where_below(a, b, limit) _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(b, limit, _CMP_NLT_UQ), a)
#define absolute(a) _mm512_abs_ps(a)
#define splat_integer(x) _mm512_set1_epi32(x)
#define store_integers(to, a) _mm512_storeu_si512(to, a)
#define integer_where_above(a, b, yes, no) _mm512_mask_mov_epi32(no, _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), yes)
#define where_above(a, b) _mm512_mask_mov_ps(b, _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), a)

/* Registers: tiles of a strip, rows at once, and rows of a dense block; edges at once; rows and columns of a dense block of gradients. */
#define EDGE_SUMS 16
#define DENSE_ROWS 4
#define DENSE_TILES 4
#define GRADIENT_EDGES 8
#define GRADIENT_ROWS 4
#define GRADIENT_COLUMNS 4

#include "sums-x86.h"

/* s[i] = p[i] + p[i + 8] */
static inline __m256 halves(const vector *p) {
  return _mm256_add_ps(_mm512_castps512_ps256(p[0]), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(p[0]), 1)));
}

/* 16 rows of 16 floats, `stride` bytes apart, from 16 columns that lie apart. */
static inline void transpose(const float *const *from, size_t offset, uint8_t *to, size_t stride) {
  __m512 a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = load(from[i] + offset);
  for (int i = 0; i < 8; i++) {
    b[2 * i] = _mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    for (int h = 0; h < 2; h++) {
      __m512d low = _mm512_castps_pd(b[4 * i + h]), high = _mm512_castps_pd(b[4 * i + h + 2]);
      a[4 * i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
      a[4 * i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    }
  }
  /* a[4i + c] holds, in its 128-bit lane l, column 4l + c of the examples 4i … 4i + 3 */
  for (int c = 0; c < 4; c++) {
    __m512 low = _mm512_shuffle_f32x4(a[c], a[4 + c], 0x88), high = _mm512_shuffle_f32x4(a[c], a[4 + c], 0xdd);
    __m512 low2 = _mm512_shuffle_f32x4(a[8 + c], a[12 + c], 0x88), high2 = _mm512_shuffle_f32x4(a[8 + c], a[12 + c], 0xdd);
    b[c] = _mm512_shuffle_f32x4(low, low2, 0x88);
    b[8 + c] = _mm512_shuffle_f32x4(low, low2, 0xdd);
    b[4 + c] = _mm512_shuffle_f32x4(high, high2, 0x88);
    b[12 + c] = _mm512_shuffle_f32x4(high, high2, 0xdd);
  }
  for (int i = 0; i < 16; i++) store((float *)(to + stride * i), b[i]);
}
#define TRANSPOSED 16

#include "kernels.h"
