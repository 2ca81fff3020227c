internal import Bert
internal import Compute

/// Sums of x xᵀ over the inputs x of each linear layer, which say what an error in a weight does to the layer's outputs.
///
/// - Complexity: `inputs²` floats for each site: 37 MB for each of BERT-base's layers of 3072 inputs, and a product of
///   `tokens · inputs²` for each batch.
final class InputMoments {
  private let backend: CPUBackend
  /// By the names of ``LinearSite``.
  private var sums: [String: Tensor] = [:]
  /// What stands in for weights where only their gradient, x xᵀ, is asked for; by the number of inputs.
  private var weights: [Int: Tensor] = [:]

  init(backend: CPUBackend) { self.backend = backend }

  func add(_ input: Tensor, site: String) throws(TensorError) {
    let inputs = input.shape.last
    let weight: Tensor
    if let known = weights[inputs] {
      weight = known
    } else {
      weight = try backend.upload([Float](repeating: 0, count: inputs * inputs), shape: [inputs, inputs])
      weights[inputs] = weight
    }
    let needs = LinearNeeds(input: false, weight: true, bias: false)
    guard let product = try backend.linearVJP(input, x: input, weight: weight, needs: needs).weight else { return }
    sums[site] = if let sum = sums[site] { try backend.add(sum, product) } else { product }
  }

  /// `[inputs, inputs]` of each site, row-major.
  func values() throws(TensorError) -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for (site, sum) in sums { values[site] = try backend.read(sum) }
    return values
  }
}
