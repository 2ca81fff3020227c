// activation_scalar.h: activations, their derivatives, exp and the like for one float: vactivate_scalar, vexp_scalar...

#ifndef CK_ACTIVATION_SCALAR_H
#define CK_ACTIVATION_SCALAR_H

#include "ckernels.h"
#include "scalar.h"

#define CK_ISA scalar
#include "activation_lanes.h"
#undef CK_ISA

#endif  // CK_ACTIVATION_SCALAR_H
