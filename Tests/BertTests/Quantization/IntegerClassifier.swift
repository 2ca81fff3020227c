import Bert
import Compute
import TestSupport

/// A tiny BERT in integers, from the whole numbers and steps that a fake-quantised model gives a converter: the layers in
/// plain sight, of the operations that inference is made of.
struct IntegerClassifier {
  let model: BertClassifier
  let backend: CPUBackend
  private let quantized: [String: QuantizedValues]
  private let scratch: ScratchDirectory

  /// Of weights and tables in s8.
  init(_ model: BertClassifier, backend: CPUBackend) throws {
    self.model = model
    self.backend = backend
    scratch = try ScratchDirectory()
    var quantized: [String: QuantizedValues] = [:]
    for parameter in try model.quantizedParameters(on: backend) {
      let matrix = parameter.matrix
      let file = try MappedFile(
        url: try scratch.write(matrix.values.map { UInt8(bitPattern: $0) }, parameter.name))
      quantized[parameter.name] = try QuantizedValues(
        bytes: MappedBytes(file: file, range: 0..<file.byteCount), scales: matrix.steps, columns: matrix.columns)
    }
    self.quantized = quantized
  }

  func logits(_ input: EncoderInput) throws -> [Float] {
    let tables = ["word", "position", "token_type"].compactMap { quantized["bert.embeddings.\($0)_embeddings.weight"] }
      .map(backend.embeddingTable)
    var hidden = try norm(
      try backend.embedding(input.tokens, word: tables[0], position: tables[1], type: tables[2]),
      "bert.embeddings.LayerNorm")
    let layers = model.configuration.numHiddenLayers
    for index in 0..<layers {
      let prefix = WeightNames.layer(index)
      let attention = prefix + "attention."
      let projections = try linear(
        hidden, ["self.query", "self.key", "self.value"].map { attention + $0 }, input: attention + "self")
      var context = try backend.attention(
        queryKeyValue: projections, layout: input.layout, headCount: model.configuration.numAttentionHeads)
      if index == layers - 1 {
        context = try backend.selectRows(context, input.layout.firstRows)
        hidden = try backend.selectRows(hidden, input.layout.firstRows)
      }
      let attended = try norm(
        try linear(context, [attention + "output.dense"], residual: hidden), attention + "output.LayerNorm")
      let wide = try linear(attended, [prefix + "intermediate.dense"], activation: .gelu)
      hidden = try norm(
        try linear(wide, [prefix + "output.dense"], residual: attended), prefix + "output.LayerNorm")
    }
    let pooled = try linear(hidden, ["bert.pooler.dense"], activation: .tanh)
    let classifier = try backend.packed(
      weights: [try floats("classifier.weight")], bias: try floats("classifier.bias"),
      inputs: model.configuration.hiddenSize)
    return try backend.read(try backend.linear(pooled, classifier))
  }

  private func linear(
    _ x: Tensor, _ names: [String], input: String? = nil, activation: Activation = .none, residual: Tensor? = nil
  ) throws -> Tensor {
    var layer = try backend.packed(
      quantized: names.compactMap { quantized[$0 + ".weight"] }, bias: try names.flatMap { try floats($0 + ".bias") },
      inputs: x.shape.last)
    if case .perTensor? = model.fakeQuantization?.activations, let step = model.activationRanges.step(input ?? names[0])
    {
      layer = layer.quantizingInputs(by: InputQuantization(scale: step))
    }
    return try backend.linear(x, layer, activation: activation, residual: residual)
  }

  private func norm(_ x: Tensor, _ name: String) throws -> Tensor {
    try backend.layerNorm(
      x,
      RowNorm(
        scale: model.parameters[name + ".weight"], shift: model.parameters[name + ".bias"],
        epsilon: Float(model.configuration.layerNormEps)))
  }

  private func floats(_ name: String) throws -> [Float] { try backend.read(model.parameters[name]) }
}
