// Kernels over the KoalaBear field (p = 2^31 - 2^24 + 1) on flat buffers.
//
// Conventions, for every function here:
//  * A field element is a uint32_t in Montgomery form (R = 2^32), always reduced to [0, p).
//  * An extension element (F[x]/(x^4 - 3)) is four consecutive field elements, lowest degree first ("Ext").
//  * A digest is eight consecutive field elements.
//  * A matrix is row-major; row r starts at data[r * stride], stride >= width, both counted in words.
//  * "Bit-reversed" order of 2^k rows: position i holds the element of natural index reverse(i, k bits).
//  * Every function is single-threaded, re-entrant and touches only what its arguments name, so a caller may
//    split a range over threads. Results do not depend on the instruction set in use.
//  * Lengths are the caller's contract; none of these functions sees bytes from the network.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------- instruction set

enum { CK_LEVEL_PORTABLE = 0, CK_LEVEL_AVX2 = 1, CK_LEVEL_AVX512 = 2 };

/// The best level this CPU supports.
int ck_supported_level(void);
/// The level in use; the best one until `ck_set_level` says otherwise.
int ck_level(void);
/// Forces a level, capped at the supported one; returns the level now in use. For tests and measurements.
int ck_set_level(int level);

// ---------------------------------------------------------------- memory

/// Zeroed memory of `words` 32-bit words, 64-byte aligned; large blocks are advised to use huge pages and
/// are kept for reuse when released. NULL when the system has none left.
uint32_t *ck_buffer_acquire(size_t words);
/// The same with undefined content, for memory that is written before it is read.
uint32_t *ck_buffer_acquire_dirty(size_t words);
/// Returns a block obtained by either function with the same `words`. NULL is ignored.
void ck_buffer_release(uint32_t *buffer, size_t words);
/// Bytes now lent, and the most ever lent at one time by this process.
size_t ck_buffer_bytes(void);
size_t ck_buffer_peak_bytes(void);
/// Starts the measurement of the peak anew; returns the bytes now lent.
size_t ck_buffer_reset_peak(void);
/// Gives cached blocks back to the system.
void ck_buffer_trim(void);

// ---------------------------------------------------------------- Poseidon2, width 16

/// Permutes `n` states of 16 elements in place.
void ck_poseidon2_permute(uint32_t *states, size_t n);

/// The trace of permutations: words 0..<16 of each of `n` rows hold an input; afterwards words 16..<164 hold the
/// states after the four first full rounds, the twenty S-boxes of the partial rounds, and the states after the four
/// last full rounds.
void ck_permutation_rows(uint32_t *rows, size_t n, size_t stride);

/// digests[r] = fixed-length sponge of row r: state zero but for state[8] = width (as a field element);
/// each block of 8 elements overwrites state[0..<8] (the last one filled up with zeros), then a permutation;
/// the digest is state[0..<8]. A width of 0 takes one permutation.
void ck_hash_rows(const uint32_t *matrix, size_t rows, size_t width, size_t stride, uint32_t *digests);

/// parents[i] = first 8 elements of P(x) + x for x = children[2i] | children[2i+1].
/// `parents` may not overlap `children`.
void ck_compress_level(const uint32_t *children, size_t nparents, uint32_t *parents);

/// Searches nonces start, start + 1, ... (count of them, all below p) for the smallest one such that with the
/// nonce in state[lane] the first element of the permuted state has `bits` low zero bits in canonical form.
/// True when found; *nonce_out is then the canonical (not Montgomery) nonce.
bool ck_grind(const uint32_t *state, unsigned lane, unsigned bits, uint64_t start, uint64_t count,
              uint32_t *nonce_out);

// ---------------------------------------------------------------- transforms of matrix columns

/// These three return false only when scratch memory is refused, and have then written nothing.
///
/// In place: each column is a polynomial's coefficients in natural order (2^log_n rows); afterwards its values
/// on shift * <g>, g of order 2^log_n, in bit-reversed order. shift in Montgomery form, not zero.
bool ck_ntt_forward(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift);
/// The inverse: bit-reversed values on shift * <g> to coefficients in natural order.
bool ck_ntt_inverse(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift);

/// Low-degree extension of each column. `in`: N = 2^log_n rows, values on the subgroup of order N in natural
/// order. `out`: N << log_blowup rows, values on shift * <g> with g of order N << log_blowup, in bit-reversed
/// order. So the first N << k rows of `out` are the values on shift * <subgroup of order N << k>.
/// Wide matrices may be split over threads by columns: pass shifted pointers, the width of the part and the
/// full strides.
bool ck_coset_lde(const uint32_t *in, size_t in_stride, unsigned log_n, size_t width, unsigned log_blowup,
                  uint32_t shift, uint32_t *out, size_t out_stride);

// ---------------------------------------------------------------- FRI and openings

/// FRI fold of arity 2^log_arity (1...3). `values`: a layer of 2^log_n Ext values on shift * <g>, g of order
/// 2^log_n, bit-reversed, so that the 2^log_arity values of one fold are contiguous. For f(x) = sum_k x^k f_k(x^a),
/// a = 2^log_arity: out[j] = sum_k beta^k f_k, the values on shift^a * <g^a>, bit-reversed. Computes
/// out[begin..<end] only (`values` and `out` are the whole layers). `beta` is one Ext.
void ck_fold(const uint32_t *values, unsigned log_n, unsigned log_arity, uint32_t shift, const uint32_t *beta,
             size_t begin, size_t end, uint32_t *out);

/// accumulator[r] (Ext) += sum_j weights[j] (Ext) * matrix[r][j].
void ck_combine_rows(const uint32_t *matrix, size_t rows, size_t width, size_t stride, const uint32_t *weights,
                     uint32_t *accumulator);

