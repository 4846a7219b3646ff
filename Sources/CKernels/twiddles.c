#include "twiddles.h"

#include <pthread.h>

uint32_t ck_root_table[1 << CK_TWIDDLE_LOG];
uint32_t ck_inverse_root_table[1 << CK_TWIDDLE_LOG];
uint32_t ck_root_high[1 << CK_TWIDDLE_HIGH_LOG];
uint32_t ck_inverse_root_high[1 << CK_TWIDDLE_HIGH_LOG];

static pthread_once_t once = PTHREAD_ONCE_INIT;

/// table[k] = the product over the bits b < bits of k of the root (or its inverse) of order 2^(b + log_order).
static void fill_table(uint32_t *table, unsigned bits, unsigned log_order, int inverse) {
    table[0] = CK_R1;
    for (unsigned bit = 0; bit < bits; ++bit) {
        size_t half = (size_t)1 << bit;
        uint32_t root = f_root(bit + log_order);
        if (inverse) root = f_inv(root);
        for (size_t i = 0; i < half; ++i) table[half + i] = f_mul(table[i], root);
    }
}

static void fill(void) {
    fill_table(ck_root_table, CK_TWIDDLE_LOG, 2, 0);
    fill_table(ck_inverse_root_table, CK_TWIDDLE_LOG, 2, 1);
    fill_table(ck_root_high, CK_TWIDDLE_HIGH_LOG, CK_TWIDDLE_LOG + 2, 0);
    fill_table(ck_inverse_root_high, CK_TWIDDLE_HIGH_LOG, CK_TWIDDLE_LOG + 2, 1);
}

void ck_twiddles_prepare(void) { pthread_once(&once, fill); }
