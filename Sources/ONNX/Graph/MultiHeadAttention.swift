/// The attention of all heads as one operation, `com.microsoft.MultiHeadAttention`, which ONNX Runtime has on each kind of
/// processor; with its meaning in standard operations, for runtimes that haven't.
///
/// A session of ONNX Runtime doesn't make it of standard operations by itself: what it looks for are masks in operators older
/// than version 13.
///
/// Shapes: B batch, T tokens of the longest sentence, C hidden, H heads, D head size.
///
/// - SeeAlso: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MultiHeadAttention
enum MultiHeadAttention {
  static let operators = OperatorSet(domain: "com.microsoft", version: 1)
  static let name = "MultiHeadAttention"
  static let heads = "num_heads"
  /// What is added to the scores of padding.
  static let filter = "mask_filter_value"

  /// What it means:
  ///
  ///     softmax(q kᵀ / sqrt(D) + mask) v
  static let function: Function = {
    let inputs = ["query", "key", "value", "bias", "key_padding_mask"]
    var body = GraphBuilder()
    func constant(_ name: String, _ attribute: String, _ value: AttributeValue) -> String {
      body.node("Constant", [], as: name, [attribute: value])
    }
    // [B, T, C] as [B, T, H, D]: 0 keeps an extent, -1 is the rest.
    let count = body.node(
      "Unsqueeze",
      [constant(heads, "value_int", .parameter(heads, .integer)), constant("first", "value_ints", .integers([0]))],
      as: "count")
    let shape = body.node(
      "Concat",
      [constant("same", "value_ints", .integers([0, 0])), count, constant("rest", "value_ints", .integers([-1]))],
      as: "shape", ["axis": .integer(0)])
    func split(_ input: String, _ order: [Int]) -> String {
      let parts = body.node("Reshape", [input, shape], as: input + "_parts")
      return body.node("Transpose", [parts], as: input + "_heads", ["perm": .integers(order)])
    }
    let query = split(inputs[0], [0, 2, 1, 3]), key = split(inputs[1], [0, 2, 3, 1]),
      value = split(inputs[2], [0, 2, 1, 3])

    let size = body.node("Shape", [query], as: "size", ["start": .integer(3)])
    let float = body.node("Cast", [size], as: "float_size", ["to": .integer(ElementType.float.rawValue)])
    let root = body.node("Sqrt", [float], as: "root")
    let scores = body.node("Div", [body.node("MatMul", [query, key], as: "products"), root], as: "scores")

    let inner = body.node("Unsqueeze", [inputs[4], constant("axes", "value_ints", .integers([1, 2]))], as: "mask")
    let isToken = body.node("Cast", [inner], as: "is_token", ["to": .integer(ElementType.float.rawValue)])
    let isPadding = body.node("Sub", [constant("one", "value_float", .float(1)), isToken], as: "is_padding")
    let lowest = constant(filter, "value_float", .parameter(filter, .float))
    let masked = body.node(
      "Add", [scores, body.node("Mul", [isPadding, lowest], as: "added")], as: "masked")

    let weights = body.node("Softmax", [masked], as: "weights", ["axis": .integer(-1)])
    let parts = body.node("MatMul", [weights, value], as: "parts")
    let side = body.node("Transpose", [parts], as: "side", ["perm": .integers([0, 2, 1, 3])])
    let merged = constant("merged", "value_ints", .integers([0, 0, -1]))
    let output = body.node("Reshape", [side, merged], as: "context", output: "output")
    return Function(
      operators: operators, name: name, inputs: inputs, output: output, attributes: [heads, filter], nodes: body.nodes)
  }()
}

extension GraphBuilder {
  /// The attention of H heads.
  ///
  /// - Parameters:
  ///   - projections: queries, keys and values, `[B, T, C]`.
  ///   - mask: 1 for tokens, 0 for padding, int32, `[B, T]`.
  /// - Returns: the name of the result, `[B, T, C]`.
  mutating func attention(_ projections: [String], mask: String, heads: Int, as name: String) -> String {
    // The fourth input would be the biases of the three.
    node(
      MultiHeadAttention.name, of: MultiHeadAttention.operators.domain, projections + ["", mask], as: name,
      [
        MultiHeadAttention.heads: .integer(heads),
        MultiHeadAttention.filter: .float(-Float.greatestFiniteMagnitude),
      ])
  }
}
