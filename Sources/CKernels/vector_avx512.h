// Vectors of sixteen lanes with AVX-512. The functions carry the target attribute of the including file.
#include <immintrin.h>

#include "field.h"

#define LANES 16
#define FN(name) name##_avx512
typedef __m512i V;

CK_INLINE V v_load(const uint32_t *p) { return _mm512_loadu_si512(p); }
CK_INLINE void v_store(uint32_t *p, V a) { _mm512_storeu_si512(p, a); }
CK_INLINE V v_set1(uint32_t a) { return _mm512_set1_epi32((int)a); }
CK_INLINE V v_zero(void) { return _mm512_setzero_si512(); }
CK_INLINE V v_add(V a, V b) {
    V s = _mm512_add_epi32(a, b);
    return _mm512_min_epu32(s, _mm512_sub_epi32(s, v_set1(CK_P)));
}
CK_INLINE V v_sub(V a, V b) {
    V d = _mm512_sub_epi32(a, b);
    return _mm512_min_epu32(d, _mm512_add_epi32(d, v_set1(CK_P)));
}
CK_INLINE V v_odd(V a) { return _mm512_srli_epi64(a, 32); }
/// a * b with the barrier that keeps LLVM from merging chained 32-bit multiplies into 64-bit ones.
CK_INLINE V v_wide(V a, V b) {
    V q = _mm512_mul_epu32(a, b);
    __asm__("" : "+v"(q));
    return q;
}
CK_INLINE V v_wide_signed(V a, V b) {
    V q = _mm512_mul_epi32(a, b);
    __asm__("" : "+v"(q));
    return q;
}
/// Even 64-bit halves and odd 64-bit halves to one vector of their high words.
CK_INLINE V v_high(V even, V odd) {
    return _mm512_castps_si512(
        _mm512_mask_movehdup_ps(_mm512_castsi512_ps(odd), 0x5555, _mm512_castsi512_ps(even)));
}
/// Montgomery reduction of 64-bit values below 2^32 p.
CK_INLINE V v_reduce(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = _mm512_mul_epu32(v_wide(even, mu), p), qo = _mm512_mul_epu32(v_wide(odd, mu), p);
    V d = v_high(_mm512_sub_epi64(even, qe), _mm512_sub_epi64(odd, qo));
    return _mm512_min_epu32(d, _mm512_add_epi32(d, p));
}
CK_INLINE V v_mul(V a, V b) { return v_reduce(_mm512_mul_epu32(a, b), _mm512_mul_epu32(v_odd(a), v_odd(b))); }
CK_INLINE V v_mul1(V a, V b) { return v_reduce(_mm512_mul_epu32(a, b), _mm512_mul_epu32(v_odd(a), b)); }
CK_INLINE V v_half(V a) {
    V h = _mm512_srli_epi32(a, 1);
    return _mm512_mask_add_epi32(h, _mm512_test_epi32_mask(a, v_set1(1)), h, v_set1(CK_HALF));
}
/// Signed Montgomery step on 64-bit lanes: x in (-2^32 p / 2, 2^32 p / 2) to x / 2^32 in (-p, p), in the high words.
CK_INLINE V v_step_signed(V x) {
    V q = _mm512_mul_epi32(v_wide_signed(x, v_set1(CK_MU)), v_set1(CK_P));
    return _mm512_sub_epi64(x, q);
}
CK_INLINE V v_cube_after_adding(V a, uint32_t c_minus_p) {
    V x = _mm512_add_epi32(a, v_set1(c_minus_p)), x_odd = v_odd(x);
    V even = v_odd(v_step_signed(_mm512_mul_epi32(x, x)));
    V odd = v_odd(v_step_signed(_mm512_mul_epi32(x_odd, x_odd)));
    V d = v_high(v_step_signed(_mm512_mul_epi32(even, x)), v_step_signed(_mm512_mul_epi32(odd, x_odd)));
    return _mm512_min_epu32(d, _mm512_add_epi32(d, v_set1(CK_P)));
}
CK_INLINE V v_shift_down(V a, int n) {
    V top = _mm512_slli_epi32(a, (unsigned)(32 - n));
    V r = _mm512_add_epi32(_mm512_srli_epi32(a, (unsigned)n), _mm512_srli_epi32(top, 8));
    r = _mm512_sub_epi32(r, _mm512_srli_epi32(top, 1));
    return _mm512_min_epu32(r, _mm512_add_epi32(r, v_set1(CK_P)));
}
/// Montgomery reduction of 64-bit values up to 4 p^2 < 2^64, whose high words are below 2p.
CK_INLINE V v_reduce4(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = _mm512_mul_epu32(v_wide(even, mu), p), qo = _mm512_mul_epu32(v_wide(odd, mu), p);
    V high = v_high(even, odd);
    V d = _mm512_sub_epi32(_mm512_min_epu32(high, _mm512_sub_epi32(high, p)), v_high(qe, qo));
    return _mm512_min_epu32(d, _mm512_add_epi32(d, p));
}
CK_INLINE V v_dot4(const V *a, const V *b) {
    V even = _mm512_mul_epu32(a[0], b[0]), odd = _mm512_mul_epu32(v_odd(a[0]), v_odd(b[0]));
    for (int i = 1; i < 4; ++i) {
        even = _mm512_add_epi64(even, _mm512_mul_epu32(a[i], b[i]));
        odd = _mm512_add_epi64(odd, _mm512_mul_epu32(v_odd(a[i]), v_odd(b[i])));
    }
    return v_reduce4(even, odd);
}
CK_INLINE V v_dot4_uniform(const V *a, const V *b) {
    V even = _mm512_mul_epu32(a[0], b[0]), odd = _mm512_mul_epu32(v_odd(a[0]), b[0]);
    for (int i = 1; i < 4; ++i) {
        even = _mm512_add_epi64(even, _mm512_mul_epu32(a[i], b[i]));
        odd = _mm512_add_epi64(odd, _mm512_mul_epu32(v_odd(a[i]), b[i]));
    }
    return v_reduce4(even, odd);
}
CK_INLINE void v_transpose(V *a) {
    V t[16], u[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        u[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        u[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        u[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        u[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        V e = _mm512_shuffle_i32x4(u[i], u[i + 4], 0x88), f = _mm512_shuffle_i32x4(u[i], u[i + 4], 0xdd);
        V g = _mm512_shuffle_i32x4(u[i + 8], u[i + 12], 0x88), h = _mm512_shuffle_i32x4(u[i + 8], u[i + 12], 0xdd);
        a[i] = _mm512_shuffle_i32x4(e, g, 0x88);
        a[i + 8] = _mm512_shuffle_i32x4(e, g, 0xdd);
        a[i + 4] = _mm512_shuffle_i32x4(f, h, 0x88);
        a[i + 12] = _mm512_shuffle_i32x4(f, h, 0xdd);
    }
}
CK_INLINE V v_load_first(const uint32_t *p, size_t n) {
    return _mm512_maskz_loadu_epi32((__mmask16)((1u << n) - 1), p);
}
CK_INLINE void v_store_first(uint32_t *p, V a, size_t n) {
    _mm512_mask_storeu_epi32(p, (__mmask16)((1u << n) - 1), a);
}
