import Bert
import Compute

/// The graph of a classifier, in the operations that PyTorch's exporter makes of `BertForSequenceClassification`, and by
/// BERT's names whatever the family: their order and constants are what ONNX Runtime's optimisers look for when they fuse GELU
/// and LayerNorm. Attention is one operation, ``MultiHeadAttention``.
///
/// Shapes: B batch, T tokens of the longest sentence, C hidden, H heads, D head size, K classes.
struct BertGraph {
  let checkpoint: Checkpoint
  let precision: ONNXPrecision
  var graph = GraphBuilder()

  var configuration: BertConfiguration { checkpoint.configuration }

  /// The graph: `input_ids`, `attention_mask` and, where the model tells segments apart, `token_type_ids`, `[B, T]`, to
  /// `logits`, `[B, K]`.
  ///
  /// Weights are read when the graph is written.
  ///
  /// - Throws: ``BertError`` for weights whose scales or zero points can't be used.
  static func graph(of checkpoint: Checkpoint, precision: ONNXPrecision) throws(BertError) -> Graph {
    var builder = BertGraph(checkpoint: checkpoint, precision: precision)
    try builder.build()
    let tokens: [ValueInfo.Extent] = [.named("batch_size"), .named("sequence_length")]
    return Graph(
      name: "bert", nodes: builder.graph.nodes, initializers: builder.graph.initializers,
      inputs: (["input_ids", "attention_mask"]
        + (checkpoint.configuration.readsTokenTypes ? ["token_type_ids"] : [])).map {
          ValueInfo(name: $0, type: .int64, shape: tokens)
        },
      outputs: [
        ValueInfo(
          name: "logits", type: .float, shape: [.named("batch_size"), .size(checkpoint.configuration.numLabels)])
      ], functions: [MultiHeadAttention.function])
  }

  private mutating func build() throws(BertError) {
    var hidden = try embeddings()
    let mask = mask()
    for index in 0..<configuration.numHiddenLayers {
      let layer = WeightNames.layer(index)
      let attention = try attention(hidden, mask: mask, layer + "attention.")
      let wide = activation(
        try linear(attention, layer + "intermediate.dense"), configuration.activation,
        Self.path(layer + "intermediate") + "/act")
      let narrow = try linear(wide, layer + "output.dense")
      hidden = try residualNorm(narrow, attention, layer + "output")
    }
    let first = graph.node(
      "Gather", [hidden, graph.scalar(integer: 0)], as: "/bert/pooler/Gather", ["axis": .integer(1)])
    let pooled = activation(
      try linear(first, "bert.pooler.dense"), configuration.family.headActivation, "/bert/pooler/activation")
    _ = try linear(pooled, "classifier", output: "logits")
  }

  /// 1 for tokens, 0 for padding, int32, `[B, T]`.
  private mutating func mask() -> String {
    graph.node("Cast", ["attention_mask"], as: "/bert/mask/Cast", ["to": .integer(ElementType.int32.rawValue)])
  }

  private mutating func activation(_ x: String, _ function: Activation, _ path: String) -> String {
    switch function {
    case .none: return x
    case .gelu:
      let scaled = graph.node("Div", [x, graph.scalar(Float(2).squareRoot())], as: path + "/Div")
      let error = graph.node("Erf", [scaled], as: path + "/Erf")
      let sum = graph.node("Add", [error, graph.scalar(1)], as: path + "/Add")
      let product = graph.node("Mul", [x, sum], as: path + "/Mul")
      return graph.node("Mul", [product, graph.scalar(0.5)], as: path + "/Mul_1")
    case .geluTanh: return graph.node("Gelu", [x], as: path + "/Gelu", ["approximate": .text("tanh")])
    case .relu: return graph.node("Relu", [x], as: path + "/Relu")
    case .tanh: return graph.node("Tanh", [x], as: path + "/Tanh")
    }
  }

  /// The path of a module's operations: `bert.pooler` is `/bert/pooler`.
  static func path(_ module: String) -> String { "/" + module.split(separator: ".").joined(separator: "/") }
}

extension BertGraph {
  /// LayerNorm over the last axis with the parameters of a module.
  ///
  /// - Parameter width: of the axis; nil for the hidden size.
  mutating func norm(_ x: String, _ module: String, width: Int? = nil) throws(BertError) -> String {
    let width = width ?? configuration.hiddenSize
    let scale = floats(module + ".weight", [width])
    let shift = floats(module + ".bias", [width])
    return graph.node(
      "LayerNormalization", [x, scale, shift], as: Self.path(module) + "/LayerNormalization",
      ["axis": .integer(-1), "epsilon": .float(Float(configuration.layerNormEps))])
  }

  /// LayerNorm of x + residual, of the module of this name.
  mutating func residualNorm(_ x: String, _ residual: String, _ module: String) throws(BertError) -> String {
    try norm(graph.node("Add", [x, residual], as: Self.path(module) + "/Add"), module + ".LayerNorm")
  }

  /// A parameter in single precision, as it is stored.
  mutating func floats(_ name: String, _ shape: [Int]) -> String {
    let checkpoint = checkpoint
    return graph.tensor(
      name, .float, shape,
      TensorBytes(count: 4 * shape.reduce(1, *)) { sink in
        let values = try checkpoint.floats(name)
        try sink(values.span.bytes)
      })
  }
}
