import Compute
import Foundation
import TestSupport
import Testing

@Suite("Fake quantisation") struct FakeQuantizeTests {
  private static let grids: [QuantizationGrid] = [
    .tokens, .rows, .reducedRows, .groups(of: 32), .groups(of: 7), .groups(of: 1000), .step(0.0061),
  ]
  private let reference = ReferenceBackend()

  /// Numbers whose steps are powers of two: nothing but the rounding under test rounds.
  private func exactValues(_ shape: Shape, limit: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(state: seed)
    var values = (0..<shape.count).map { _ in Float(Int.random(in: -16 * limit...16 * limit, using: &random)) / 16 }
    // The largest of every group of 1: each group of a row has one.
    for i in stride(from: 0, to: values.count, by: shape.last) { values[i] = Float(limit) }
    return values
  }

  @Test("The CPU equals the formula where that is exact", arguments: OpTests.backends)
  func equalsTheFormula(_ backend: CPUBackend) throws {
    for (rows, columns) in [(1, 1), (3, 17), (70, 257)] {
      for grid in [.tokens, .rows, .reducedRows, .groups(of: columns), .step(0.5), .step(2)] as [QuantizationGrid] {
        let shape: Shape = [rows, columns]
        let x = exactValues(shape, limit: grid.limit, seed: UInt64(columns))
        let exact = try reference.fakeQuantize(reference.upload(x, shape: shape), grid)
        let found = try backend.fakeQuantize(backend.upload(x, shape: shape), grid)
        #expect(try backend.read(found.output) == reference.read(exact.output), "\(grid), \(shape)")
        #expect(try backend.read(found.steps) == reference.read(exact.steps), "\(grid), \(shape)")
        #expect(found.steps.shape == exact.steps.shape)
      }
    }
  }

  /// Within the rounding of a product, but for a step where the quotient lies at the border of two.
  @Test("The CPU agrees with the formula", arguments: OpTests.backends, Self.grids)
  func agreesWithTheFormula(_ backend: CPUBackend, _ grid: QuantizationGrid) throws {
    for (rows, columns) in [(1, 1), (5, 33), (130, 257)] {
      let input = OpCase.Input("x", [rows, columns])
      let exact = try reference.fakeQuantize(reference.upload(doubles: input.values, shape: input.shape), grid)
      let x = try backend.upload(doubles: input.values, shape: input.shape)
      let found = try backend.read(backend.fakeQuantize(x, grid).output)
      let expected = try reference.doubles(exact.output)
      let steps = try reference.doubles(exact.steps)
      let groups = exact.steps.shape.last
      let size = grid == .groups(of: 32) ? 32 : grid == .groups(of: 7) ? 7 : columns
      for index in expected.indices {
        let step =
          grid == .step(0.0061) ? Double(Float(0.0061)) : steps[index / columns * groups + index % columns / size]
        let quotient = input.values[index] / step
        let isBorder = abs(quotient.magnitude - quotient.magnitude.rounded(.down) - 0.5) < 1e-4
        let allowed = expected[index].magnitude * 4e-7 + (isBorder ? step : 0)
        #expect((Double(found[index]) - expected[index]).magnitude <= allowed, "\(grid), \(index)")
      }
    }
  }

  @Test("Gradients go straight through, but where a value was clipped")
  func straightThrough() throws {
    let backends: [any Backend] = [reference, try CPUBackend()]
    for backend in backends {
      for grid in Self.grids {
        let (x, upstream) = (OpCase.Input("x", [9, 70]), OpCase.Input("dy", [9, 70]))
        var tape = Tape(backend: backend)
        let variable = tape.parameter("x", try backend.upload(doubles: x.values, shape: x.shape))
        let y = try tape.fakeQuantize(variable, grid)
        let dy = try backend.upload(doubles: upstream.values, shape: x.shape)
        let gradient = try #require(try tape.backward(from: y, upstream: dy).byName["x"])
        var expected = upstream.values
        if case .step(let step) = grid {
          for (index, value) in x.values.enumerated()
          where value > 127.5 * Double(step) || value < -128.5 * Double(step) {
            expected[index] = 0
          }
          #expect(expected != upstream.values)
        }
        #expect(try backend.doubles(gradient) == expected, "\(grid), \(backend.name)")
      }
    }
  }

