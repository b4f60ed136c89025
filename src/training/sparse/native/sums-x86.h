/* The rest of the tree of gradients.ts for four sums at once, from s[i] = p[i] + p[i + 8] of each on. */
static inline __m256 halves(const vector *partials);

static inline void tree4(const vector (*p)[TILE / WIDTH], float *sums) {
  __m256 a = halves(p[0]), b = halves(p[1]), c = halves(p[2]), d = halves(p[3]);
  __m256 ab = _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
  __m256 cd = _mm256_add_ps(_mm256_permute2f128_ps(c, d, 0x20), _mm256_permute2f128_ps(c, d, 0x31));
  __m256 u = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
  __m256 sum = _mm256_add_ps(_mm256_shuffle_ps(u, u, 0x88), _mm256_shuffle_ps(u, u, 0xdd));
  /* a and c in the lower half, b and d in the upper one */
  _mm_storeu_ps(sums, _mm_unpacklo_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1)));
}

static inline float tree(const vector *p) {
  __m256 s = halves(p);
  __m128 t = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  __m128 u = _mm_add_ps(t, _mm_movehl_ps(t, t));
  return _mm_cvtss_f32(_mm_add_ss(u, _mm_shuffle_ps(u, u, 1)));
}
