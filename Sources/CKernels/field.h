// Scalar KoalaBear arithmetic in Montgomery form, shared by every kernel.
#ifndef CK_FIELD_H
#define CK_FIELD_H

#include <stddef.h>
#include <stdint.h>

#define CK_P 0x7f000001u
#define CK_MU 0x81000001u       // p^-1 mod 2^32
#define CK_R1 0x01fffffeu       // 2^32 mod p: one
#define CK_R2 402124772u        // 2^64 mod p
#define CK_HALF ((CK_P + 1) / 2)
#define CK_TWO_ADICITY 24
#define CK_ROOT 1791270792u     // of order 2^24, canonical

#define CK_INLINE static inline __attribute__((always_inline, unused))

CK_INLINE uint32_t f_reduce(uint64_t x) {
    uint32_t m = (uint32_t)(((uint64_t)((uint32_t)x * CK_MU) * CK_P) >> 32);
    uint32_t h = (uint32_t)(x >> 32);
    uint32_t d = h - m;
    return h < m ? d + CK_P : d;
}
CK_INLINE uint32_t f_mul(uint32_t a, uint32_t b) { return f_reduce((uint64_t)a * b); }
CK_INLINE uint32_t f_add(uint32_t a, uint32_t b) {
    uint32_t s = a + b;
    return s >= CK_P ? s - CK_P : s;
}
CK_INLINE uint32_t f_sub(uint32_t a, uint32_t b) { return a < b ? a - b + CK_P : a - b; }
CK_INLINE uint32_t f_neg(uint32_t a) { return a == 0 ? 0 : CK_P - a; }
CK_INLINE uint32_t f_half(uint32_t a) { return (a >> 1) + ((a & 1) ? CK_HALF : 0); }
CK_INLINE uint32_t f_from(uint32_t canonical) { return f_mul(canonical, CK_R2); }
CK_INLINE uint32_t f_canonical(uint32_t a) { return f_reduce(a); }

CK_INLINE uint32_t f_pow(uint32_t a, uint64_t e) {
    uint32_t r = CK_R1;
    for (; e != 0; e >>= 1) {
        if (e & 1) r = f_mul(r, a);
        a = f_mul(a, a);
    }
    return r;
}
CK_INLINE uint32_t f_inv(uint32_t a) { return f_pow(a, CK_P - 2); }

/// Generator of the subgroup of order 2^log_n, log_n <= 24.
CK_INLINE uint32_t f_root(unsigned log_n) {
    uint32_t r = f_from(CK_ROOT);
    for (unsigned i = CK_TWO_ADICITY; i > log_n; --i) r = f_mul(r, r);
    return r;
}

/// a * b in F[x]/(x^4 - 3).
CK_INLINE void e_mul(const uint32_t *a, const uint32_t *b, uint32_t *out) {
    const uint32_t w = 0x05fffffau; // 3 in Montgomery form
    uint32_t c[7] = {0};
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) c[i + j] = f_add(c[i + j], f_mul(a[i], b[j]));
    for (int i = 0; i < 3; ++i) out[i] = f_add(c[i], f_mul(w, c[i + 4]));
    out[3] = c[3];
}

#endif
