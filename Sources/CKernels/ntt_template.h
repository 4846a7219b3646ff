// Transforms of matrix columns, sixteen columns at a time in a contiguous scratch of 2^log_n rows of 16 words;
// included once per instruction set.
//
// A block of 2h rows holds a polynomial modulo x^2h - c^2, lowest degree first. One step splits it into the
// residues modulo x^h - c and x^h + c, so a block needs one twiddle c, coefficients go in naturally ordered and
// values come out bit-reversed; a coset costs nothing: block k has c = shift^h * ck_root(k).
#include "twiddles.h"

/// Blocks of 2^9 rows (32 KiB) are finished before the next one is begun.
#define CK_CACHED_LOG 9

typedef struct {
    uint32_t forward[CK_TWO_ADICITY + 1]; // shift^(2^i)
    uint32_t inverse[CK_TWO_ADICITY + 1];
} FN(shift_powers);

static void FN(set_shift)(FN(shift_powers) *powers, uint32_t shift) {
    uint32_t inverse = f_inv(shift);
    for (int i = 0; i <= CK_TWO_ADICITY; ++i) {
        powers->forward[i] = shift;
        powers->inverse[i] = inverse;
        shift = f_mul(shift, shift);
        inverse = f_mul(inverse, inverse);
    }
}

/// Two forward steps on one block of 2^log_n rows, log_n >= 2, from `in` to `out` (which may be equal).
static void FN(forward4)(const uint32_t *in, uint32_t *out, unsigned log_n, size_t block,
                         const FN(shift_powers) *shift) {
    size_t quarter = (size_t)16 << (log_n - 2);
    uint32_t second = f_mul(shift->forward[log_n - 2], ck_root(2 * block));
    V c = v_set1(f_mul(shift->forward[log_n - 1], ck_root(block)));
    V c0 = v_set1(second), c1 = v_set1(f_mul(second, ck_root(1)));
    for (size_t i = 0; i < quarter; i += LANES) {
        V a0 = v_load(in + i), a1 = v_load(in + quarter + i);
        V a2 = v_mul1(v_load(in + 2 * quarter + i), c), a3 = v_mul1(v_load(in + 3 * quarter + i), c);
        V u = v_mul1(v_add(a1, a3), c0), v = v_mul1(v_sub(a1, a3), c1);
        V x = v_add(a0, a2), y = v_sub(a0, a2);
        v_store(out + i, v_add(x, u));
        v_store(out + quarter + i, v_sub(x, u));
        v_store(out + 2 * quarter + i, v_add(y, v));
        v_store(out + 3 * quarter + i, v_sub(y, v));
    }
}

static void FN(forward2)(const uint32_t *in, uint32_t *out, unsigned log_n, size_t block,
                         const FN(shift_powers) *shift) {
    size_t half = (size_t)16 << (log_n - 1);
    V c = v_set1(f_mul(shift->forward[log_n - 1], ck_root(block)));
    for (size_t i = 0; i < half; i += LANES) {
        V a = v_load(in + i), b = v_mul1(v_load(in + half + i), c);
        v_store(out + i, v_add(a, b));
        v_store(out + half + i, v_sub(a, b));
    }
}

static void FN(forward)(const uint32_t *in, uint32_t *out, unsigned log_n, size_t block,
                        const FN(shift_powers) *shift) {
    if (log_n == 0) {
        if (in != out) memcpy(out, in, 64);
        return;
    }
    if (log_n == 1) {
        FN(forward2)(in, out, log_n, block, shift);
        return;
    }
    FN(forward4)(in, out, log_n, block, shift);
    if (log_n > CK_CACHED_LOG) {
        size_t quarter = (size_t)16 << (log_n - 2);
        for (size_t i = 0; i < 4; ++i)
            FN(forward)(out + i * quarter, out + i * quarter, log_n - 2, 4 * block + i, shift);
        return;
    }
    size_t blocks = 4;
    for (unsigned log = log_n - 2; log > 0; log = log >= 2 ? log - 2 : 0) {
        for (size_t i = 0; i < blocks; ++i) {
            uint32_t *rows = out + (i << (log + 4));
            if (log >= 2)
                FN(forward4)(rows, rows, log, blocks * block + i, shift);
            else
                FN(forward2)(rows, rows, log, blocks * block + i, shift);
        }
        blocks *= 4;
    }
}

/// The inverse of `forward4`, but for a factor 4.
static void FN(inverse4)(uint32_t *x, unsigned log_n, size_t block, const FN(shift_powers) *shift) {
    size_t quarter = (size_t)16 << (log_n - 2);
    uint32_t second = f_mul(shift->inverse[log_n - 2], ck_inverse_root(2 * block));
    V c = v_set1(f_mul(shift->inverse[log_n - 1], ck_inverse_root(block)));
    V c0 = v_set1(second), c1 = v_set1(f_mul(second, ck_inverse_root(1)));
    for (size_t i = 0; i < quarter; i += LANES) {
        V b0 = v_load(x + i), b1 = v_load(x + quarter + i);
        V b2 = v_load(x + 2 * quarter + i), b3 = v_load(x + 3 * quarter + i);
        V s0 = v_add(b0, b1), d0 = v_mul1(v_sub(b0, b1), c0);
        V s1 = v_add(b2, b3), d1 = v_mul1(v_sub(b2, b3), c1);
        v_store(x + i, v_add(s0, s1));
        v_store(x + quarter + i, v_add(d0, d1));
        v_store(x + 2 * quarter + i, v_mul1(v_sub(s0, s1), c));
        v_store(x + 3 * quarter + i, v_mul1(v_sub(d0, d1), c));
    }
}

