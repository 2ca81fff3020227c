import Compute

/// Every differentiable operation of the tape, at sizes of one, odd ones, and ones that are shared out over threads.
extension OpCase {
  static let all: [OpCase] =
    linear + activation + layerNorm + attention + embedding + dropout + combine + selectRows + losses + otherLosses

  private static let activations: [Activation] = [.none, .gelu, .geluTanh, .relu, .tanh]

  private static let linear: [OpCase] =
    activations.flatMap { activation in
      [(1, 1, 1), (1, 7, 3), (5, 9, 1), (3, 5, 17), (17, 33, 31), (130, 70, 53)].map { rows, columns, outputs in
        OpCase(
          name: "linear, \(activation), [\(rows), \(columns)] to \(outputs)",
          inputs: [
            Input("x", [rows, columns]), Input("weight", [outputs, columns], in: -0.4...0.4), Input("bias", [outputs]),
          ],
          upstream: Input("dy", [rows, outputs]),
          operation: { (tape, x) throws(TensorError) in
            try tape.linear(x[0], weight: x[1], bias: x[2], activation: activation)
          },
          // Derivatives of the activations, first and second, are below 1.2; the sums are below ten.
          sums: .absoluteTerms(
            of: { (tape, x) throws(TensorError) in try tape.linear(x[0], weight: x[1], bias: x[2]) },
            times: activation == .none ? 1 : 4),
          roundings: max(rows, columns, outputs) + 8)
      }
    } + [
      OpCase(
        name: "linear without bias, [5, 9] to 4",
        inputs: [Input("x", [5, 9]), Input("weight", [4, 9])], upstream: Input("dy", [5, 4]),
        operation: withoutBias, sums: .absoluteTerms(of: withoutBias, times: 1), roundings: 16)
    ]

  private static let withoutBias: Operation = { (tape, x) throws(TensorError) in
    try tape.linear(x[0], weight: x[1], bias: nil)
  }

  /// An activation is not an operation of its own on the tape; a linear layer with the weight 1 is, forward and VJP.
  private static let activation: [OpCase] = activations.flatMap { activation in
    [1, 7, 300].map { rows in
      OpCase(
        name: "\(activation) of \(rows), from -6 to 6",
        inputs: [Input("x", [rows, 1], in: -6...6), Input("weight", [1, 1], in: 0.9...1)],
        upstream: Input("dy", [rows, 1]),
        operation: { (tape, x) throws(TensorError) in
          try tape.linear(x[0], weight: x[1], bias: nil, activation: activation)
        },
        // The second derivatives are below 1.2, their argument below 6.
        sums: .absoluteTerms(of: withoutBias, times: activation == .none ? 1 : 8), roundings: rows + 16)
    }
  }

  private static let layerNorm: [OpCase] = [(1, 1), (1, 5), (3, 16), (7, 33), (70, 257)].flatMap { rows, columns in
    [false, true].map { hasResidual in
      let residual = hasResidual ? [Input("residual", [rows, columns])] : []
      return OpCase(
        name: "layerNorm\(hasResidual ? " of a sum" : ""), [\(rows), \(columns)]",
        inputs: [
          Input("x", [rows, columns], in: -1...2), Input("scale", [columns], in: 0.5...1.5), Input("shift", [columns]),
        ] + residual,
        upstream: Input("dy", [rows, columns]),
        operation: { (tape, x) throws(TensorError) in
          try tape.layerNorm(
            x[0], residual: hasResidual ? x[3] : nil, scale: x[1], shift: x[2], epsilon: layerNormEpsilon)
        },
        sums: .formula(layerNormSums), roundings: max(rows, columns) + 8)
    }
  }

  /// Large enough that a row of one column has a finite gain.
  static let layerNormEpsilon: Float = 1e-3

  private static let attention: [OpCase] =
    [
      ([0, 1], [0, 1], 1, 1), ([0, 5], [0, 5], 2, 3), ([0, 1, 4, 4, 11], [0, 1, 4, 4, 11], 3, 8),
      ([0, 17, 18, 51], [0, 17, 18, 51], 2, 17), ([0, 1, 4, 11], [0, 1, 2, 3], 3, 8),
      ([0, 17, 17, 51, 53], [0, 3, 3, 36, 36], 2, 17),
    ].flatMap { offsets, queryOffsets, heads, size in
      [0, 0.3].compactMap { probability in
        guard let layout = try? SequenceLayout(offsets: offsets),
          let queries = try? SequenceLayout(offsets: queryOffsets)
        else { return nil }
        let shape: Shape = [layout.tokenCount, heads * size], asking: Shape = [queries.tokenCount, heads * size]
        let longest = (0..<layout.sequenceCount).map(layout.length).max() ?? 0
        return OpCase(
          name: "attention, sequences at \(offsets), queries at \(queryOffsets), \(heads) heads of \(size), "
            + "dropout \(probability)",
          inputs: [Input("query", asking, in: -2...2), Input("key", shape, in: -2...2), Input("value", shape)],
          upstream: Input("dy", asking),
          operation: { (tape, x) throws(TensorError) in
            try tape.attention(
              query: x[0], key: x[1], value: x[2], layout: layout, queries: queries, headCount: heads,
              dropoutProbability: probability)
          },
          sums: .formula { attentionSums($0, layout, queries, headCount: heads, dropoutProbability: probability) },
          roundings: longest + size + 16)
      }
    }

