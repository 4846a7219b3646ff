// FRI folding and the sums the openings need; included once per instruction set.

/// Folds by two, log_arity times, on LANES neighbouring groups. One fold of the pair at x and -x is, but for the
/// factor 1/2 collected in `scale`, (v0 + v1) + beta (v0 - v1) / x, and pair i of a layer has x = shift * ck_root(i);
/// the next layer has beta^2 and shift^2, and the squares of the lanes' own 1/x serve it.
static void FN(fold)(const uint32_t *values, unsigned log_n, unsigned log_arity, uint32_t shift, const uint32_t *beta,
                     size_t begin, size_t end, uint32_t *out) {
    (void)log_n;
    const size_t arity = (size_t)1 << log_arity;
    const uint32_t shift_inverse = f_inv(shift);
    const V scale = v_set1(f_inv(f_from((uint32_t)arity)));
    FN(ext_constant) betas[3];
    uint32_t power[4] = {beta[0], beta[1], beta[2], beta[3]};
    for (unsigned step = 0; step < log_arity; ++step) {
        ext_constant(power, &betas[step]);
        uint32_t copy[4] = {power[0], power[1], power[2], power[3]};
        e_mul(copy, copy, power);
    }
    for (size_t j = begin; j < end; j += LANES) {
        const uint32_t *rows[LANES];
        uint32_t twiddles[LANES];
        row_pointers(rows, values, 4 * arity, j, end);
        for (size_t l = 0; l < LANES; ++l)
            twiddles[l] = f_mul(shift_inverse, ck_inverse_root((j + l < end ? j + l : end - 1) * (arity / 2)));
        V v[32];
        load_columns(v, rows, 0, 4 * arity, 32);
        V inverse = v_load(twiddles);
        for (unsigned step = 0; step < log_arity; ++step) {
            size_t pairs = arity >> (step + 1);
            for (size_t i = 0; i < pairs; ++i) {
                V x = v_mul1(inverse, v_set1(ck_inverse_root(i))), difference[4], sum[4];
                for (int k = 0; k < 4; ++k) {
                    sum[k] = v_add(v[8 * i + k], v[8 * i + 4 + k]);
                    difference[k] = v_mul(v_sub(v[8 * i + k], v[8 * i + 4 + k]), x);
                }
                ext_apply(difference, &betas[step], difference);
                for (int k = 0; k < 4; ++k) v[4 * i + k] = v_add(sum[k], difference[k]);
            }
            inverse = v_mul(inverse, inverse);
        }
        for (int k = 0; k < 4; ++k) v[k] = v_mul1(v[k], scale);
        store_ext(v, out + 4 * j, end - j < LANES ? end - j : LANES);
    }
}

static void FN(combine_rows)(const uint32_t *matrix, size_t rows, size_t width, size_t stride,
                             const uint32_t *weights, uint32_t *accumulator) {
    for (size_t r = 0; r < rows; r += LANES) {
        const uint32_t *row[LANES], *accumulators[LANES];
        row_pointers(row, matrix, stride, r, rows);
        row_pointers(accumulators, accumulator, 4, r, rows);
        V sum[16];
        load_columns(sum, accumulators, 0, 4, 16);
        for (size_t c = 0; c < width; c += 16) {
            V columns[16];
            load_columns(columns, row, c, width - c, 16);
            for (size_t j = 0; j < 16 && c + j < width; j += 4) {
                size_t count = width - c - j < 4 ? width - c - j : 4;
                const uint32_t *w = weights + 4 * (c + j);
                for (int k = 0; k < 4; ++k) {
                    V b[4] = {v_set1(w[k]), count > 1 ? v_set1(w[4 + k]) : v_zero(),
                              count > 2 ? v_set1(w[8 + k]) : v_zero(), count > 3 ? v_set1(w[12 + k]) : v_zero()};
                    sum[k] = v_add(sum[k], v_dot4_uniform(columns + j, b));
                }
            }
        }
        store_ext(sum, accumulator + 4 * r, rows - r < LANES ? rows - r : LANES);
    }
}

