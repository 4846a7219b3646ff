// Powers of roots of unity in bit-reversed order, the same for every size of transform.
#ifndef CK_TWIDDLES_H
#define CK_TWIDDLES_H

#include "field.h"

#define CK_TWIDDLE_LOG 16
/// Bit b of an index stands for a root of order 2^(b + 2), so that indices have 23 bits.
#define CK_TWIDDLE_HIGH_LOG (CK_TWO_ADICITY - 1 - CK_TWIDDLE_LOG)

extern uint32_t ck_root_table[1 << CK_TWIDDLE_LOG];
extern uint32_t ck_inverse_root_table[1 << CK_TWIDDLE_LOG];
/// The same products for indices that are multiples of 2^CK_TWIDDLE_LOG.
extern uint32_t ck_root_high[1 << CK_TWIDDLE_HIGH_LOG];
extern uint32_t ck_inverse_root_high[1 << CK_TWIDDLE_HIGH_LOG];

/// Fills the tables once; any thread may call it at any time.
void ck_twiddles_prepare(void);

/// The product over the bits b of k of the root of order 2^(b + 2): ck_root(2k)^2 = ck_root(k),
/// ck_root(2k + 1) = ck_root(1) * ck_root(2k). k < 2^23.
CK_INLINE uint32_t ck_root(size_t k) {
    uint32_t low = ck_root_table[k & ((1 << CK_TWIDDLE_LOG) - 1)];
    return k >> CK_TWIDDLE_LOG == 0 ? low : f_mul(low, ck_root_high[k >> CK_TWIDDLE_LOG]);
}
CK_INLINE uint32_t ck_inverse_root(size_t k) {
    uint32_t low = ck_inverse_root_table[k & ((1 << CK_TWIDDLE_LOG) - 1)];
    return k >> CK_TWIDDLE_LOG == 0 ? low : f_mul(low, ck_inverse_root_high[k >> CK_TWIDDLE_LOG]);
}

/// What makes twiddles of roots: a block of 2^l rows, the k-th, takes shift^(2^(l-1)) * root(k).
typedef struct {
    uint32_t shift[CK_TWO_ADICITY + 1]; // shift^(2^i)
    const uint32_t *roots, *high_roots;
} ck_coset;

CK_INLINE ck_coset ck_coset_of(uint32_t shift, const uint32_t *roots, const uint32_t *high_roots) {
    ck_coset coset = {.roots = roots, .high_roots = high_roots};
    for (int i = 0; i <= CK_TWO_ADICITY; ++i, shift = f_mul(shift, shift)) coset.shift[i] = shift;
    return coset;
}
CK_INLINE ck_coset ck_coset_forward(uint32_t shift) { return ck_coset_of(shift, ck_root_table, ck_root_high); }
CK_INLINE ck_coset ck_coset_inverse(uint32_t shift) {
    return ck_coset_of(f_inv(shift), ck_inverse_root_table, ck_inverse_root_high);
}

CK_INLINE size_t ck_reverse(size_t value, unsigned bits) {
    return bits == 0 ? 0 : (size_t)(__builtin_bitreverse64(value) >> (64 - bits));
}

#endif
