// Transforms of matrix columns, sixteen columns at a time in scratch memory with rows of 16 words; included once per
// instruction set.
//
// The 2^log_n rows are a grid of 2^top blocks of 2^low neighbours. The first `top` steps of a transform each stay
// among the rows at one place of all blocks, the others within a block: so both halves work in the first-level cache
// and every row comes from further away only twice.
#include "ntt_steps_template.h"

/// Up to this size one block is all.
#define CK_BLOCK_LOG 8
/// Neighbouring rows of the input that are read together, and the distance at which reads are announced.
#define CK_TOGETHER 8
#define CK_AHEAD 4

typedef struct {
    unsigned log_n, top, low;
    size_t blocks, size;
    /// Words from block to block: a row more than there are, or the rows at one place would share their cache sets.
    size_t pitch;
    uint32_t *scratch;
    size_t scratch_words;
    /// The planes of the grid, and memory for the rows at one place and for twiddles.
    uint32_t *planes[3];
    uint32_t *rows[2];
    uint32_t *twiddles[3];
} FN(grid);

static bool FN(grid_acquire)(FN(grid) *grid, unsigned log_n, unsigned planes) {
    grid->log_n = log_n;
    grid->top = log_n <= CK_BLOCK_LOG ? 0 : log_n / 2;
    grid->low = log_n - grid->top;
    grid->blocks = (size_t)1 << grid->top;
    grid->size = (size_t)1 << grid->low;
    grid->pitch = 16 * (grid->size + 1);
    grid->scratch_words = planes * grid->blocks * grid->pitch + 32 * grid->blocks + 3 * (grid->size + 16);
    uint32_t *words = grid->scratch = ck_buffer_acquire_dirty(grid->scratch_words);
    if (words == NULL) return false;
    for (unsigned i = 0; i < planes; ++i, words += grid->blocks * grid->pitch) grid->planes[i] = words;
    for (int i = 0; i < 2; ++i, words += 16 * grid->blocks) grid->rows[i] = words;
    for (int i = 0; i < 3; ++i, words += grid->size + 16) grid->twiddles[i] = words;
    return true;
}

static void FN(grid_release)(const FN(grid) *grid) { ck_buffer_release(grid->scratch, grid->scratch_words); }

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

/// The rows at one place of all blocks, to or from neighbouring rows. The next place's come into the cache meanwhile.
CK_INLINE void ntt_gather(const FN(grid) *grid, const uint32_t *plane, size_t place, uint32_t *rows) {
    for (size_t k = 0; k < grid->blocks; ++k, plane += grid->pitch) {
        __builtin_prefetch(plane + 16 * place + 16);
        for (size_t v = 0; v < 16; v += LANES) v_store(rows + 16 * k + v, v_load(plane + 16 * place + v));
    }
}

CK_INLINE void ntt_scatter(const FN(grid) *grid, const uint32_t *rows, uint32_t *plane, size_t place) {
    for (size_t k = 0; k < grid->blocks; ++k, plane += grid->pitch)
        for (size_t v = 0; v < 16; v += LANES) v_store(plane + 16 * place + v, v_load(rows + 16 * k + v));
}

/// Values on the coset, bit-reversed, of a plane that has the first steps behind it, to rows of a matrix.
static void FN(finish_forward)(const FN(grid) *grid, uint32_t *plane, const ck_coset *coset, size_t columns,
                               uint32_t *out, size_t stride) {
    for (size_t k = 0; k < grid->blocks; ++k, plane += grid->pitch) {
        FN(fill_twiddles)(grid->twiddles[0], grid->low, grid->low, k, coset);
        FN(forward)(plane, grid->low, grid->twiddles[0]);
        for (size_t r = 0; r < grid->size; ++r, out += stride) {
            __builtin_prefetch(plane + grid->pitch + 16 * r); // the next block
            ntt_store_row(plane + 16 * r, columns, out);
        }
    }
}

static void FN(begin_inverse)(const FN(grid) *grid, uint32_t *block, size_t k, const ck_coset *coset) {
    FN(fill_twiddles)(grid->twiddles[0], grid->low, grid->low, k, coset);
    FN(inverse)(block, grid->low, grid->twiddles[0]);
}

static bool FN(ntt_forward)(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    FN(grid) grid;
    if (!FN(grid_acquire)(&grid, log_n, 1)) return false;
    uint32_t *plane = grid.planes[0], *rows = grid.rows[0];
    ck_coset coset = ck_coset_forward(shift);
    FN(fill_twiddles)(grid.twiddles[1], log_n, grid.top, 0, &coset);
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        for (size_t place = 0; place < grid.size; ++place) {
            const uint32_t *in = matrix + place * stride + column;
            for (size_t k = 0; k < grid.blocks; ++k, in += grid.size * stride)
                ntt_load_row(in, columns, rows + 16 * k);
            FN(forward)(rows, grid.top, grid.twiddles[1]);
            ntt_scatter(&grid, rows, plane, place);
        }
        FN(finish_forward)(&grid, plane, &coset, columns, matrix + column, stride);
    }
    FN(grid_release)(&grid);
    return true;
}

