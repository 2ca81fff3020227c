import Compute
import Foundation
import TestSupport
import Testing

/// Losses and gradients of PyTorch; how they were made is in Goldens/make_metric_goldens.py.
@Suite("Losses are PyTorch's") struct LossGoldenTests {
  private struct File: Decodable {
    struct Loss: Decodable {
      var value: Double
      var gradient: [Double]
    }
    struct Case: Decodable {
      var shape: [Int]
      var outputs: [Double]
      var numbers: [Float]
      var temperature: Double
      var losses: [String: Loss]
    }
    var cases: [Case]
  }

  @Test func goldens() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(Goldens.bytes("losses.json")))
    #expect(file.cases.count == 2)
    let backends: [any Backend] = [ReferenceBackend(), try CPUBackend()]
    for golden in file.cases {
      for backend in backends {
        let tolerance = backend is ReferenceBackend ? 1e-12 : 1e-6
        for (name, expected) in golden.losses {
          var tape = Tape(backend: backend)
          let x = tape.parameter("x", try backend.upload(doubles: golden.outputs, shape: Shape(golden.shape)))
          let loss =
            switch name {
            case "mean_squared_error": try tape.meanSquaredError(x, targets: golden.numbers)
            case "binary_cross_entropy":
              try tape.binaryCrossEntropy(x, targets: golden.numbers.map { $0 > 0 ? 1 : 0 })
            default: try tape.binaryDistillation(x, teacher: golden.numbers, temperature: golden.temperature)
            }
          #expect(abs(try backend.doubles(loss.tensor)[0] - expected.value) < tolerance, "\(name), \(backend.name)")
          let gradient = try backend.doubles(try #require(try tape.backward(from: loss).byName["x"]))
          for (found, exact) in zip(gradient, expected.gradient) {
            #expect(abs(found - exact) < tolerance, "\(name), \(backend.name)")
          }
        }
      }
    }
  }

  @Test("Another number of targets is refused") func counts() throws {
    let backend = ReferenceBackend()
    var tape = Tape(backend: backend)
    let x = tape.parameter("x", try backend.upload([1, 2], shape: [2, 1]))
    #expect(throws: TensorError.countMismatch(op: "meanSquaredError", expected: 2, found: 1)) {
      try tape.meanSquaredError(x, targets: [1])
    }
    #expect(throws: TensorError.countMismatch(op: "binaryCrossEntropy", expected: 2, found: 3)) {
      try tape.binaryCrossEntropy(x, targets: [1, 0, 1])
    }
  }
}
