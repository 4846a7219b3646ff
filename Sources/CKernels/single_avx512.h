// One Poseidon2 permutation with its state in one vector: for hash chains, which have nothing to do side by side.
// It takes less than half the time of the scalar code.

#define IN_QUARTERS(v, order) _mm512_shuffle_epi32(v, order)
#define QUARTERS(v, order) _mm512_shuffle_i32x4(v, v, order)
#define ROTATE_1 0x39
#define ROTATE_2 0x4e

/// x -> M_E x; each quarter of the vector is one block of four. M4 x = 2x + 3 r(x) + r^2(x) + r^3(x), r the rotation.
CK_INLINE V single_external(V x) {
    V next = IN_QUARTERS(x, ROTATE_1);
    V pair = v_add(x, next);
    V y = v_add(v_add(pair, IN_QUARTERS(pair, ROTATE_2)), v_add(pair, next));
    V half = v_add(y, QUARTERS(y, ROTATE_2));
    return v_add(y, v_add(half, QUARTERS(half, ROTATE_1)));
}

/// (x + c)^3 for a vector of c - p.
CK_INLINE V single_cube(V x, V c_minus_p) {
    x = _mm512_add_epi32(x, c_minus_p);
    V x_odd = v_odd(x);
    V even = v_odd(v_step_signed(_mm512_mul_epi32(x, x)));
    V odd = v_odd(v_step_signed(_mm512_mul_epi32(x_odd, x_odd)));
    V d = v_high(v_step_signed(_mm512_mul_epi32(even, x)), v_step_signed(_mm512_mul_epi32(odd, x_odd)));
    return _mm512_min_epu32(d, _mm512_add_epi32(d, v_set1(CK_P)));
}

/// The sum of all lanes, in all lanes.
CK_INLINE V single_sum(V x) {
    x = v_add(x, IN_QUARTERS(x, ROTATE_1));
    x = v_add(x, IN_QUARTERS(x, ROTATE_2));
    x = v_add(x, QUARTERS(x, ROTATE_1));
    return v_add(x, QUARTERS(x, ROTATE_2));
}

static void poseidon2_single_avx512(uint32_t *state) {
    const V p = v_set1(CK_P), diagonal = v_load(ck_internal_diagonal);
    V x = single_external(v_load(state));
    for (int r = 0; r < 4; ++r)
        x = single_external(single_cube(x, _mm512_sub_epi32(v_load(ck_rc_initial + 16 * r), p)));
    // Element 0 lives in every lane of `first`; lane 0 of x is zero meanwhile.
    V first = _mm512_broadcastd_epi32(_mm512_castsi512_si128(x));
    x = _mm512_maskz_mov_epi32(0xfffe, x);
    for (int r = 0; r < 20; ++r) {
        V cube = single_cube(first, v_set1(ck_rc_partial[r] - CK_P));
        V rest = single_sum(x), sum = v_add(rest, cube);
        x = _mm512_maskz_mov_epi32(0xfffe, v_add(sum, v_mul(x, diagonal)));
        first = v_sub(rest, cube);
    }
    x = _mm512_mask_mov_epi32(x, 1, first);
    for (int r = 0; r < 4; ++r)
        x = single_external(single_cube(x, _mm512_sub_epi32(v_load(ck_rc_final + 16 * r), p)));
    v_store(state, x);
}
