// Vectors of eight lanes with AVX2. The functions carry the target attribute of the including file.
#include <immintrin.h>

#include "field.h"

#define LANES 8
#define FN(name) name##_avx2
#define CK_STEPS 2
typedef __m256i V;

CK_INLINE V v_load(const uint32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
CK_INLINE void v_store(uint32_t *p, V a) { _mm256_storeu_si256((__m256i *)p, a); }
CK_INLINE V v_set1(uint32_t a) { return _mm256_set1_epi32((int)a); }
CK_INLINE V v_zero(void) { return _mm256_setzero_si256(); }
CK_INLINE V v_add(V a, V b) {
    V s = _mm256_add_epi32(a, b);
    return _mm256_min_epu32(s, _mm256_sub_epi32(s, v_set1(CK_P)));
}
CK_INLINE V v_sub(V a, V b) {
    V d = _mm256_sub_epi32(a, b);
    return _mm256_min_epu32(d, _mm256_add_epi32(d, v_set1(CK_P)));
}
CK_INLINE V v_odd(V a) { return _mm256_srli_epi64(a, 32); }
/// a * b with the barrier that keeps LLVM from merging chained 32-bit multiplies into 64-bit ones.
CK_INLINE V v_wide(V a, V b) {
    V q = _mm256_mul_epu32(a, b);
    __asm__("" : "+x"(q));
    return q;
}
CK_INLINE V v_wide_signed(V a, V b) {
    V q = _mm256_mul_epi32(a, b);
    __asm__("" : "+x"(q));
    return q;
}
/// Even 64-bit halves and odd 64-bit halves to one vector of their high words.
CK_INLINE V v_high(V even, V odd) {
    return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}
/// Montgomery reduction of 64-bit values below 2^32 p.
CK_INLINE V v_reduce(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = _mm256_mul_epu32(v_wide(even, mu), p), qo = _mm256_mul_epu32(v_wide(odd, mu), p);
    V d = v_high(_mm256_sub_epi64(even, qe), _mm256_sub_epi64(odd, qo));
    return _mm256_min_epu32(d, _mm256_add_epi32(d, p));
}
CK_INLINE V v_mul(V a, V b) { return v_reduce(_mm256_mul_epu32(a, b), _mm256_mul_epu32(v_odd(a), v_odd(b))); }
CK_INLINE V v_mul1(V a, V b) { return v_reduce(_mm256_mul_epu32(a, b), _mm256_mul_epu32(v_odd(a), b)); }
CK_INLINE V v_sub_loose(V a, V b) { return _mm256_sub_epi32(a, _mm256_sub_epi32(b, v_set1(CK_P))); }
CK_INLINE void v_mul1_each(V *b, const V *c, const int count) {
    for (int k = 0; k < count; ++k) b[k] = v_mul1(b[k], c[k]);
}
CK_INLINE V v_half(V a) {
    V lowest = _mm256_sub_epi32(v_zero(), _mm256_and_si256(a, v_set1(1)));
    return _mm256_add_epi32(_mm256_srli_epi32(a, 1), _mm256_and_si256(lowest, v_set1(CK_HALF)));
}
/// Signed Montgomery step on 64-bit lanes: x in (-2^32 p / 2, 2^32 p / 2) to x / 2^32 in (-p, p), in the high words.
CK_INLINE V v_step_signed(V x) {
    V q = _mm256_mul_epi32(v_wide_signed(x, v_set1(CK_MU)), v_set1(CK_P));
    return _mm256_sub_epi64(x, q);
}
CK_INLINE V v_cube_after_adding(V a, uint32_t c_minus_p) {
    V x = _mm256_add_epi32(a, v_set1(c_minus_p)), x_odd = v_odd(x);
    V even = v_odd(v_step_signed(_mm256_mul_epi32(x, x)));
    V odd = v_odd(v_step_signed(_mm256_mul_epi32(x_odd, x_odd)));
    V d = v_high(v_step_signed(_mm256_mul_epi32(even, x)), v_step_signed(_mm256_mul_epi32(odd, x_odd)));
    return _mm256_min_epu32(d, _mm256_add_epi32(d, v_set1(CK_P)));
}
/// The same for eight vectors at once.
CK_INLINE void v_cube8_after_adding(V *a, const uint32_t *constants) {
    for (int i = 0; i < 8; ++i) a[i] = v_cube_after_adding(a[i], constants[i] - CK_P);
}
CK_INLINE V v_shift_down(V a, int n) {
    V top = _mm256_slli_epi32(a, 32 - n);
    V r = _mm256_add_epi32(_mm256_srli_epi32(a, n), _mm256_srli_epi32(top, 8));
    r = _mm256_sub_epi32(r, _mm256_srli_epi32(top, 1));
    return _mm256_min_epu32(r, _mm256_add_epi32(r, v_set1(CK_P)));
}
/// Montgomery reduction of 64-bit values up to 4 p^2 < 2^64, whose high words are below 2p.
CK_INLINE V v_reduce4(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = _mm256_mul_epu32(v_wide(even, mu), p), qo = _mm256_mul_epu32(v_wide(odd, mu), p);
    V high = v_high(even, odd);
    V d = _mm256_sub_epi32(_mm256_min_epu32(high, _mm256_sub_epi32(high, p)), v_high(qe, qo));
    return _mm256_min_epu32(d, _mm256_add_epi32(d, p));
}
CK_INLINE V v_dot4(const V *a, const V *b) {
    V even = _mm256_mul_epu32(a[0], b[0]), odd = _mm256_mul_epu32(v_odd(a[0]), v_odd(b[0]));
    for (int i = 1; i < 4; ++i) {
        even = _mm256_add_epi64(even, _mm256_mul_epu32(a[i], b[i]));
        odd = _mm256_add_epi64(odd, _mm256_mul_epu32(v_odd(a[i]), v_odd(b[i])));
    }
    return v_reduce4(even, odd);
}
CK_INLINE V v_dot4_uniform(const V *a, const V *b) {
    V even = _mm256_mul_epu32(a[0], b[0]), odd = _mm256_mul_epu32(v_odd(a[0]), b[0]);
    for (int i = 1; i < 4; ++i) {
        even = _mm256_add_epi64(even, _mm256_mul_epu32(a[i], b[i]));
        odd = _mm256_add_epi64(odd, _mm256_mul_epu32(v_odd(a[i]), b[i]));
    }
    return v_reduce4(even, odd);
}
CK_INLINE void v_transpose(V *a) {
    V t[8];
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
        t[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
    }
    V u[8];
    for (int i = 0; i < 8; i += 4) {
        u[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
        u[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
        u[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
        u[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        a[i] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x20);
        a[i + 4] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x31);
    }
}
CK_INLINE V v_first_mask(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CK_INLINE V v_load_first(const uint32_t *p, size_t n) { return _mm256_maskload_epi32((const int *)p, v_first_mask(n)); }
CK_INLINE void v_store_first(uint32_t *p, V a, size_t n) { _mm256_maskstore_epi32((int *)p, v_first_mask(n), a); }
