// Poseidon2 width 16 on LANES states at once; included once per instruction set.
#include <string.h>

#include "columns_template.h"
#include "poseidon2_constants.h"

CK_INLINE void p2_external(V *s) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 4) {
        V a = s[i], b = s[i + 1], c = s[i + 2], d = s[i + 3];
        V ab = v_add(a, b), cd = v_add(c, d), all = v_add(ab, cd);
        V with_b = v_add(all, b), with_d = v_add(all, d);
        s[i] = v_add(with_b, ab);
        s[i + 1] = v_add(with_b, v_add(c, c));
        s[i + 2] = v_add(with_d, cd);
        s[i + 3] = v_add(with_d, v_add(a, a));
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; ++j) {
        V sum = v_add(v_add(s[j], s[j + 4]), v_add(s[j + 8], s[j + 12]));
        for (int i = j; i < 16; i += 4) s[i] = v_add(s[i], sum);
    }
}

CK_INLINE void p2_full(V *s, const uint32_t *constants) {
    v_cube8_after_adding(s, constants);
    v_cube8_after_adding(s + 8, constants + 8);
    p2_external(s);
}

/// One partial round; returns the S-box's output. The cube of s[0] is the longest chain, so it begins; the sum of
/// s[1...15] does not wait for it.
CK_INLINE V p2_partial(V *s, uint32_t constant) {
    V first = v_cube_after_adding(s[0], constant - CK_P);
    V rest = v_add(v_add(v_add(s[1], s[2]), v_add(s[3], s[4])), v_add(v_add(s[5], s[6]), v_add(s[7], s[8])));
    V upper = v_add(v_add(v_add(s[9], s[10]), v_add(s[11], s[12])), v_add(v_add(s[13], s[14]), s[15]));
    rest = v_add(rest, upper);
    V sum = v_add(rest, first);
    V four5 = v_add(s[5], s[5]), two4 = v_add(s[4], s[4]), two7 = v_add(s[7], s[7]), two8 = v_add(s[8], s[8]);
    s[0] = v_sub(rest, first);
    s[1] = v_add(sum, s[1]);
    s[2] = v_add(sum, v_add(s[2], s[2]));
    s[3] = v_add(sum, v_half(s[3]));
    s[4] = v_add(sum, v_add(two4, s[4]));
    s[5] = v_add(sum, v_add(four5, four5));
    s[6] = v_sub(sum, v_half(s[6]));
    s[7] = v_sub(sum, v_add(two7, s[7]));
    s[8] = v_sub(sum, v_add(two8, two8));
    s[9] = v_add(sum, v_shift_down(s[9], 8));
    s[10] = v_add(sum, v_shift_down(s[10], 3));
    s[11] = v_add(sum, v_shift_down(s[11], 24));
    s[12] = v_sub(sum, v_shift_down(s[12], 8));
    s[13] = v_sub(sum, v_shift_down(s[13], 3));
    s[14] = v_sub(sum, v_shift_down(s[14], 4));
    s[15] = v_sub(sum, v_shift_down(s[15], 24));
    return first;
}

static void FN(p2)(V *state) {
    V s[16];
    memcpy(s, state, sizeof s);
    p2_external(s);
    for (int r = 0; r < 4; ++r) p2_full(s, ck_rc_initial + 16 * r);
    for (int r = 0; r < 20; ++r) p2_partial(s, ck_rc_partial[r]);
    for (int r = 0; r < 4; ++r) p2_full(s, ck_rc_final + 16 * r);
    memcpy(state, s, sizeof s);
}

/// Writes the first eight columns as `count` rows of eight words.
CK_INLINE void p2_store_digests(const V *columns, uint32_t *digests, size_t count) {
    V tile[16];
    memcpy(tile, columns, 8 * sizeof(V));
    for (int i = 8; i < 16; ++i) tile[i] = v_zero();
    for (int i = 0; i < 8; i += LANES) {
        v_transpose(tile + i);
        size_t words = LANES < 8 ? LANES : 8;
        for (size_t l = 0; l < LANES && l < count; ++l) v_store_first(digests + 8 * l + i, tile[i + l], words);
    }
}

static void FN(poseidon2_permute)(uint32_t *states, size_t n) {
    for (size_t i = 0; i < n; i += LANES) {
        const uint32_t *rows[LANES];
        for (size_t l = 0; l < LANES; ++l) rows[l] = states + 16 * (i + l < n ? i + l : n - 1);
        V s[16];
        load_columns(s, rows, 0, 16, 16);
        FN(p2)(s);
        for (size_t tile = 0; tile < 16; tile += LANES) {
            v_transpose(s + tile);
            for (size_t l = 0; l < LANES && i + l < n; ++l) v_store(states + 16 * (i + l) + tile, s[tile + l]);
        }
    }
}

