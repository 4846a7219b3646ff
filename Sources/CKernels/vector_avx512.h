// Vectors of sixteen lanes with AVX-512. The functions carry the target attribute of the including file.
#include <immintrin.h>

#include "field.h"

#define LANES 16
#define FN(name) name##_avx512
/// The most steps of a transform that are done in registers, on 2^4 of its rows.
#define CK_STEPS 4
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
/// a * b with the barrier that keeps LLVM from making a slower 64-bit product of chained or subtracted ones.
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
    // Left to itself LLVM makes two shuffles of this move.
    __asm__("vmovshdup %1, %0 %{%2%}" : "+v"(odd) : "v"(even), "Yk"((__mmask16)0x5555));
    return odd;
}
/// Montgomery reduction of 64-bit values below 2^32 p.
CK_INLINE V v_reduce(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = v_wide(v_wide(even, mu), p), qo = v_wide(v_wide(odd, mu), p);
    V d = v_high(_mm512_sub_epi64(even, qe), _mm512_sub_epi64(odd, qo));
    return _mm512_min_epu32(d, _mm512_add_epi32(d, p));
}
CK_INLINE V v_mul(V a, V b) { return v_reduce(_mm512_mul_epu32(a, b), _mm512_mul_epu32(v_odd(a), v_odd(b))); }
CK_INLINE V v_mul1(V a, V b) { return v_reduce(_mm512_mul_epu32(a, b), _mm512_mul_epu32(v_odd(a), b)); }
/// a - b + p, which is below 2p: enough for a product.
CK_INLINE V v_sub_loose(V a, V b) { return _mm512_sub_epi32(a, _mm512_sub_epi32(b, v_set1(CK_P))); }
/// b[k] * c[k] to b[k] for `count` <= 4 vectors, each c of one value, step by step as below.
CK_INLINE void v_mul1_each(V *b, const V *c, const int count) {
#define EACH _Pragma("clang loop unroll(full)") for (int k = 0; k < count; ++k)
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V odd[4], even[4], qe[4], qo[4];
    EACH odd[k] = v_odd(b[k]);
    EACH even[k] = v_wide(b[k], c[k]);
    EACH odd[k] = v_wide(odd[k], c[k]);
    EACH qe[k] = v_wide(even[k], mu);
    EACH qo[k] = v_wide(odd[k], mu);
    EACH qe[k] = v_wide(qe[k], p);
    EACH qo[k] = v_wide(qo[k], p);
    EACH even[k] = _mm512_sub_epi64(even[k], qe[k]);
    EACH odd[k] = _mm512_sub_epi64(odd[k], qo[k]);
    EACH b[k] = v_high(even[k], odd[k]);
    EACH b[k] = _mm512_min_epu32(b[k], _mm512_add_epi32(b[k], p));
#undef EACH
}
/// a / 2: a rotation puts an odd a's lowest bit on top, where it stands for (p + 1) / 2.
CK_INLINE V v_half(V a) {
    V r = _mm512_ror_epi32(a, 1);
    return _mm512_min_epu32(r, _mm512_add_epi32(r, v_set1(CK_HALF - 0x80000000u)));
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
/// The same for eight vectors at once, step by step: a chain of products takes 26 cycles, and a core finds too few
/// independent ones when the chains come one after the other.
CK_INLINE void v_cube8_after_adding(V *a, const uint32_t *constants) {
#define EACH _Pragma("clang loop unroll(full)") for (int k = 0; k < 8; ++k)
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V x[8], x_odd[8], even[8], odd[8], qe[8], qo[8];
    EACH x[k] = _mm512_add_epi32(a[k], v_set1(constants[k] - CK_P));
    EACH x_odd[k] = v_odd(x[k]);
    EACH even[k] = _mm512_mul_epi32(x[k], x[k]);
    EACH odd[k] = _mm512_mul_epi32(x_odd[k], x_odd[k]);
    EACH qe[k] = v_wide_signed(even[k], mu);
    EACH qo[k] = v_wide_signed(odd[k], mu);
    EACH qe[k] = _mm512_mul_epi32(qe[k], p);
    EACH qo[k] = _mm512_mul_epi32(qo[k], p);
    EACH even[k] = v_odd(_mm512_sub_epi64(even[k], qe[k]));
    EACH odd[k] = v_odd(_mm512_sub_epi64(odd[k], qo[k]));
    EACH even[k] = _mm512_mul_epi32(even[k], x[k]);
    EACH odd[k] = _mm512_mul_epi32(odd[k], x_odd[k]);
    EACH qe[k] = v_wide_signed(even[k], mu);
    EACH qo[k] = v_wide_signed(odd[k], mu);
    EACH qe[k] = _mm512_mul_epi32(qe[k], p);
    EACH qo[k] = _mm512_mul_epi32(qo[k], p);
    EACH {
        V d = v_high(_mm512_sub_epi64(even[k], qe[k]), _mm512_sub_epi64(odd[k], qo[k]));
        a[k] = _mm512_min_epu32(d, _mm512_add_epi32(d, p));
    }
#undef EACH
}
/// What the low four bits of a, of which n count, add to a >> n: low / 2^n = -127 low 2^(24 - n) mod p.
#define DOWN(n, low) (0u - (127u * ((low) & ((1u << (n)) - 1)) << (24 - (n))))
#define DOWN_ROW(n) { \
    DOWN(n, 0u), DOWN(n, 1u), DOWN(n, 2u), DOWN(n, 3u), DOWN(n, 4u), DOWN(n, 5u), DOWN(n, 6u), DOWN(n, 7u), \
    DOWN(n, 8u), DOWN(n, 9u), DOWN(n, 10u), DOWN(n, 11u), DOWN(n, 12u), DOWN(n, 13u), DOWN(n, 14u), DOWN(n, 15u) }
static const uint32_t ck_down3[16] = DOWN_ROW(3), ck_down4[16] = DOWN_ROW(4);
/// a / 2^n for n of 3, 4, 8 and 24.
CK_INLINE V v_shift_down(V a, int n) {
    V high = _mm512_srli_epi32(a, (unsigned)n), r;
    if (n == 3 || n == 4) {
        // The permutation looks at four bits of an index.
        r = _mm512_add_epi32(high, _mm512_permutexvar_epi32(a, v_load(n == 3 ? ck_down3 : ck_down4)));
    } else if (n == 8) {
        // 127 times the low byte, from bit 16 on.
        r = _mm512_sub_epi32(high, _mm512_maddubs_epi16(_mm512_ror_epi32(a, 16), v_set1(127 << 16)));
    } else {
        V top = _mm512_slli_epi32(a, (unsigned)(32 - n));
        r = _mm512_sub_epi32(
            _mm512_add_epi32(high, _mm512_srli_epi32(top, 8)), _mm512_srli_epi32(top, 1));
    }
    return _mm512_min_epu32(r, _mm512_add_epi32(r, v_set1(CK_P)));
}
/// Montgomery reduction of 64-bit values up to 4 p^2 < 2^64, whose high words are below 2p.
CK_INLINE V v_reduce4(V even, V odd) {
    V mu = v_set1(CK_MU), p = v_set1(CK_P);
    V qe = v_wide(v_wide(even, mu), p), qo = v_wide(v_wide(odd, mu), p);
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
