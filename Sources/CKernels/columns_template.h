// Rows in memory to vectors of one column each; included once per instruction set.

/// columns[0..<capacity] = words offset... of each of the LANES rows; words past n are zero. `capacity` is a
/// multiple of LANES.
CK_INLINE void load_columns(V *columns, const uint32_t *const *rows, size_t offset, size_t n, size_t capacity) {
    for (size_t tile = 0; tile < capacity; tile += LANES) {
        size_t left = n > tile ? n - tile : 0;
        if (left >= LANES) {
            for (int l = 0; l < LANES; ++l) columns[tile + l] = v_load(rows[l] + offset + tile);
        } else {
            for (int l = 0; l < LANES; ++l) columns[tile + l] = v_load_first(rows[l] + offset + tile, left);
        }
        v_transpose(columns + tile);
    }
}

/// Four vectors, the coefficients of LANES Ext values, to `count` <= LANES consecutive Ext.
CK_INLINE void store_ext(const V *coefficients, uint32_t *out, size_t count) {
    uint32_t words[4][LANES];
    for (int k = 0; k < 4; ++k) v_store(words[k], coefficients[k]);
    for (size_t l = 0; l < count; ++l)
        for (int k = 0; k < 4; ++k) out[4 * l + k] = words[k][l];
}

/// Pointers to the `width`-word rows first..., the last of `end` repeated.
CK_INLINE void row_pointers(const uint32_t **rows, const uint32_t *base, size_t stride, size_t first, size_t end) {
    for (size_t l = 0; l < LANES; ++l) rows[l] = base + stride * (first + l < end ? first + l : end - 1);
}

/// An Ext constant prepared for multiplication: output k is the dot product with row k.
typedef struct {
    V rows[4][4];
} FN(ext_constant);

CK_INLINE void ext_constant(const uint32_t *b, FN(ext_constant) *constant) {
    for (int k = 0; k < 4; ++k)
        for (int i = 0; i < 4; ++i) {
            uint32_t word = b[(k - i) & 3];
            constant->rows[k][i] = v_set1(i > k ? f_add(f_add(word, word), word) : word);
        }
}

/// out = a * constant; `out` may be `a`.
CK_INLINE void ext_apply(const V *a, const FN(ext_constant) *constant, V *out) {
    V copy[4] = {a[0], a[1], a[2], a[3]};
    for (int k = 0; k < 4; ++k) out[k] = v_dot4_uniform(copy, constant->rows[k]);
}

/// out = a * b; `out` may be `a` or `b`.
CK_INLINE void ext_times(const V *a, const V *b, V *out) {
    V c[4] = {a[0], a[1], a[2], a[3]};
    V tripled[4];
    for (int i = 1; i < 4; ++i) tripled[i] = v_add(v_add(b[i], b[i]), b[i]);
    V row0[4] = {b[0], tripled[3], tripled[2], tripled[1]}, row1[4] = {b[1], b[0], tripled[3], tripled[2]};
    V row2[4] = {b[2], b[1], b[0], tripled[3]}, row3[4] = {b[3], b[2], b[1], b[0]};
    out[0] = v_dot4(c, row0);
    out[1] = v_dot4(c, row1);
    out[2] = v_dot4(c, row2);
    out[3] = v_dot4(c, row3);
}
