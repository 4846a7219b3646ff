// The interpreter of straight-line programs; included once per instruction set.

#define BLOCK CK_BLOCK_ROWS
#define EACH_LANE for (size_t i = 0; i < BLOCK; i += LANES)

/// Transposes columns of rows begin..<begin + BLOCK (the last row before `end` repeated) into consecutive slots.
static void FN(load_matrix)(const ck_view *view, size_t begin, size_t end, uint32_t *slots) {
    for (size_t r = 0; r < BLOCK; r += LANES) {
        const uint32_t *rows[LANES];
        for (size_t l = 0; l < LANES; ++l) {
            size_t row = begin + r + l;
            rows[l] = view->data + view->stride * (row < end ? row : end - 1);
        }
        for (size_t c = 0; c < view->width; c += LANES) {
            V columns[LANES];
            load_columns(columns, rows, c, view->width - c, LANES);
            for (size_t l = 0; l < LANES && c + l < view->width; ++l) v_store(slots + (c + l) * BLOCK + r, columns[l]);
        }
    }
}

static void FN(load_next)(const ck_eval_ctx *ctx, size_t begin, size_t end, uint32_t *slots) {
    const ck_view *views[3] = {&ctx->main, &ctx->stage2, &ctx->fixed};
    for (size_t k = 0; k < ctx->next_count; ++k) {
        const ck_view *view = views[ctx->next_columns[k].matrix];
        const uint32_t *column = view->data + ctx->next_columns[k].column;
        for (size_t i = 0; i < BLOCK; ++i) {
            size_t row = begin + i < end ? begin + i : end - 1;
            slots[k * BLOCK + i] = column[view->stride * ctx->next_row[row]];
        }
    }
}

CK_INLINE void ext_load(const uint32_t *slot, V *value) {
    for (int k = 0; k < 4; ++k) value[k] = v_load(slot + k * BLOCK);
}
CK_INLINE void ext_store(uint32_t *slot, const V *value) {
    for (int k = 0; k < 4; ++k) v_store(slot + k * BLOCK, value[k]);
}

/// sum += S[a] * KE[b] for a run of one to four ASSERT instructions, with one reduction for all.
static void FN(assert_run)(const ck_instr *run, size_t count, const uint32_t *slots, const uint32_t *constants,
                           uint32_t *sum) {
    const uint32_t *source[4];
    V weights[4][4];
    for (size_t j = 0; j < 4; ++j) {
        source[j] = slots + (size_t)run[j < count ? j : 0].a * BLOCK;
        for (int k = 0; k < 4; ++k) weights[k][j] = j < count ? v_set1(constants[run[j].b + k]) : v_zero();
    }
    EACH_LANE {
        V a[4] = {v_load(source[0] + i), v_load(source[1] + i), v_load(source[2] + i), v_load(source[3] + i)};
        for (int k = 0; k < 4; ++k)
            v_store(sum + k * BLOCK + i, v_add(v_load(sum + k * BLOCK + i), v_dot4_uniform(a, weights[k])));
    }
}

static void FN(store_column)(const ck_eval_ctx *ctx, const uint32_t *slot, size_t column, size_t begin, size_t end) {
    for (size_t i = 0; i < BLOCK && begin + i < end; ++i)
        ctx->store[(begin + i) * ctx->store_stride + column] = slot[i];
}

/// The base-field operations on one block.
CK_INLINE void base_operation(unsigned op, uint32_t *d, const uint32_t *a, const uint32_t *b, uint32_t constant) {
    V k = v_set1(constant);
    switch (op) {
    case CK_OP_ADD: EACH_LANE v_store(d + i, v_add(v_load(a + i), v_load(b + i))); break;
    case CK_OP_SUB: EACH_LANE v_store(d + i, v_sub(v_load(a + i), v_load(b + i))); break;
    case CK_OP_MUL: EACH_LANE v_store(d + i, v_mul(v_load(a + i), v_load(b + i))); break;
    case CK_OP_ADDK: EACH_LANE v_store(d + i, v_add(v_load(a + i), k)); break;
    case CK_OP_MULK: EACH_LANE v_store(d + i, v_mul1(v_load(a + i), k)); break;
    case CK_OP_KSUB: EACH_LANE v_store(d + i, v_sub(k, v_load(a + i))); break;
    default: EACH_LANE v_store(d + i, k); break;
    }
}