/// The first `width` <= 16 of sixteen columns to words offset... of `count` rows.
CK_INLINE void p2_store_columns(const V *columns, uint32_t *const *rows, size_t offset, size_t width, size_t count) {
    V tile[16];
    memcpy(tile, columns, sizeof tile);
    for (size_t c = 0; c < width; c += LANES) {
        v_transpose(tile + c);
        for (size_t l = 0; l < LANES && l < count; ++l) {
            if (width - c >= LANES)
                v_store(rows[l] + offset + c, tile[c + l]);
            else
                v_store_first(rows[l] + offset + c, tile[c + l], width - c);
        }
    }
}

static void FN(permutation_rows)(uint32_t *rows, size_t n, size_t stride) {
    for (size_t i = 0; i < n; i += LANES) {
        uint32_t *row[LANES];
        for (size_t l = 0; l < LANES; ++l) row[l] = rows + stride * (i + l < n ? i + l : n - 1);
        size_t count = n - i, column = 16;
        V s[16], boxes[32];
        load_columns(s, (const uint32_t *const *)row, 0, 16, 16);
        p2_external(s);
        for (int r = 0; r < 4; ++r, column += 16) {
            p2_full(s, ck_rc_initial + 16 * r);
            p2_store_columns(s, row, column, 16, count);
        }
        for (int r = 0; r < 20; ++r) boxes[r] = p2_partial(s, ck_rc_partial[r]);
        for (int r = 20; r < 32; ++r) boxes[r] = v_zero();
        p2_store_columns(boxes, row, column, 16, count);
        p2_store_columns(boxes + 16, row, column + 16, 4, count);
        column += 20;
        for (int r = 0; r < 4; ++r, column += 16) {
            p2_full(s, ck_rc_final + 16 * r);
            p2_store_columns(s, row, column, 16, count);
        }
    }
}

static void FN(hash_rows)(const uint32_t *matrix, size_t rows, size_t width, size_t stride, uint32_t *digests) {
    const V length = v_set1(f_from((uint32_t)width));
    for (size_t r = 0; r < rows; r += LANES) {
        const uint32_t *row[LANES];
        for (size_t l = 0; l < LANES; ++l) row[l] = matrix + stride * (r + l < rows ? r + l : rows - 1);
        V s[16], block[16];
        for (int i = 0; i < 16; ++i) s[i] = v_zero();
        s[8] = length;
        if (width == 0) FN(p2)(s);
        for (size_t c = 0; c < width; c += 16) {
            load_columns(block, row, c, width - c, 16);
            memcpy(s, block, 8 * sizeof(V));
            FN(p2)(s);
            if (width - c > 8) {
                memcpy(s, block + 8, 8 * sizeof(V));
                FN(p2)(s);
            }
        }
        p2_store_digests(s, digests + 8 * r, rows - r);
    }
}

static void FN(compress_level)(const uint32_t *children, size_t nparents, uint32_t *parents) {
    for (size_t i = 0; i < nparents; i += LANES) {
        const uint32_t *rows[LANES];
        for (size_t l = 0; l < LANES; ++l) rows[l] = children + 16 * (i + l < nparents ? i + l : nparents - 1);
        V s[16], left[8];
        load_columns(s, rows, 0, 16, 16);
        memcpy(left, s, sizeof left);
        FN(p2)(s);
        for (int k = 0; k < 8; ++k) s[k] = v_add(s[k], left[k]);
        p2_store_digests(s, parents + 8 * i, nparents - i);
    }
}

static bool FN(grind)(const uint32_t *state, unsigned lane, unsigned bits, uint64_t start, uint64_t count,
                      uint32_t *nonce_out) {
    const uint32_t mask = bits >= 32 ? UINT32_MAX : (1u << bits) - 1;
    uint64_t end = start + count;
    if (end > CK_P) end = CK_P;
    for (uint64_t nonce = start; nonce < end; nonce += LANES) {
        uint32_t lanes[LANES];
        for (uint64_t l = 0; l < LANES; ++l) lanes[l] = nonce + l < CK_P ? f_from((uint32_t)(nonce + l)) : 0;
        V s[16];
        for (unsigned i = 0; i < 16; ++i) s[i] = v_set1(state[i]);
        s[lane] = v_load(lanes);
        FN(p2)(s);
        v_store(lanes, s[0]);
        for (uint64_t l = 0; l < LANES && nonce + l < end; ++l) {
            if ((f_canonical(lanes[l]) & mask) == 0) {
                *nonce_out = (uint32_t)(nonce + l);
                return true;
            }
        }
    }
    return false;
}
