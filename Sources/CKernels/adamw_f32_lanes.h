// adamw_f32_lanes.h: the vector version of adamw_f32.c, which see. Included within a region (see lanes.h).

CK_INLINE void CK_NAME(ck_adamw_step)(const ck_adamw_args *args, size_t n, const float *gradient, float *weight,
                                      float *m, float *v) {
  const vf kept = vset(1.0f - args->learning_rate * args->weight_decay);
  const vf step = vset(args->learning_rate / args->bias_correction1);
  vf g = vmul(vset(args->gradient_scale), vload_n(gradient, n));
  vf first = vfma(vset(args->beta1), vload_n(m, n), vmul(vset(1.0f - args->beta1), g));
  vf second = vfma(vset(args->beta2), vload_n(v, n), vmul(vmul(vset(1.0f - args->beta2), g), g));
  vf root = vadd(vsqrt(vdiv(second, vset(args->bias_correction2))), vset(args->epsilon));
  vf change = vdiv(vmul(step, first), root);
  vstore_n(m, first, n);
  vstore_n(v, second, n);
  vstore_n(weight, vsub(vmul(kept, vload_n(weight, n)), change), n);
}

void CK_NAME(ck_f32_adamw)(size_t count, const ck_adamw_args *args, const float *gradient, float *weight, float *m,
                           float *v) {
  const ck_adamw_args held = *args;  // apart from what is written
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_fetch_stream(gradient + i);
    ck_fetch_stream(weight + i);
    ck_fetch_stream(m + i);
    ck_fetch_stream(v + i);
    CK_NAME(ck_adamw_step)(&held, CK_LANES, gradient + i, weight + i, m + i, v + i);
  }
  if (i < count) CK_NAME(ck_adamw_step)(&held, count - i, gradient + i, weight + i, m + i, v + i);
}
