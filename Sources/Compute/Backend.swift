/// An engine that holds tensors and computes the coarse operations of a BERT classifier, forward and backward.
///
/// Each differentiable operation is a pair `op` / `opVJP`: the second takes the gradient of the result and returns the
/// gradients of the inputs. Shapes are checked by the ``Tape``; a backend may rely on them. Only `read` waits.
/// Legend: N tokens of the batch, C hidden size, O outputs, H heads, B sequences, K classes, V vocabulary.
public protocol Backend: AnyObject, Sendable {
  var name: String { get }

  func upload(_ values: [Float], shape: Shape) throws(TensorError) -> Tensor
  func read(_ tensor: Tensor) throws(TensorError) -> [Float]

  /// Rounded to what the backend holds: Floats unless it says otherwise. For what is computed outside, such as losses.
  func upload(doubles: [Double], shape: Shape) throws(TensorError) -> Tensor
  func doubles(_ tensor: Tensor) throws(TensorError) -> [Double]

  /// activation(x weightᵀ + bias): x `[N, C]`, weight `[O, C]`, bias `[O]`.
  func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation) throws(TensorError) -> LinearOutput
  func linearVJP(
    _ dy: Tensor, x: Tensor, weight: Tensor, needs: LinearNeeds
  ) throws(TensorError) -> LinearGradients

  func activation(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor
  func activationVJP(_ dy: Tensor, x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor

  /// LayerNorm of x + residual over the last axis.
  func layerNorm(
    _ x: Tensor, residual: Tensor?, scale: Tensor, shift: Tensor, epsilon: Float
  ) throws(TensorError) -> LayerNormOutput
  func layerNormVJP(_ dy: Tensor, scale: Tensor, saved: LayerNormOutput) throws(TensorError) -> LayerNormGradients

  /// softmax(q kᵀ / sqrt(C / H)) v for each head of each sequence: k, v `[N, C]`, q `[M, C]` of the first tokens of each
  /// sequence, as many as `queries` has rows of it.
  func attention(
    query: Tensor, key: Tensor, value: Tensor, layout: SequenceLayout, queries: SequenceLayout, headCount: Int,
    dropout: DropoutStream?
  ) throws(TensorError) -> AttentionOutput
  func attentionVJP(
    _ dy: Tensor, query: Tensor, key: Tensor, value: Tensor, output: AttentionOutput, layout: SequenceLayout,
    queries: SequenceLayout, headCount: Int, dropout: DropoutStream?
  ) throws(TensorError) -> AttentionGradients

  /// The sum of three table rows for each token: `[N, C]`. Indices were checked.
  func embedding(
    _ tokens: TokenIndices, word: Tensor, position: Tensor, type: Tensor
  ) throws(TensorError) -> Tensor
  func embeddingVJP(
    _ dy: Tensor, _ tokens: TokenIndices, wordRows: Int, positionRows: Int, typeRows: Int
  ) throws(TensorError) -> EmbeddingGradients

  /// Inverted dropout; its VJP is itself with the same stream.
  func dropout(_ x: Tensor, _ stream: DropoutStream) throws(TensorError) -> Tensor

  func add(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor
  func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor

  /// The given rows of x `[N, C]`.
  func selectRows(_ x: Tensor, _ rows: [Int]) throws(TensorError) -> Tensor
  func selectRowsVJP(_ dy: Tensor, _ rows: [Int], rowCount: Int) throws(TensorError) -> Tensor

  /// x rounded to the numbers of the grid; see ``Tape/fakeQuantize(_:_:)``.
  func fakeQuantize(_ x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> FakeQuantizeOutput
  /// dy where x is in the range of a grid of one given step, 0 where it was clipped; dy for other grids.
  func fakeQuantizeVJP(_ dy: Tensor, x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> Tensor
  /// max |x|; NaN where an element isn't finite.
  func largestMagnitude(_ x: Tensor) throws(TensorError) -> Float

  /// The sum of squares of all elements, in Double.
  func sumOfSquares(_ x: Tensor) throws(TensorError) -> Double
  /// One step of AdamW on one parameter and its moments.
  func adamW(
    weight: inout Tensor, firstMoment: inout Tensor, secondMoment: inout Tensor, gradient: Tensor, step: AdamWStep
  ) throws(TensorError)
}

extension Backend {
  public func upload(doubles: [Double], shape: Shape) throws(TensorError) -> Tensor {
    try upload(doubles.map { Float($0) }, shape: shape)
  }

  public func doubles(_ tensor: Tensor) throws(TensorError) -> [Double] { try read(tensor).map(Double.init) }
}

public struct LinearOutput: Sendable {
  public let output: Tensor
  /// x weightᵀ + bias; nil when there is no activation.
  public let preactivation: Tensor?
}

/// Which gradients of a linear layer are wanted.
public struct LinearNeeds: Sendable {
  public let input: Bool
  public let weight: Bool
  public let bias: Bool

  public init(input: Bool, weight: Bool, bias: Bool) {
    self.input = input
    self.weight = weight
    self.bias = bias
  }
}

public struct LinearGradients: Sendable {
  public let input: Tensor?
  public let weight: Tensor?
  public let bias: Tensor?
}

public struct LayerNormOutput: Sendable {
  public let output: Tensor
  /// What was normalised: x + residual, or x itself.
  public let sum: Tensor
  /// Per row: `[N]`.
  public let mean: Tensor
  public let inverseDeviation: Tensor
}

public struct LayerNormGradients: Sendable {
  public let sum: Tensor
  public let scale: Tensor
  public let shift: Tensor
}

public struct AttentionOutput: Sendable {
  public let context: Tensor
  /// log Σ exp of each row's scaled scores: `[H, N]`.
  public let logSumExp: Tensor
}

public struct AttentionGradients: Sendable {
  public let query: Tensor
  public let key: Tensor
  public let value: Tensor
}

public struct EmbeddingGradients: Sendable {
  public let word: Tensor
  public let position: Tensor
  public let type: Tensor
}

/// The numbers of one AdamW step (Loshchilov and Hutter, "Decoupled weight decay regularization", arXiv:1711.05101).
public struct AdamWStep: Sendable {
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  public var weightDecay: Double
  /// Which step this is, from 1: it corrects the moments' bias.
  public var step: Int
  /// What the gradient is multiplied by first: clipping, and the mean over accumulated batches.
  public var gradientScale: Double

  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double,
    step: Int, gradientScale: Double = 1
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.step = step
    self.gradientScale = gradientScale
  }
}