/// out[j] (Ext) = sum_r matrix[r][j] * weights[r] (Ext): barycentric evaluation of all columns at once.
void ck_column_dots(const uint32_t *matrix, size_t rows, size_t width, size_t stride, const uint32_t *weights,
                    uint32_t *out);

/// Element-wise on arrays of n Ext: out = a * b; inverse in place (zero stays zero).
void ck_ext_multiply(const uint32_t *a, const uint32_t *b, size_t n, uint32_t *out);
void ck_ext_inverse(uint32_t *values, size_t n);

// ---------------------------------------------------------------- straight-line programs over rows
//
// A program is evaluated over blocks of CK_BLOCK_ROWS rows at once. Its only storage is a file of `slot_count`
// slots, each one field element per row. An Ext value is four consecutive slots, named by the first one.
// Before the program runs on a block, the interpreter fills the first slots:
//
//     [0, main.width)                      columns of `main` at the row
//     then stage2.width slots              columns of `stage2` at the row
//     then fixed.width slots               columns of `fixed` at the row
//     then next_count slots                next_columns[k]: a column of one of the three at row next_row[row]
//
// (unused matrices have width 0). The remaining slots are temporaries with undefined content. Writing to an
// input slot is allowed. A destination may coincide with a source only exactly (same first slot), never overlap
// it partly. Consecutive columns of a matrix (say the four of a stage-2 column in the extension) are therefore
// an Ext operand as they stand.
//
// Constants and challenges lie in `constants`; an Ext constant is four consecutive words, named by the first.
// K[i] = constants[i] as base element, KE[i] = constants[i...i+3] as Ext, S[i] slot as base, E[i] slots i...i+3.

enum {
    CK_BLOCK_ROWS = 128,

    CK_OP_ADD = 0,      ///< S[dst] = S[a] + S[b]
    CK_OP_SUB = 1,      ///< S[dst] = S[a] - S[b]
    CK_OP_MUL = 2,      ///< S[dst] = S[a] * S[b]
    CK_OP_ADDK = 3,     ///< S[dst] = S[a] + K[b]
    CK_OP_MULK = 4,     ///< S[dst] = S[a] * K[b]
    CK_OP_KSUB = 5,     ///< S[dst] = K[b] - S[a]
    CK_OP_SETK = 6,     ///< S[dst] = K[b]
    CK_OP_EADD = 7,     ///< E[dst] = E[a] + E[b]
    CK_OP_ESUB = 8,     ///< E[dst] = E[a] - E[b]
    CK_OP_EMUL = 9,     ///< E[dst] = E[a] * E[b]
    CK_OP_EMULB = 10,   ///< E[dst] = E[a] * S[b]
    CK_OP_EADDB = 11,   ///< E[dst] = E[a] + S[b]
    CK_OP_EADDK = 12,   ///< E[dst] = E[a] + KE[b]
    CK_OP_EMULK = 13,   ///< E[dst] = E[a] * KE[b]
    CK_OP_ESETK = 14,   ///< E[dst] = KE[b]
    CK_OP_EMAC = 15,    ///< E[dst] = E[dst] + S[a] * KE[b]; the step of a tuple's fingerprint
    CK_OP_ASSERT = 16,  ///< out[row] = out[row] + S[a] * KE[b]; KE[b] holds the power of the folding challenge.
                        ///< Neighbouring ones are evaluated four at a time, at less than half the price each
    CK_OP_EASSERT = 17, ///< out[row] = out[row] + E[a] * KE[b]
    CK_OP_STORE = 18,   ///< store[row][b] = S[a]; an Ext value takes four of these
    CK_OP_COUNT = 19
};

/// One instruction. Unused fields are zero.
typedef struct {
    uint16_t op;
    uint16_t dst;
    uint16_t a;
    uint16_t b;
} ck_instr;

/// A matrix that is read; width 0 when absent.
typedef struct {
    const uint32_t *data;
    size_t stride;
    uint32_t width;
} ck_view;

/// A column read at the next row: matrix 0 main, 1 stage2, 2 fixed.
typedef struct {
    uint16_t matrix;
    uint16_t column;
} ck_column;

/// What a program reads and writes. One context may serve several threads.
typedef struct {
    ck_view main;
    ck_view stage2;
    ck_view fixed;
    const uint32_t *next_row;      ///< row index of the successor of each row; may be NULL when next_count is 0
    const ck_column *next_columns;
    size_t next_count;
    const uint32_t *constants;
    size_t constant_count;         ///< words, at most 65536
    size_t slot_count;             ///< slots, inputs included, at most 65536
    uint32_t *store;               ///< target of CK_OP_STORE; may be NULL when the program has none
    size_t store_stride;
    size_t store_width;
} ck_eval_ctx;

/// Words of scratch memory one call of `ck_eval_program` needs; each thread has its own.
size_t ck_eval_scratch_words(size_t slot_count);

/// True when every operand of the program lies inside the slots, constants and columns the context names.
bool ck_eval_check(const ck_instr *program, size_t n, const ck_eval_ctx *ctx);

/// Runs the program on rows row_begin..<row_end. `out_ext` has one Ext per row of the whole matrix (indexed by
/// the absolute row) and is overwritten with the sum of the asserted values, each times its weight; it may be
/// NULL for a program without assertions. `scratch` is 64-byte aligned. The program must pass `ck_eval_check`.
/// (The quotient's division by the vanishing polynomial, constant on runs of bit-reversed rows, can be had for
/// nothing by scaling the weights of that run.)
void ck_eval_program(const ck_instr *program, size_t n, const ck_eval_ctx *ctx, size_t row_begin, size_t row_end,
                     uint32_t *scratch, uint32_t *out_ext);

#endif
