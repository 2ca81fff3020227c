// fake_quantize_f32_lanes.h: the vector version of fake_quantize_f32.c, which see. Included within a region (see lanes.h).

float CK_NAME(ck_f32_largest_magnitude)(size_t count, const float *x) {
  vf largest = vzero(), spoilt = vzero();  // 0 times what isn't finite is NaN, and stays so in a sum
  for (size_t i = 0; i < count; i += CK_LANES) {
    const vf v = vload_n(x + i, count - i < CK_LANES ? count - i : CK_LANES);
    largest = vmax(vabs(v), largest);
    spoilt = vadd(spoilt, vmul(v, vzero()));
  }
  return isnan(vsum(spoilt)) ? NAN : vlargest(largest);
}

CK_INLINE vf CK_NAME(ck_fake_quotient)(vf x, const int reciprocal, ck_fake_step step) {
  return reciprocal ? vmul(x, vset(step.inverse)) : vdiv(x, vset(step.scale));
}

// `reciprocal` is a constant where this is expanded.
CK_INLINE void CK_NAME(ck_fake_group)(size_t count, const int reciprocal, float limit, float lowest, ck_fake_step step,
                                      const float *x, float *y) {
  const vf above = vset(limit), below = vset(lowest), scale = vset(step.scale);
  for (size_t j = 0; j < count; j += CK_LANES) {
    const size_t n = count - j < CK_LANES ? count - j : CK_LANES;
    const vf t = CK_NAME(ck_fake_quotient)(vload_n(x + j, n), reciprocal, step);
    vstore_n(y + j, vmul(vround(vmax(vmin(t, above), below)), scale), n);
  }
}

void CK_NAME(ck_f32_fake_quantize)(size_t rows, size_t columns, const ck_fake_quantize_args *args, const float *x,
                                   float *y, float *scales) {
  const float limit = args->limit, lowest = args->lowest;
  for (size_t i = 0; i < rows; ++i) {
    const float row_step =
        args->progressive ? ck_fake_row_step(args, CK_NAME(ck_f32_largest_magnitude)(columns, x + i * columns)) : 0.0f;
    for (size_t begin = 0; begin < columns; begin += args->group) {
      const size_t count = columns - begin < args->group ? columns - begin : args->group;
      const float *in = x + i * columns + begin;
      float *out = y + i * columns + begin;
      const float largest = args->scale == 0.0f ? CK_NAME(ck_f32_largest_magnitude)(count, in) : 0.0f;
      const ck_fake_step step = ck_fake_step_of(args, row_step, largest);
      if (args->reciprocal) {
        CK_NAME(ck_fake_group)(count, 1, limit, lowest, step, in, out);
      } else {
        CK_NAME(ck_fake_group)(count, 0, limit, lowest, step, in, out);
      }
      if (scales) *scales++ = step.scale;
    }
  }
}

void CK_NAME(ck_f32_fake_quantize_vjp)(size_t count, const ck_fake_quantize_args *args, const float *dy,
                                       const float *x, float *dx) {
  const ck_fake_step step = {args->scale, 1.0f / args->scale};
  const vf limit = vset(args->limit), lowest = vset(args->lowest);
  for (size_t i = 0; i < count; i += CK_LANES) {
    const size_t n = count - i < CK_LANES ? count - i : CK_LANES;
    const vf q = vround(CK_NAME(ck_fake_quotient)(vload_n(x + i, n), args->reciprocal, step));
    const vf passed = vselect(vless(q, lowest), vzero(), vload_n(dy + i, n));
    vstore_n(dx + i, vselect(vless(limit, q), vzero(), passed), n);
  }
}