static void FN(column_dots)(const uint32_t *matrix, size_t rows, size_t width, size_t stride, const uint32_t *weights,
                            uint32_t *out) {
    for (size_t c = 0; c < width; c += LANES) {
        size_t columns = width - c < LANES ? width - c : LANES;
        V sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
        for (size_t r = 0; r < rows; r += 4) {
            size_t count = rows - r < 4 ? rows - r : 4;
            V values[4];
            for (size_t i = 0; i < 4; ++i) {
                const uint32_t *row = matrix + (r + i) * stride + c;
                if (i >= count)
                    values[i] = v_zero();
                else
                    values[i] = columns == LANES ? v_load(row) : v_load_first(row, columns);
            }
            const uint32_t *w = weights + 4 * r;
            for (int k = 0; k < 4; ++k) {
                V b[4] = {v_set1(w[k]), count > 1 ? v_set1(w[4 + k]) : v_zero(),
                          count > 2 ? v_set1(w[8 + k]) : v_zero(), count > 3 ? v_set1(w[12 + k]) : v_zero()};
                sum[k] = v_add(sum[k], v_dot4_uniform(values, b));
            }
        }
        store_ext(sum, out + 4 * c, columns);
    }
}

static void FN(ext_multiply)(const uint32_t *a, const uint32_t *b, size_t n, uint32_t *out) {
    for (size_t i = 0; i < n; i += LANES) {
        const uint32_t *left[LANES], *right[LANES];
        row_pointers(left, a, 4, i, n);
        row_pointers(right, b, 4, i, n);
        V x[16], y[16];
        load_columns(x, left, 0, 4, 16);
        load_columns(y, right, 0, 4, 16);
        ext_times(x, y, x);
        store_ext(x, out + 4 * i, n - i < LANES ? n - i : LANES);
    }
}

CK_INLINE V v_power(V a, int squarings, V factor) {
    for (int i = 0; i < squarings; ++i) a = v_mul(a, a);
    return v_mul(a, factor);
}

/// a^(p - 2), p - 2 = 0b1111110 111111111111111111111111.
CK_INLINE V v_inverse(V a) {
    V ones2 = v_power(a, 1, a), ones3 = v_power(ones2, 1, a), ones6 = v_power(ones3, 3, ones3);
    V ones12 = v_power(ones6, 6, ones6), ones24 = v_power(ones12, 12, ones12);
    return v_power(v_mul(ones6, ones6), 24, ones24);
}

CK_INLINE V v_triple(V a) { return v_add(v_add(a, a), a); }

/// 1 / c in F[x]/(x^4 - 3) by way of the norm to F[x^2]; see Ext.inverse.
static void FN(ext_inverse)(uint32_t *values, size_t n) {
    for (size_t i = 0; i < n; i += LANES) {
        const uint32_t *rows[LANES];
        row_pointers(rows, values, 4, i, n);
        V c[16];
        load_columns(c, rows, 0, 4, 16);
        V c13 = v_mul(c[1], c[3]), c02 = v_mul(c[0], c[2]);
        V norm0 = v_add(v_mul(c[0], c[0]), v_triple(v_sub(v_mul(c[2], c[2]), v_add(c13, c13))));
        V norm1 = v_sub(v_sub(v_add(c02, c02), v_mul(c[1], c[1])), v_triple(v_mul(c[3], c[3])));
        V scale = v_inverse(v_sub(v_mul(norm0, norm0), v_triple(v_mul(norm1, norm1))));
        V u = v_mul(norm0, scale), v = v_sub(v_zero(), v_mul(norm1, scale));
        V result[4] = {
            v_add(v_mul(c[0], u), v_triple(v_mul(c[2], v))),
            v_sub(v_zero(), v_add(v_mul(c[1], u), v_triple(v_mul(c[3], v)))),
            v_add(v_mul(c[0], v), v_mul(c[2], u)),
            v_sub(v_zero(), v_add(v_mul(c[1], v), v_mul(c[3], u))),
        };
        store_ext(result, values + 4 * i, n - i < LANES ? n - i : LANES);
    }
}