/// The operations whose result is an extension element, on one block.
static void FN(ext_operation)(unsigned op, uint32_t *d, const uint32_t *a, const uint32_t *b, const uint32_t *words) {
    FN(ext_constant) constant;
    if (op == CK_OP_EMULK || op == CK_OP_EASSERT) ext_constant(words, &constant);
    EACH_LANE {
        V x[4], y[4];
        switch (op) {
        case CK_OP_EADD:
            for (int k = 0; k < 4; ++k) x[k] = v_add(v_load(a + k * BLOCK + i), v_load(b + k * BLOCK + i));
            break;
        case CK_OP_ESUB:
            for (int k = 0; k < 4; ++k) x[k] = v_sub(v_load(a + k * BLOCK + i), v_load(b + k * BLOCK + i));
            break;
        case CK_OP_EMUL:
            ext_load(a + i, x);
            ext_load(b + i, y);
            ext_times(x, y, x);
            break;
        case CK_OP_EMULB:
            for (int k = 0; k < 4; ++k) x[k] = v_mul(v_load(a + k * BLOCK + i), v_load(b + i));
            break;
        case CK_OP_EADDB:
            ext_load(a + i, x);
            x[0] = v_add(x[0], v_load(b + i));
            break;
        case CK_OP_EADDK:
            for (int k = 0; k < 4; ++k) x[k] = v_add(v_load(a + k * BLOCK + i), v_set1(words[k]));
            break;
        case CK_OP_EMULK:
            ext_load(a + i, x);
            ext_apply(x, &constant, x);
            break;
        case CK_OP_ESETK:
            for (int k = 0; k < 4; ++k) x[k] = v_set1(words[k]);
            break;
        case CK_OP_EMAC:
            for (int k = 0; k < 4; ++k)
                x[k] = v_add(v_load(d + k * BLOCK + i), v_mul1(v_load(a + i), v_set1(words[k])));
            break;
        default: // CK_OP_EASSERT, with d the running sum
            ext_load(a + i, x);
            ext_apply(x, &constant, x);
            for (int k = 0; k < 4; ++k) x[k] = v_add(x[k], v_load(d + k * BLOCK + i));
            break;
        }
        ext_store(d + i, x);
    }
}

static void FN(run_block)(const ck_instr *program, size_t n, const ck_eval_ctx *ctx, size_t begin, size_t end,
                          uint32_t *slots, uint32_t *sum) {
    const uint32_t *constants = ctx->constants;
    for (size_t at = 0; at < n; ++at) {
        const ck_instr *in = program + at;
        uint32_t *d = slots + (size_t)in->dst * BLOCK;
        const uint32_t *a = slots + (size_t)in->a * BLOCK, *b = slots + (size_t)in->b * BLOCK;
        switch (in->op) {
        case CK_OP_ADD: base_operation(CK_OP_ADD, d, a, b, 0); break;
        case CK_OP_SUB: base_operation(CK_OP_SUB, d, a, b, 0); break;
        case CK_OP_MUL: base_operation(CK_OP_MUL, d, a, b, 0); break;
        case CK_OP_ADDK: base_operation(CK_OP_ADDK, d, a, a, constants[in->b]); break;
        case CK_OP_MULK: base_operation(CK_OP_MULK, d, a, a, constants[in->b]); break;
        case CK_OP_KSUB: base_operation(CK_OP_KSUB, d, a, a, constants[in->b]); break;
        case CK_OP_SETK: base_operation(CK_OP_SETK, d, d, d, constants[in->b]); break;
        case CK_OP_ASSERT: {
            size_t count = 1;
            while (count < 4 && at + count < n && program[at + count].op == CK_OP_ASSERT) ++count;
            FN(assert_run)(in, count, slots, constants, sum);
            at += count - 1;
            break;
        }
        case CK_OP_EASSERT: FN(ext_operation)(in->op, sum, a, a, constants + in->b); break;
        case CK_OP_STORE: FN(store_column)(ctx, a, in->b, begin, end); break;
        default: FN(ext_operation)(in->op, d, a, b, constants == NULL ? NULL : constants + in->b); break;
        }
    }
}

static void FN(eval_program)(const ck_instr *program, size_t n, const ck_eval_ctx *ctx, size_t row_begin,
                             size_t row_end, uint32_t *scratch, uint32_t *out_ext) {
    uint32_t *sum = scratch + ctx->slot_count * BLOCK;
    for (size_t begin = row_begin; begin < row_end; begin += BLOCK) {
        uint32_t *slots = scratch;
        FN(load_matrix)(&ctx->main, begin, row_end, slots);
        slots += ctx->main.width * BLOCK;
        FN(load_matrix)(&ctx->stage2, begin, row_end, slots);
        slots += ctx->stage2.width * BLOCK;
        FN(load_matrix)(&ctx->fixed, begin, row_end, slots);
        slots += ctx->fixed.width * BLOCK;
        FN(load_next)(ctx, begin, row_end, slots);
        memset(sum, 0, 4 * BLOCK * sizeof(uint32_t));
        FN(run_block)(program, n, ctx, begin, row_end, scratch, sum);
        if (out_ext == NULL) continue;
        for (size_t i = 0; i < BLOCK && begin + i < row_end; ++i)
            for (int k = 0; k < 4; ++k) out_ext[4 * (begin + i) + k] = sum[k * BLOCK + i];
    }
}
