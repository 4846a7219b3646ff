#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

// Every function below this line may use the instruction set; dispatch.c asks the CPU before it calls one.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)

#include "vector_avx512.h"

#include "poseidon2_constants.h"

#include "single_avx512.h"

#define CK_SINGLE poseidon2_single_avx512

#include "level_template.h"

#pragma clang attribute pop
#endif
