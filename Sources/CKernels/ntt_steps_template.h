// Steps of a transform on 2^log rows of 16 words that lie one after another and fit the caches; included once per
// instruction set.
//
// A block of 2h rows holds a polynomial modulo x^2h - c^2, lowest degree first. One step splits it into the
// residues modulo x^h - c and x^h + c, so a block needs one twiddle c, coefficients go in naturally ordered and
// values come out bit-reversed; a coset costs nothing: block k has c = shift^h * ck_root(k). Twiddles are laid out
// as a heap: those of step d, for its 2^d blocks, from word 2^d on.
#include "twiddles.h"

/// The twiddles of the first `steps` steps on block `block` of 2^log rows.
static void FN(fill_twiddles)(uint32_t *twiddles, unsigned log, unsigned steps, size_t block, const ck_coset *coset) {
    for (unsigned d = 0; d < steps; ++d) {
        size_t count = (size_t)1 << d, first = block << d;
        uint32_t factor = coset->shift[log - 1 - d];
        if (first >> CK_TWIDDLE_LOG != 0) factor = f_mul(factor, coset->high_roots[first >> CK_TWIDDLE_LOG]);
        const uint32_t *roots = coset->roots + (first & ((1 << CK_TWIDDLE_LOG) - 1));
        if (count < LANES) {
            for (size_t i = 0; i < count; ++i) twiddles[count + i] = f_mul(factor, roots[i]);
        } else {
            V factors = v_set1(factor);
            for (size_t i = 0; i < count; i += LANES)
                v_store(twiddles + count + i, v_mul1(v_load(roots + i), factors));
        }
    }
}

#define UNROLLED _Pragma("clang loop unroll(full)")
/// The pairs q... of one step on 2^steps vectors, `half` apart, and the first one's twiddle.
#define PAIR(q) ((q) / half * 2 * half + (q) % half)
#define PAIR_TWIDDLE(q) v_set1(twiddles[(node << s) + (size_t)((q) / half)])

/// `steps` <= 4 steps on 2^steps vectors that are `stride` words apart; `node` is their place in the heap.
CK_INLINE void ntt_forward_vectors(uint32_t *x, size_t stride, const int steps, const uint32_t *twiddles, size_t node) {
    V a[16], b[4], c[4];
    const int each = steps == 1 ? 1 : steps == 2 ? 2 : 4;
    UNROLLED for (int k = 0; k < 1 << steps; ++k) a[k] = v_load(x + (size_t)k * stride);
    UNROLLED for (int s = 0; s < steps; ++s) {
        const int half = 1 << (steps - 1 - s);
        UNROLLED for (int q = 0; q < 1 << (steps - 1); q += each) {
            UNROLLED for (int k = 0; k < each; ++k) b[k] = a[PAIR(q + k) + half];
            UNROLLED for (int k = 0; k < each; ++k) c[k] = PAIR_TWIDDLE(q + k);
            v_mul1_each(b, c, each);
            UNROLLED for (int k = 0; k < each; ++k) {
                V first = a[PAIR(q + k)];
                a[PAIR(q + k)] = v_add(first, b[k]);
                a[PAIR(q + k) + half] = v_sub(first, b[k]);
            }
        }
    }
    UNROLLED for (int k = 0; k < 1 << steps; ++k) v_store(x + (size_t)k * stride, a[k]);
}

/// The inverse, but for a factor 2^steps.
CK_INLINE void ntt_inverse_vectors(uint32_t *x, size_t stride, const int steps, const uint32_t *twiddles, size_t node) {
    V a[16], b[4], c[4];
    const int each = steps == 1 ? 1 : steps == 2 ? 2 : 4;
    UNROLLED for (int k = 0; k < 1 << steps; ++k) a[k] = v_load(x + (size_t)k * stride);
    UNROLLED for (int s = steps - 1; s >= 0; --s) {
        const int half = 1 << (steps - 1 - s);
        UNROLLED for (int q = 0; q < 1 << (steps - 1); q += each) {
            UNROLLED for (int k = 0; k < each; ++k) {
                V first = a[PAIR(q + k)], second = a[PAIR(q + k) + half];
                a[PAIR(q + k)] = v_add(first, second);
                b[k] = v_sub_loose(first, second);
            }
            UNROLLED for (int k = 0; k < each; ++k) c[k] = PAIR_TWIDDLE(q + k);
            v_mul1_each(b, c, each);
            UNROLLED for (int k = 0; k < each; ++k) a[PAIR(q + k) + half] = b[k];
        }
    }
    UNROLLED for (int k = 0; k < 1 << steps; ++k) v_store(x + (size_t)k * stride, a[k]);
}

#undef UNROLLED
#undef PAIR
#undef PAIR_TWIDDLE

/// Steps depth... of a transform of 2^log rows.
CK_INLINE void ntt_pass(uint32_t *x, unsigned log, unsigned depth, const int steps, const uint32_t *twiddles,
                        const bool inverse) {
    size_t stride = (size_t)16 << (log - depth - (unsigned)steps);
    for (size_t i = 0; i < (size_t)1 << depth; ++i, x += stride << steps) {
        for (size_t v = 0; v < stride; v += LANES) {
            if (inverse)
                ntt_inverse_vectors(x + v, stride, steps, twiddles, ((size_t)1 << depth) + i);
            else
                ntt_forward_vectors(x + v, stride, steps, twiddles, ((size_t)1 << depth) + i);
        }
    }
}

/// As few passes as there can be over `steps` steps: how many of them the next pass takes.
CK_INLINE unsigned ntt_next_pass(unsigned steps) {
    unsigned passes = (steps + CK_STEPS - 1) / CK_STEPS;
    return (steps + passes - 1) / passes;
}

/// All steps on 2^log rows: coefficients to bit-reversed values.
static void FN(forward)(uint32_t *x, unsigned log, const uint32_t *twiddles) {
    for (unsigned depth = 0, steps; depth < log; depth += steps) {
        steps = ntt_next_pass(log - depth);
        switch (steps) {
        case 1: ntt_pass(x, log, depth, 1, twiddles, false); break;
        case 2: ntt_pass(x, log, depth, 2, twiddles, false); break;
#if CK_STEPS == 4
        case 3: ntt_pass(x, log, depth, 3, twiddles, false); break;
        default: ntt_pass(x, log, depth, 4, twiddles, false);
#endif
        }
    }
}

/// Bit-reversed values to coefficients, times 2^log.
static void FN(inverse)(uint32_t *x, unsigned log, const uint32_t *twiddles) {
    for (unsigned depth = log; depth > 0;) {
        unsigned steps = ntt_next_pass(depth);
        depth -= steps;
        switch (steps) {
        case 1: ntt_pass(x, log, depth, 1, twiddles, true); break;
        case 2: ntt_pass(x, log, depth, 2, twiddles, true); break;
#if CK_STEPS == 4
        case 3: ntt_pass(x, log, depth, 3, twiddles, true); break;
        default: ntt_pass(x, log, depth, 4, twiddles, true);
#endif
        }
    }
}