  @Test("Threads change no bit", arguments: Self.grids) func threads(_ grid: QuantizationGrid) throws {
    let input = OpCase.Input("x", [130, 257])
    var results: [[Float]] = []
    for threadCount in 1...3 {
      let backend = try CPUBackend(threadCount: threadCount)
      let x = try backend.upload(doubles: input.values, shape: input.shape)
      let found = try backend.fakeQuantize(x, grid)
      let dx = try backend.fakeQuantizeVJP(x, x: x, grid)
      results.append(try backend.read(found.output) + backend.read(found.steps) + backend.read(dx))
      #expect(try backend.largestMagnitude(x) == Float(input.values.map(\.magnitude).max() ?? 0))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test("Whole numbers times steps are the rounded values", arguments: Self.grids.dropLast())
  func wholeNumbers(_ grid: QuantizationGrid) throws {
    let backend = try CPUBackend()
    let input = OpCase.Input("x", [9, 70])
    var values = input.values.map { Float($0) }
    values.replaceSubrange(70..<140, with: repeatElement(0, count: 70))
    let x = try backend.upload(values, shape: input.shape)
    let matrix = try backend.quantized(x, grid)
    let products = (0..<9 * 70).map {
      Float(matrix.values[$0]) * matrix.steps[$0 / 70 * matrix.groupCount + $0 % 70 / matrix.groupSize]
    }
    #expect(try backend.read(backend.fakeQuantize(x, grid).output) == products)
    #expect(matrix.values.allSatisfy { (grid.lowest...grid.limit).contains(Int($0)) })
    #expect(matrix.values.contains { Int($0).magnitude == grid.limit })
    values[3] = .nan
    let spoilt = try backend.upload(values, shape: input.shape)
    #expect(throws: TensorError.notFinite(op: "quantise")) { try backend.quantized(spoilt, grid) }
  }

  @Test("A linear layer of rounded operands is the integer product", arguments: OpTests.backends)
  func integerProduct(_ backend: CPUBackend) throws {
    for (rows, columns, outputs) in [(1, 7, 3), (40, 70, 65), (17, 384, 33)] {
      let x = OpCase.Input("x", [rows, columns]), weight = OpCase.Input("weight", [outputs, columns])
      let bias = OpCase.Input("bias", [outputs]).values.map { Float($0) }
      for grid in [.tokens, .step(0.006)] as [QuantizationGrid] {
        let source = try backend.upload(doubles: x.values, shape: x.shape)
        let weights = try backend.upload(doubles: weight.values, shape: weight.shape)
        var tape = Tape(backend: backend, isRecording: false)
        let operands = (
          try tape.fakeQuantize(tape.constant(source), grid), try tape.fakeQuantize(tape.constant(weights), .rows)
        )
        let fake = try backend.read(
          tape.linear(
            operands.0, weight: operands.1, bias: tape.constant(backend.upload(bias, shape: [outputs]))
          ).tensor)
        let matrix = try backend.quantized(weights, .rows)
        let scratch = try ScratchDirectory()
        let file = try MappedFile(url: try scratch.write(matrix.values.map { UInt8(bitPattern: $0) }, "weights"))
        let values = try QuantizedValues(
          bytes: MappedBytes(file: file, range: 0..<file.byteCount), scales: matrix.steps, columns: columns)
        var layer = try backend.packed(quantized: [values], bias: bias, inputs: columns)
        if case .step(let step) = grid { layer = layer.quantizingInputs(by: InputQuantization(scale: step)) }
        let integer = try backend.read(backend.linear(source, layer))
        // Σ |terms| of each element times the roundings of its sum.
        for (index, (a, b)) in zip(fake, integer).enumerated() {
          let (i, j) = (index / outputs, index % outputs)
          let sum = (0..<columns).reduce(Double(bias[j].magnitude)) {
            $0 + (x.values[i * columns + $1] * weight.values[j * columns + $1]).magnitude
          }
          #expect(Double((a - b).magnitude) <= Double(columns + 8) * roundingUnit * sum * 1.1, "\(grid), \(index)")
        }
      }
    }
  }

  @Test(
    "Rows that are looked up are those of rounded tables", arguments: [.rows, .groups(of: 8)] as [QuantizationGrid])
  func embedding(_ grid: QuantizationGrid) throws {
    let tables = [OpCase.Input("word", [9, 35]), OpCase.Input("position", [14, 35]), OpCase.Input("type", [2, 35])]
    let tokens = try TokenIndices(words: [8, 0, 3, 8, 1], positions: [0, 1, 2, 3, 13], types: [0, 0, 1, 1, 0])
    let upstream = OpCase.Input("dy", [5, 35])
    let backends: [any Backend] = [reference, try CPUBackend()]
    for backend in backends {
      func run(_ body: (inout Tape, [Variable]) throws -> Variable) throws -> ([Double], [[Double]?]) {
        var tape = Tape(backend: backend)
        let variables = try tables.map {
          tape.parameter($0.name, try backend.upload(doubles: $0.values, shape: $0.shape))
        }
        let y = try body(&tape, variables)
        let output = try backend.doubles(y.tensor)
        let gradients = try tape.backward(
          from: y, upstream: try backend.upload(doubles: upstream.values, shape: upstream.shape))
        return (output, try tables.map { try gradients.byName[$0.name].map { try backend.doubles($0) } })
      }
      let fused = try run { try $0.embedding(tokens, word: $1[0], position: $1[1], type: $1[2], rounding: grid) }
      let whole = try run { tape, tables in
        let rounded = try tables.map { try tape.fakeQuantize($0, grid) }
        return try tape.embedding(tokens, word: rounded[0], position: rounded[1], type: rounded[2])
      }
      #expect(fused.0 == whole.0 && fused.1 == whole.1, "\(backend.name)")
    }
  }

  @Test func gridsThatMakeNoSense() throws {
    let backend = try CPUBackend(threadCount: 1)
    for grid in [.groups(of: 0), .groups(of: -3), .step(0), .step(-1), .step(.infinity)]
      as [QuantizationGrid]
    {
      #expect(throws: TensorError.gridOutOfRange(op: "fakeQuantize", grid)) {
        var tape = Tape(backend: backend)
        _ = try tape.fakeQuantize(tape.constant(try backend.upload([1], shape: [1])), grid)
      }
    }
    #expect(throws: TensorError.self) {
      var tape = Tape(backend: backend)
      _ = try tape.fakeQuantize(tape.constant(try backend.upload([1], shape: [1])), .step(.nan))
    }
    #expect(
      "\(TensorError.gridOutOfRange(op: "fakeQuantize", .step(-1)))"
        == "fakeQuantize: expected a positive group size or step, found step(-1.0)")
  }
}
