// Picks the kernels for this CPU, and checks programs.
#include <stdatomic.h>
#include <string.h>

#include "kernels.h"
#include "twiddles.h"

static atomic_int chosen_level = -1;

int ck_supported_level(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return CK_LEVEL_AVX512;
    if (__builtin_cpu_supports("avx2")) return CK_LEVEL_AVX2;
#endif
    return CK_LEVEL_PORTABLE;
}

int ck_level(void) {
    int level = atomic_load_explicit(&chosen_level, memory_order_relaxed);
    return level >= 0 ? level : ck_set_level(CK_LEVEL_AVX512);
}

int ck_set_level(int level) {
    int supported = ck_supported_level();
    if (level > supported) level = supported;
    if (level < CK_LEVEL_PORTABLE) level = CK_LEVEL_PORTABLE;
    atomic_store_explicit(&chosen_level, level, memory_order_relaxed);
    return level;
}

static const ck_kernels *kernels(void) {
#if defined(__x86_64__)
    switch (ck_level()) {
    case CK_LEVEL_AVX512: return &ck_kernels_avx512;
    case CK_LEVEL_AVX2: return &ck_kernels_avx2;
    default: return &ck_kernels_portable;
    }
#else
    return &ck_kernels_portable;
#endif
}

/// Two or fewer states are not worth a permutation of 8 or 16.
void ck_poseidon2_permute(uint32_t *states, size_t n) {
    const ck_kernels *table = kernels();
    if (n <= 2 && table->poseidon2_single != NULL) {
        for (size_t i = 0; i < n; ++i) table->poseidon2_single(states + 16 * i);
        return;
    }
    (n == 1 ? &ck_kernels_portable : table)->poseidon2_permute(states, n);
}

void ck_permutation_rows(uint32_t *rows, size_t n, size_t stride) { kernels()->permutation_rows(rows, n, stride); }

void ck_hash_rows(const uint32_t *matrix, size_t rows, size_t width, size_t stride, uint32_t *digests) {
    kernels()->hash_rows(matrix, rows, width, stride, digests);
}

void ck_compress_level(const uint32_t *children, size_t nparents, uint32_t *parents) {
    if (nparents != 1) {
        kernels()->compress_level(children, nparents, parents);
        return;
    }
    uint32_t state[16];
    memcpy(state, children, sizeof state);
    ck_poseidon2_permute(state, 1);
    for (int i = 0; i < 8; ++i) parents[i] = f_add(state[i], children[i]);
}

bool ck_grind(const uint32_t *state, unsigned lane, unsigned bits, uint64_t start, uint64_t count,
              uint32_t *nonce_out) {
    return kernels()->grind(state, lane, bits, start, count, nonce_out);
}

bool ck_ntt_forward(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    ck_twiddles_prepare();
    return kernels()->ntt_forward(matrix, log_n, width, stride, shift);
}

bool ck_ntt_inverse(uint32_t *matrix, unsigned log_n, size_t width, size_t stride, uint32_t shift) {
    ck_twiddles_prepare();
    return kernels()->ntt_inverse(matrix, log_n, width, stride, shift);
}

bool ck_coset_lde(const uint32_t *in, size_t in_stride, unsigned log_n, size_t width, unsigned log_blowup,
                  uint32_t shift, uint32_t *out, size_t out_stride) {
    ck_twiddles_prepare();
    return kernels()->coset_lde(in, in_stride, log_n, width, log_blowup, shift, out, out_stride);
}

void ck_fold(const uint32_t *values, unsigned log_n, unsigned log_arity, uint32_t shift, const uint32_t *beta,
             size_t begin, size_t end, uint32_t *out) {
    ck_twiddles_prepare();
    kernels()->fold(values, log_n, log_arity, shift, beta, begin, end, out);
}

void ck_combine_rows(const uint32_t *matrix, size_t rows, size_t width, size_t stride, const uint32_t *weights,
                     uint32_t *accumulator) {
    kernels()->combine_rows(matrix, rows, width, stride, weights, accumulator);
}

