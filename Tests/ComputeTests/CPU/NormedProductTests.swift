import Compute
import TestSupport
import Testing

@Suite("Products with LayerNorm") struct NormedProductTests {
  private static let inputs = 48

  /// Of few columns and of many, so that threads divide rows in some and columns in others.
  @Test("LayerNorm within a product has the bits of one after it", arguments: [1, 2, 5, 33, 70, 129], [24, 400])
  func bits(_ rows: Int, _ outputs: Int) throws {
    var random = SeededGenerator(state: UInt64(rows * outputs))
    let x = random.floats(rows * Self.inputs), residual = random.floats(rows * outputs)
    let weights = random.floats(outputs * Self.inputs), bias = random.floats(outputs)
    let scale = random.floats(outputs), shift = random.floats(outputs)
    var before: [Float]?
    for threads in 1...3 {
      let backend = try CPUBackend(threadCount: threads)
      let norm = RowNorm(
        scale: try backend.upload(scale, shape: [outputs]), shift: try backend.upload(shift, shape: [outputs]),
        epsilon: 1e-5)
      let input = try backend.upload(x, shape: [rows, Self.inputs])
      let other = try backend.upload(residual, shape: [rows, outputs])
      let layers = [
        try backend.packed(weights: [weights], bias: bias, inputs: Self.inputs),
        try backend.packed(
          rows: [backend.quantized(backend.upload(weights, shape: [outputs, Self.inputs]), .rows)], bias: bias,
          inputs: Self.inputs),
      ]
      var found: [Float] = []
      for layer in layers {
        let within = try backend.linear(input, layer, residual: other, norm: norm)
        let after = try backend.layerNorm(try backend.linear(input, layer, residual: other), norm)
        let values = try backend.read(within)
        #expect(try values == backend.read(after), "\(threads) threads")
        found += values
      }
      #expect(before ?? found == found, "\(threads) threads")
      before = found
    }
  }

  @Test("Parameters of another width are refused") func widths() throws {
    let backend = try CPUBackend(threadCount: 1)
    let layer = try backend.packed(weights: [[1, 2, 3, 4]], bias: nil, inputs: 2)
    let parameter = try backend.upload([1, 1, 1], shape: [3])
    let x = try backend.upload([1, 2], shape: [1, 2])
    #expect(throws: TensorError.shapeMismatch(op: "layerNorm", expected: [2], found: [3])) {
      try backend.linear(x, layer, norm: RowNorm(scale: parameter, shift: parameter, epsilon: 1e-5))
    }
  }
}