  private static let embedding: [OpCase] = [(1, 1), (9, 5), (40, 257)].compactMap { tokens, columns in
    // Words come again, and some never come.
    let indices = try? TokenIndices(
      words: (0..<tokens).map { Int32($0 * $0 % 7 + 1) }, positions: (0..<tokens).map { Int32($0 % 13) },
      types: (0..<tokens).map { Int32($0 % 3 / 2) })
    guard let indices else { return nil }
    let operation: Operation = { (tape, x) throws(TensorError) in
      try tape.embedding(indices, word: x[0], position: x[1], type: x[2])
    }
    return OpCase(
      name: "embedding, \(tokens) tokens of \(columns)",
      inputs: [Input("word", [9, columns]), Input("position", [14, columns]), Input("type", [2, columns])],
      upstream: Input("dy", [tokens, columns]), operation: operation,
      sums: .absoluteTerms(of: operation, times: 1), roundings: tokens + 3)
  }

  private static let dropout: [OpCase] = [(1, 1), (3, 7), (129, 257)].flatMap { rows, columns in
    [0.1, 0.5].map { probability in
      linearCase("dropout of \(probability), [\(rows), \(columns)]", [Input("x", [rows, columns])], [rows, columns]) {
        (tape, x) throws(TensorError) in try tape.dropout(x[0], probability: probability)
      }
    }
  }

  private static let combine: [OpCase] = [(1, 1), (3, 7), (129, 257)].flatMap { rows, columns -> [OpCase] in
    let shape: Shape = [rows, columns]
    let (a, b) = (Input("a", shape), Input("b", shape))
    return [
      linearCase("a + b, \(shape)", [a, b], shape) { (tape, x) throws(TensorError) in try tape.add(x[0], x[1]) },
      linearCase("a + a, \(shape)", [a], shape) { (tape, x) throws(TensorError) in try tape.add(x[0], x[0]) },
      linearCase("0.7 a, \(shape)", [a], shape) { (tape, x) throws(TensorError) in try tape.scale(x[0], by: 0.7) },
    ]
  }

  private static let selectRows: [OpCase] = [([0], 1, 1), ([0, 3, 3, 6], 7, 5), ([2], 3, 257)].map {
    rows, count, columns in
    linearCase("rows \(rows) of [\(count), \(columns)]", [Input("x", [count, columns])], [rows.count, columns]) {
      (tape, x) throws(TensorError) in try tape.selectRows(x[0], rows)
    }
  }

  /// An operation that is linear in its inputs, with non-negative coefficients.
  private static func linearCase(
    _ name: String, _ inputs: [Input], _ shape: Shape, _ operation: @escaping Operation
  ) -> OpCase {
    OpCase(
      name: name, inputs: inputs, upstream: Input("dy", shape), operation: operation,
      sums: .absoluteTerms(of: operation, times: 1), roundings: 4)
  }

  private static let losses: [OpCase] = [(1, 1), (1, 2), (5, 3), (33, 7)].flatMap { rows, classes -> [OpCase] in
    let labels = (0..<rows).map { Int32($0 % classes) }
    let logits = Input("logits", [rows, classes], in: -3...3)
    let teacher = Input("teacher", [rows, classes], in: -3...3).values.map { Float($0) }
    let smoothed = [0, 0.1].map { smoothing in
      OpCase(
        name: "crossEntropy, [\(rows), \(classes)], smoothing \(smoothing)", inputs: [logits], upstream: lossGradient,
        operation: { (tape, x) throws(TensorError) in
          try tape.crossEntropy(x[0], labels: labels, smoothing: smoothing)
        },
        sums: .result, roundings: 4)
    }
    let distilled = [1, 2.5].map { temperature in
      OpCase(
        name: "distillation, [\(rows), \(classes)], temperature \(temperature)", inputs: [logits],
        upstream: lossGradient,
        operation: { (tape, x) throws(TensorError) in
          try tape.distillation(x[0], teacher: teacher, temperature: temperature)
        },
        sums: .result, roundings: 4)
    }
    return smoothed + distilled
  }

  /// Those of numbers, and of classes that exclude nothing.
  private static let otherLosses: [OpCase] = [(1, 1), (5, 1), (5, 3), (33, 7)].flatMap { rows, columns -> [OpCase] in
    let outputs = Input("outputs", [rows, columns], in: -3...3)
    let numbers = Input("numbers", [rows, columns], in: -5...5).values.map { Float($0) }
    let isYes = numbers.map { $0 > 0 ? Float(1) : 0 }
    func loss(
      _ name: String, roundings: Int = 4,
      _ operation: @escaping @Sendable (inout Tape, Variable) throws(TensorError) -> Variable
    ) -> OpCase {
      OpCase(
        name: "\(name), [\(rows), \(columns)]", inputs: [outputs], upstream: lossGradient,
        operation: { (tape, x) throws(TensorError) in try operation(&tape, x[0]) }, sums: .result, roundings: roundings)
    }
    return [
      loss("meanSquaredError") { (tape, x) throws(TensorError) in try tape.meanSquaredError(x, targets: numbers) },
      loss("binaryCrossEntropy") { (tape, x) throws(TensorError) in try tape.binaryCrossEntropy(x, targets: isYes) },
    ]
      + [1, 2.5].map { temperature in
        loss("binaryDistillation at \(temperature)") { (tape, x) throws(TensorError) in
          try tape.binaryDistillation(x, teacher: numbers, temperature: temperature)
        }
      }
  }

  /// Not one: a loss may be one of several that are added up.
  private static let lossGradient = Input("dy", [1], in: 0.3...0.4)
}