void ck_column_dots(const uint32_t *matrix, size_t rows, size_t width, size_t stride, const uint32_t *weights,
                    uint32_t *out) {
    kernels()->column_dots(matrix, rows, width, stride, weights, out);
}

void ck_ext_multiply(const uint32_t *a, const uint32_t *b, size_t n, uint32_t *out) {
    kernels()->ext_multiply(a, b, n, out);
}

void ck_ext_inverse(uint32_t *values, size_t n) { kernels()->ext_inverse(values, n); }

size_t ck_eval_scratch_words(size_t slot_count) { return (slot_count + 4) * CK_BLOCK_ROWS; }

void ck_eval_program(const ck_instr *program, size_t n, const ck_eval_ctx *ctx, size_t row_begin, size_t row_end,
                     uint32_t *scratch, uint32_t *out_ext) {
    kernels()->eval_program(program, n, ctx, row_begin, row_end, scratch, out_ext);
}

// ---------------------------------------------------------------- checking programs

/// How many words or slots each operand names; 0 where the field is unused. `constants` tells that b is an index
/// into the constants, `column` that it is one into the stored matrix.
typedef struct {
    uint8_t dst, a, b;
    bool constants, column;
} operand_widths;

static const operand_widths operands[CK_OP_COUNT] = {
    [CK_OP_ADD] = {1, 1, 1, false, false},     [CK_OP_SUB] = {1, 1, 1, false, false},
    [CK_OP_MUL] = {1, 1, 1, false, false},     [CK_OP_ADDK] = {1, 1, 1, true, false},
    [CK_OP_MULK] = {1, 1, 1, true, false},     [CK_OP_KSUB] = {1, 1, 1, true, false},
    [CK_OP_SETK] = {1, 0, 1, true, false},     [CK_OP_EADD] = {4, 4, 4, false, false},
    [CK_OP_ESUB] = {4, 4, 4, false, false},    [CK_OP_EMUL] = {4, 4, 4, false, false},
    [CK_OP_EMULB] = {4, 4, 1, false, false},   [CK_OP_EADDB] = {4, 4, 1, false, false},
    [CK_OP_EADDK] = {4, 4, 4, true, false},    [CK_OP_EMULK] = {4, 4, 4, true, false},
    [CK_OP_ESETK] = {4, 0, 4, true, false},    [CK_OP_EMAC] = {4, 1, 4, true, false},
    [CK_OP_ASSERT] = {0, 1, 4, true, false},   [CK_OP_EASSERT] = {0, 4, 4, true, false},
    [CK_OP_STORE] = {0, 1, 1, false, true},
};

static bool fits(size_t first, size_t width, size_t limit) { return width == 0 || first + width <= limit; }

bool ck_eval_check(const ck_instr *program, size_t n, const ck_eval_ctx *ctx) {
    const ck_view *views[3] = {&ctx->main, &ctx->stage2, &ctx->fixed};
    size_t inputs = (size_t)ctx->main.width + ctx->stage2.width + ctx->fixed.width + ctx->next_count;
    if (ctx->slot_count > 65536 || ctx->constant_count > 65536 || inputs > ctx->slot_count) return false;
    if (ctx->next_count != 0 && ctx->next_row == NULL) return false;
    for (size_t k = 0; k < ctx->next_count; ++k) {
        ck_column next = ctx->next_columns[k];
        if (next.matrix > 2 || next.column >= views[next.matrix]->width) return false;
    }
    for (size_t i = 0; i < n; ++i) {
        ck_instr in = program[i];
        if (in.op >= CK_OP_COUNT) return false;
        operand_widths widths = operands[in.op];
        size_t stored = ctx->store == NULL ? 0 : ctx->store_width;
        size_t limit = widths.column ? stored : widths.constants ? ctx->constant_count : ctx->slot_count;
        if (!fits(in.dst, widths.dst, ctx->slot_count) || !fits(in.a, widths.a, ctx->slot_count) ||
            !fits(in.b, widths.b, limit))
            return false;
    }
    return true;
}