static bool FN(ntt_inverse)(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    FN(grid) grid;
    if (!FN(grid_acquire)(&grid, log_n, 1)) return false;
    uint32_t *plane = grid.planes[0], *rows = grid.rows[0];
    ck_coset coset = ck_coset_inverse(shift);
    V scale = v_set1(f_inv(f_from((uint32_t)1 << log_n)));
    FN(fill_twiddles)(grid.twiddles[1], log_n, grid.top, 0, &coset);
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        const uint32_t *in = matrix + column;
        for (size_t k = 0; k < grid.blocks; ++k) {
            uint32_t *block = plane + k * grid.pitch;
            for (size_t r = 0; r < grid.size; ++r, in += stride) {
                ntt_load_row(in, columns, block + 16 * r);
                ntt_scale_row(block + 16 * r, scale);
            }
            FN(begin_inverse)(&grid, block, k, &coset);
        }
        for (size_t place = 0; place < grid.size; ++place) {
            ntt_gather(&grid, plane, place, rows);
            FN(inverse)(rows, grid.top, grid.twiddles[1]);
            uint32_t *out = matrix + place * stride + column;
            for (size_t k = 0; k < grid.blocks; ++k, out += grid.size * stride)
                ntt_store_row(rows + 16 * k, columns, out);
        }
    }
    FN(grid_release)(&grid);
    return true;
}

/// Naturally ordered rows of the input to a plane with the first steps of the inverse transform behind it.
static void FN(lde_load)(const FN(grid) *grid, const uint32_t *in, size_t stride, size_t columns, uint32_t *plane) {
    V scale = v_set1(f_inv(f_from((uint32_t)1 << grid->log_n)));
    ck_coset coset = ck_coset_inverse(CK_R1);
    size_t together = grid->blocks < CK_TOGETHER ? grid->blocks : CK_TOGETHER, mask = grid->blocks - 1;
    // Row reverse(k) of the input and those `blocks` apart from it make block k. Far apart as they are, one at a time
    // would wait for memory each, and all would meet in one set of the cache: neighbours make several blocks at once.
    for (size_t first = 0; first < grid->blocks; first += together) {
        for (size_t r = 0; r < grid->size; ++r) {
            size_t ahead = r + CK_AHEAD, later = ahead < grid->size ? first : (first + together) & mask;
            size_t ahead_reversed = ck_reverse(ahead & (grid->size - 1), grid->low);
            const uint32_t *row = in + ((ck_reverse(r, grid->low) << grid->top) + first) * stride;
            const uint32_t *next = in + ((ahead_reversed << grid->top) + later) * stride;
            for (size_t i = 0; i < together; ++i, row += stride, next += stride) {
                uint32_t *out = plane + ck_reverse(first + i, grid->top) * grid->pitch + 16 * r;
                __builtin_prefetch(next);
                ntt_load_row(row, columns, out);
                ntt_scale_row(out, scale);
            }
        }
        for (size_t i = 0; i < together; ++i) {
            size_t k = ck_reverse(first + i, grid->top);
            FN(begin_inverse)(grid, plane + k * grid->pitch, k, &coset);
        }
    }
}

static bool FN(coset_lde)(const uint32_t *in, size_t in_stride, unsigned log_n, size_t width, unsigned log_blowup,
                          uint32_t shift, uint32_t *out, size_t out_stride) {
    size_t n = (size_t)1 << log_n, cosets = (size_t)1 << log_blowup;
    FN(grid) grid;
    if (!FN(grid_acquire)(&grid, log_n, cosets > 2 ? 3 : 2)) return false;
    ck_coset subgroup = ck_coset_inverse(CK_R1);
    for (size_t column = 0; column < width; column += 16) {
        size_t columns = width - column < 16 ? width - column : 16;
        uint32_t *plane = grid.planes[0];
        FN(lde_load)(&grid, in + column, in_stride, columns, plane);
        // Two cosets at a time; the last two leave nothing of the coefficients.
        for (size_t pair = 0; pair < cosets; pair += 2) {
            size_t count = cosets == 1 ? 1 : 2;
            bool is_last = pair + count == cosets;
            ck_coset coset[2];
            uint32_t *values[2] = {grid.planes[1], is_last ? plane : grid.planes[2]};
            for (size_t c = 0; c < count; ++c) {
                // Rows (pair + c) * n ... of the output are the values on this coset of the subgroup of order n.
                uint32_t offset = shift;
                for (unsigned bit = 0; bit < log_blowup; ++bit)
                    if ((pair + c) >> bit & 1) offset = f_mul(offset, f_root(log_n + bit + 1));
                coset[c] = ck_coset_forward(offset);
                FN(fill_twiddles)(grid.twiddles[1 + c], log_n, grid.top, 0, &coset[c]);
            }
            FN(fill_twiddles)(grid.twiddles[0], log_n, grid.top, 0, &subgroup);
            for (size_t place = 0; place < grid.size; ++place) {
                ntt_gather(&grid, plane, place, grid.rows[0]);
                if (pair == 0) {
                    FN(inverse)(grid.rows[0], grid.top, grid.twiddles[0]);
                    if (!is_last) ntt_scatter(&grid, grid.rows[0], plane, place);
                }
                memcpy(grid.rows[1], grid.rows[0], 64 * grid.blocks);
                for (size_t c = 0; c < count; ++c) {
                    FN(forward)(grid.rows[c], grid.top, grid.twiddles[1 + c]);
                    ntt_scatter(&grid, grid.rows[c], values[c], place);
                }
            }
            for (size_t c = 0; c < count; ++c)
                FN(finish_forward)(&grid, values[c], &coset[c], columns, out + (pair + c) * n * out_stride + column,
                                   out_stride);
        }
    }
    FN(grid_release)(&grid);
    return true;
}