static void FN(inverse2)(uint32_t *x, unsigned log_n, size_t block, const FN(shift_powers) *shift) {
    size_t half = (size_t)16 << (log_n - 1);
    V c = v_set1(f_mul(shift->inverse[log_n - 1], ck_inverse_root(block)));
    for (size_t i = 0; i < half; i += LANES) {
        V a = v_load(x + i), b = v_load(x + half + i);
        v_store(x + i, v_add(a, b));
        v_store(x + half + i, v_mul1(v_sub(a, b), c));
    }
}

/// Bit-reversed values to coefficients, times 2^log_n.
static void FN(inverse)(uint32_t *x, unsigned log_n, size_t block, const FN(shift_powers) *shift) {
    if (log_n == 0) return;
    if (log_n == 1) {
        FN(inverse2)(x, log_n, block, shift);
        return;
    }
    if (log_n > CK_CACHED_LOG) {
        size_t quarter = (size_t)16 << (log_n - 2);
        for (size_t i = 0; i < 4; ++i) FN(inverse)(x + i * quarter, log_n - 2, 4 * block + i, shift);
        FN(inverse4)(x, log_n, block, shift);
        return;
    }
    for (unsigned log = log_n & 1 ? 1 : 2; log <= log_n; log += 2) {
        size_t blocks = (size_t)1 << (log_n - log);
        for (size_t i = 0; i < blocks; ++i) {
            uint32_t *rows = x + (i << (log + 4));
            if (log >= 2)
                FN(inverse4)(rows, log, blocks * block + i, shift);
            else
                FN(inverse2)(rows, log, blocks * block + i, shift);
        }
    }
}

/// One row of `columns` <= 16 words to a scratch row, zeros after it.
CK_INLINE void ntt_load_row(const uint32_t *in, size_t columns, uint32_t *row) {
    for (size_t v = 0; v < 16; v += LANES) {
        size_t left = columns > v ? columns - v : 0;
        v_store(row + v, left >= LANES ? v_load(in + v) : v_load_first(in + v, left));
    }
}

CK_INLINE void ntt_store_row(const uint32_t *row, size_t columns, uint32_t *out) {
    for (size_t v = 0; v < columns; v += LANES) {
        if (columns - v >= LANES)
            v_store(out + v, v_load(row + v));
        else
            v_store_first(out + v, v_load(row + v), columns - v);
    }
}

CK_INLINE void ntt_scale_row(uint32_t *row, V factor) {
    for (size_t v = 0; v < 16; v += LANES) v_store(row + v, v_mul1(v_load(row + v), factor));
}

static bool FN(ntt_forward)(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    size_t n = (size_t)1 << log_n;
    uint32_t *scratch = ck_buffer_acquire_dirty(16 * n);
    if (scratch == NULL) return false;
    FN(shift_powers) powers;
    FN(set_shift)(&powers, shift);
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        for (size_t r = 0; r < n; ++r) ntt_load_row(matrix + r * stride + column, columns, scratch + 16 * r);
        FN(forward)(scratch, scratch, log_n, 0, &powers);
        for (size_t r = 0; r < n; ++r) ntt_store_row(scratch + 16 * r, columns, matrix + r * stride + column);
    }
    ck_buffer_release(scratch, 16 * n);
    return true;
}

static bool FN(ntt_inverse)(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    size_t n = (size_t)1 << log_n;
    uint32_t *scratch = ck_buffer_acquire_dirty(16 * n);
    if (scratch == NULL) return false;
    FN(shift_powers) powers;
    FN(set_shift)(&powers, shift);
    V scale = v_set1(f_inv(f_from((uint32_t)n)));
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        for (size_t r = 0; r < n; ++r) {
            ntt_load_row(matrix + r * stride + column, columns, scratch + 16 * r);
            ntt_scale_row(scratch + 16 * r, scale);
        }
        FN(inverse)(scratch, log_n, 0, &powers);
        for (size_t r = 0; r < n; ++r) ntt_store_row(scratch + 16 * r, columns, matrix + r * stride + column);
    }
    ck_buffer_release(scratch, 16 * n);
    return true;
}

static bool FN(coset_lde)(const uint32_t *in, size_t in_stride, unsigned log_n, size_t width, unsigned log_blowup,
                          uint32_t shift, uint32_t *out, size_t out_stride) {
    size_t n = (size_t)1 << log_n, words = 32 * n;
    uint32_t *coefficients = ck_buffer_acquire_dirty(words);
    if (coefficients == NULL) return false;
    uint32_t *values = coefficients + 16 * n;
    FN(shift_powers) powers;
    V scale = v_set1(f_inv(f_from((uint32_t)n)));
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        for (size_t r = 0; r < n; ++r) {
            uint32_t *row = coefficients + 16 * r;
            ntt_load_row(in + ck_reverse(r, log_n) * in_stride + column, columns, row);
            ntt_scale_row(row, scale);
        }
        FN(set_shift)(&powers, CK_R1);
        FN(inverse)(coefficients, log_n, 0, &powers);
        for (size_t block = 0; block < (size_t)1 << log_blowup; ++block) {
            // Rows block * n ... of the output are the values on coset * <subgroup of order n>.
            uint32_t coset = shift;
            for (unsigned bit = 0; bit < log_blowup; ++bit)
                if (block >> bit & 1) coset = f_mul(coset, f_root(log_n + bit + 1));
            FN(set_shift)(&powers, coset);
            FN(forward)(coefficients, values, log_n, 0, &powers);
            uint32_t *rows = out + block * n * out_stride + column;
            for (size_t r = 0; r < n; ++r) ntt_store_row(values + 16 * r, columns, rows + r * out_stride);
        }
    }
    ck_buffer_release(coefficients, words);
    return true;
}
