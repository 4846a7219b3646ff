// The table of kernels one instruction set provides; `dispatch.c` picks a table at run time.
#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include "CKernels.h"

typedef struct {
    void (*poseidon2_permute)(uint32_t *, size_t);
    /// One state; NULL where the portable code does as well.
    void (*poseidon2_single)(uint32_t *);
    void (*permutation_rows)(uint32_t *, size_t, size_t);
    void (*hash_rows)(const uint32_t *, size_t, size_t, size_t, uint32_t *);
    void (*compress_level)(const uint32_t *, size_t, uint32_t *);
    bool (*grind)(const uint32_t *, unsigned, unsigned, uint64_t, uint64_t, uint32_t *);
    bool (*ntt_forward)(uint32_t *, unsigned, size_t, size_t, uint32_t);
    bool (*ntt_inverse)(uint32_t *, unsigned, size_t, size_t, uint32_t);
    bool (*coset_lde)(const uint32_t *, size_t, unsigned, size_t, unsigned, uint32_t, uint32_t *, size_t);
    void (*fold)(const uint32_t *, unsigned, unsigned, uint32_t, const uint32_t *, size_t, size_t, uint32_t *);
    void (*combine_rows)(const uint32_t *, size_t, size_t, size_t, const uint32_t *, uint32_t *);
    void (*column_dots)(const uint32_t *, size_t, size_t, size_t, const uint32_t *, uint32_t *);
    void (*ext_multiply)(const uint32_t *, const uint32_t *, size_t, uint32_t *);
    void (*ext_inverse)(uint32_t *, size_t);
    void (*eval_program)(const ck_instr *, size_t, const ck_eval_ctx *, size_t, size_t, uint32_t *, uint32_t *);
} ck_kernels;

extern const ck_kernels ck_kernels_portable;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2;
extern const ck_kernels ck_kernels_avx512;
#endif

#endif
