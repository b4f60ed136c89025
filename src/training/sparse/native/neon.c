#include <stddef.h>
#include <stdint.h>
#include "network.h"
/* Vectors of NEON: a row of a tile is four. */
#include <arm_neon.h>
#include <stdint.h>
#define SET neon
#define WIDTH 4
typedef float32x4_t vector;
typedef uint32x4_t integers;
#define load(from) vld1q_f32(from)
#define store(to, a) vst1q_f32(to, a)
#define splat(x) vdupq_n_f32(x)
#define zero() vdupq_n_f32(0)
#define add(a, b) vaddq_f32(a, b)
#define subtract(a, b) vsubq_f32(a, b)
#define multiply(a, b) vmulq_f32(a, b)
#define divide(a, b) vdivq_f32(a, b)
#define root(a) vsqrtq_f32(a)
#define fused(a, b, c) vfmaq_f32(c, a, b)
/* the second where the first is not above it, or either is NaN */
#define larger(a, b) where_above(a, b)
#define nearest(a) vrndnq_f32(a)
#define truncated(a) vreinterpretq_u32_s32(vcvtq_s32_f32(a))
/* 2^n */
#define power_of_two(n) vreinterpretq_f32_u32(vshlq_n_u32(vaddq_u32(n, vdupq_n_u32(127)), 23))
#define above_or_zero(a, b, limit) vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(a), vcgtq_f32(b, limit)))
#define zero_where_below(a, b, limit) vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(a), vcltq_f32(b, limit)))
#define absolute(a) vabsq_f32(a)
#define splat_integer(x) vdupq_n_u32(x)
#define store_integers(to, a) vst1q_u32(to, a)
#define integer_where_above(a, b, yes, no) vbslq_u32(vcgtq_f32(a, b), yes, no)
#define where_above(a, b) vbslq_f32(vcgtq_f32(a, b), a, b)

#define EDGE_SUMS 4
#define DENSE_ROWS 4
#define DENSE_TILES 1
#define GRADIENT_EDGES 4
#define GRADIENT_ROWS 2
#define GRADIENT_COLUMNS 2

/* t[i] = (p[i] + p[i + 8]) + (p[i + 4] + p[i + 12]) */
static inline vector quarters(const vector *p) { return add(add(p[0], p[2]), add(p[1], p[3])); }

static inline vector pairs(vector a, vector b) {
  return add(vcombine_f32(vget_low_f32(a), vget_low_f32(b)), vcombine_f32(vget_high_f32(a), vget_high_f32(b)));
}

static inline void tree4(const vector (*p)[4], float *sums) {
  store(sums, vpaddq_f32(pairs(quarters(p[0]), quarters(p[1])), pairs(quarters(p[2]), quarters(p[3]))));
}

static inline float tree(const vector *p) {
  vector t = quarters(p);
  float32x2_t u = vadd_f32(vget_low_f32(t), vget_high_f32(t));
  return vget_lane_f32(u, 0) + vget_lane_f32(u, 1);
}

/* 4 rows of 16 floats, `stride` bytes apart, from 16 columns that lie apart. */
static inline void transpose(const float *const *from, size_t offset, uint8_t *to, size_t stride) {
  for (int group = 0; group < 4; group++) {
    const float *const *four = from + 4 * group;
    float32x4x2_t ab = vtrnq_f32(load(four[0] + offset), load(four[1] + offset));
    float32x4x2_t cd = vtrnq_f32(load(four[2] + offset), load(four[3] + offset));
    uint8_t *out = to + 16 * group;
    store((float *)out, vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0])));
    store((float *)(out + stride), vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1])));
    store((float *)(out + 2 * stride), vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0])));
    store((float *)(out + 3 * stride), vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1])));
  }
}
#define TRANSPOSED 4

#include "kernels.h"
