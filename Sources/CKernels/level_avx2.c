#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

// Every function below this line may use the instruction set; dispatch.c asks the CPU before it calls one.
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#include "vector_avx2.h"

#define CK_SINGLE NULL

#include "level_template.h"

#pragma clang attribute pop
#endif
