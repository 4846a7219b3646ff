// All kernels of one instruction set, and their table. The including file defines V, LANES, FN and the primitives.
#include <string.h>

#include "kernels.h"

#include "poseidon2_template.h"

#include "ntt_template.h"

#include "opening_template.h"

#include "program_template.h"

const ck_kernels FN(ck_kernels) = {
    .poseidon2_permute = FN(poseidon2_permute),
    .poseidon2_single = CK_SINGLE,
    .permutation_rows = FN(permutation_rows),
    .hash_rows = FN(hash_rows),
    .compress_level = FN(compress_level),
    .grind = FN(grind),
    .ntt_forward = FN(ntt_forward),
    .ntt_inverse = FN(ntt_inverse),
    .coset_lde = FN(coset_lde),
    .fold = FN(fold),
    .combine_rows = FN(combine_rows),
    .column_dots = FN(column_dots),
    .ext_multiply = FN(ext_multiply),
    .ext_inverse = FN(ext_inverse),
    .eval_program = FN(eval_program),
};
