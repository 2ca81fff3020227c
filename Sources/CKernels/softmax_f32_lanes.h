// softmax_f32_lanes.h: the vector version of softmax_f32.c, which see. Included within a region (see lanes.h).

#include "lanes_math.h"

void CK_NAME(ck_f32_softmax)(size_t rows, size_t columns, const float *x, float *y) {
  for (size_t i = 0; i < rows; ++i) {
    const float *in = x + i * columns;
    float *out = y + i * columns;
    vf largest = vset(-INFINITY), sum[CK_PARTS];
    for (size_t part = 0; part < CK_PARTS; ++part) sum[part] = vzero();
    for (size_t j = 0; j < columns; j += CK_LANES) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      largest = vmax(vselect(vfirst(n), vload_n(in + j, n), vset(-INFINITY)), largest);
    }
    largest = vset(vlargest(largest));
    for (size_t j = 0, part = 0; j < columns; j += CK_LANES, part = (part + 1) % CK_PARTS) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      vf e = vexp(vsub(vload_n(in + j, n), largest));
      vstore_n(out + j, e, n);
      sum[part] = vadd(sum[part], vselect(vfirst(n), e, vzero()));
    }
    const vf total = vset(vsum_parts(sum));
    for (size_t j = 0; j < columns; j += CK_LANES) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      vstore_n(out + j, vdiv(vload_n(out + j, n), total), n);
    }
  }
}
