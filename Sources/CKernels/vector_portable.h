// Vectors of one lane: the portable level, for any CPU.
#include "field.h"

#define LANES 1
#define FN(name) name##_portable
/// The most steps of a transform that are done in registers.
#define CK_STEPS 2
typedef uint32_t V;

CK_INLINE V v_load(const uint32_t *p) { return *p; }
CK_INLINE void v_store(uint32_t *p, V a) { *p = a; }
CK_INLINE V v_set1(uint32_t a) { return a; }
CK_INLINE V v_zero(void) { return 0; }
CK_INLINE V v_add(V a, V b) { return f_add(a, b); }
CK_INLINE V v_sub(V a, V b) { return f_sub(a, b); }
CK_INLINE V v_mul(V a, V b) { return f_mul(a, b); }
/// a * b where every lane of b holds the same value.
CK_INLINE V v_mul1(V a, V b) { return f_mul(a, b); }
/// a - b + p, which is below 2p: enough for a product.
CK_INLINE V v_sub_loose(V a, V b) { return a - b + CK_P; }
/// b[k] * c[k] to b[k], each c of one value.
CK_INLINE void v_mul1_each(V *b, const V *c, const int count) {
    for (int k = 0; k < count; ++k) b[k] = v_mul1(b[k], c[k]);
}
CK_INLINE V v_half(V a) { return f_half(a); }
/// (a + c)^3 where `c_minus_p` is c - p mod 2^32.
CK_INLINE V v_cube_after_adding(V a, uint32_t c_minus_p) {
    V x = f_add(a, c_minus_p + CK_P);
    return f_mul(f_mul(x, x), x);
}
/// The same for eight vectors at once.
CK_INLINE void v_cube8_after_adding(V *a, const uint32_t *constants) {
    for (int i = 0; i < 8; ++i) a[i] = v_cube_after_adding(a[i], constants[i] - CK_P);
}
/// a / 2^n, 0 < n <= 24: with a = high 2^n + low and 2^-n = -127 2^(24-n), it is high - 127 low 2^(24-n).
CK_INLINE V v_shift_down(V a, int n) {
    V top = a << (32 - n);
    V r = (a >> n) + (top >> 8) - (top >> 1);
    return (int32_t)r < 0 ? r + CK_P : r;
}
/// sum_i a[i] * b[i] over four pairs.
CK_INLINE V v_dot4(const V *a, const V *b) {
    return f_add(f_add(f_mul(a[0], b[0]), f_mul(a[1], b[1])), f_add(f_mul(a[2], b[2]), f_mul(a[3], b[3])));
}
/// The same where every lane of each b[i] holds one value.
CK_INLINE V v_dot4_uniform(const V *a, const V *b) { return v_dot4(a, b); }
/// In-place transposition of LANES vectors.
CK_INLINE void v_transpose(V *a) { (void)a; }
/// The first n <= LANES words of p, zeros after them.
CK_INLINE V v_load_first(const uint32_t *p, size_t n) { return n == 0 ? 0 : *p; }
CK_INLINE void v_store_first(uint32_t *p, V a, size_t n) {
    if (n != 0) *p = a;
}
