// adamw_f32: one step of Adam with decoupled weight decay.
//
//   g = gradient_scale * gradient
//   w -= learning_rate * weight_decay * w
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//   w -= learning_rate / bias_correction1 * m / (sqrt(v / bias_correction2) + epsilon)
//
// Layout  count contiguous floats each, any alignment, apart from each other.
// Scalar  the definition.
// Vector  the same steps, products and sums fused.
// Source  Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, arXiv:1711.05101, algorithm 2, with the
//         decay scaled by the learning rate and epsilon outside the root, as PyTorch has it.

#include <math.h>

#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

void ck_f32_adamw_scalar(size_t count, const ck_adamw_args *args, const float *gradient, float *weight, float *m,
                         float *v) {
  const float kept = 1.0f - args->learning_rate * args->weight_decay;
  const float step = args->learning_rate / args->bias_correction1;
  for (size_t i = 0; i < count; ++i) {
    float g = args->gradient_scale * gradient[i];
    m[i] = args->beta1 * m[i] + (1.0f - args->beta1) * g;
    v[i] = args->beta2 * v[i] + (1.0f - args->beta2) * g * g;
    weight[i] = kept * weight[i] - step * m[i] / (sqrtf(v[i] / args->bias_correction2) + args->epsilon);
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "adamw_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "adamw_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
