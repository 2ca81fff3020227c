// dropout_f32_lanes.h: the vector version of dropout_f32.c, which see. Included within a region (see lanes.h).

#include "dropout_lanes.h"

void CK_NAME(ck_f32_dropout)(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y) {
  CK_NAME(ck_drop)(count, dropout, offset, x, y);
}
