internal import CKernels

/// A function applied to each element.
public enum Activation: Hashable, Sendable {
  /// The identity.
  case none
  /// x Φ(x), by the error function: Hugging Face's "gelu" (Hendrycks and Gimpel, 2016, arXiv:1606.08415).
  case gelu
  /// The tanh approximation of GELU: Hugging Face's "gelu_new".
  case geluTanh
  case relu
  case tanh

  var kernel: ck_activation {
    switch self {
    case .none: CK_ACTIVATION_NONE
    case .gelu: CK_ACTIVATION_GELU
    case .geluTanh: CK_ACTIVATION_GELU_TANH
    case .relu: CK_ACTIVATION_RELU
    case .tanh: CK_ACTIVATION_TANH
    }
  }
}
