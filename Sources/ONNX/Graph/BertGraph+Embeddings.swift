import Bert
import Compute

extension BertGraph {
  /// The normalised sum of the embeddings, in the encoder's width, `[B, T, C]`.
  mutating func embeddings() throws(BertError) -> String {
    let module = "bert.embeddings"
    let path = Self.path(module)
    var sum = try rows(of: "word", "input_ids")
    if configuration.family.hasTokenTypes {
      let ids =
        configuration.readsTokenTypes
        ? "token_type_ids" : graph.tensor("token_type_ids", .int64, [1, 1], TensorBytes(integers: [0]))
      sum = graph.node("Add", [sum, try rows(of: "token_type", ids)], as: path + "/Add")
    }
    let positions = configuration.family.countsFromPadding ? countedPositionIDs(path) : positionIDs(path)
    sum = graph.node("Add", [sum, try rows(of: "position", positions)], as: path + "/Add_1")
    let normal = try norm(sum, module + ".LayerNorm", width: configuration.embeddingWidth)
    return configuration.projectsEmbeddings ? try linear(normal, LinearSite.embeddingProjection) : normal
  }

  /// p + 1, p + 2, ... for the tokens of each sequence but p for padding, which isn't counted; p is the id of padding,
  /// `[B, T]`.
  private mutating func countedPositionIDs(_ path: String) -> String {
    let padding = graph.scalar(integer: Int64(configuration.firstPosition) - 1)
    let isPadding = graph.node("Equal", ["input_ids", padding], as: path + "/Equal")
    let isToken = graph.node("Not", [isPadding], as: path + "/Not")
    let ones = graph.node("Cast", [isToken], as: path + "/Cast", ["to": .integer(ElementType.int64.rawValue)])
    let counts = graph.node("CumSum", [ones, graph.scalar(integer: 1)], as: path + "/CumSum")
    let ofTokens = graph.node("Mul", [counts, ones], as: path + "/Mul")
    return graph.node("Add", [ofTokens, padding], as: path + "/Add_2")
  }

  /// 0, 1, ... T - 1, `[1, T]`.
  private mutating func positionIDs(_ path: String) -> String {
    let all = (0..<Int64(configuration.maxPositionEmbeddings)).map { $0 }
    let table = graph.tensor("position_ids", .int64, [1, all.count], TensorBytes(integers: all))
    let shape = graph.node("Shape", ["input_ids"], as: path + "/Shape")
    let length = graph.node(
      "Gather", [shape, graph.scalar(integer: 1)], as: path + "/Gather", ["axis": .integer(0)])
    let end = graph.node("Unsqueeze", [length, graph.vector([0])], as: path + "/Unsqueeze")
    return graph.node("Slice", [table, graph.vector([0]), end, graph.vector([1])], as: path + "/Slice")
  }

  /// The rows of a table that ids name, as floats, `[ids..., C]`. Quantised tables are widened a row at a time.
  private mutating func rows(of kind: String, _ ids: String) throws(BertError) -> String {
    let name = "bert.embeddings.\(kind)_embeddings.weight"
    let path = "/bert/embeddings/\(kind)_embeddings"
    guard let shape = checkpoint.shape(of: name) else {
      throw .unknownTensor(path: checkpoint.path, tensor: name)
    }
    switch checkpoint.configuration.quantization?.format(of: name) {
    case .int8: return try byteRows(name, shape, ids, path)
    case .int4: return try fourBitRows(name, shape, ids, path)
    // NF4 is of linear layers alone.
    case .nf4, nil:
      let isHalf = precision == .fp16
      let table = isHalf ? halves(name, shape) { $0 } : floats(name, shape)
      let rows = graph.node("Gather", [table, ids], as: path + "/Gather")
      return isHalf ? widened(rows, path) : rows
    }
  }

  /// s8 times the scale of the row.
  private mutating func byteRows(
    _ name: String, _ shape: [Int], _ ids: String, _ path: String
  ) throws(BertError) -> String {
    guard let quantized = try checkpoint.quantizedRows(name) else {
      throw .unknownTensor(path: checkpoint.path, tensor: name)
    }
    let bytes = quantized.bytes
    let table = graph.tensor(
      name, .int8, shape, TensorBytes(count: bytes.count) { sink in try bytes.withBytes { try sink($0) } })
    let scales = graph.tensor(name + "_scale", .float, [shape[0], 1], TensorBytes(floats: quantized.scales))
    let rows = graph.node("Gather", [table, ids], as: path + "/Gather")
    let steps = graph.node("Gather", [scales, ids], as: path + "/Gather_1")
    return graph.node("Mul", [widened(rows, path), steps], as: path + "/Mul")
  }

  /// (u - zero point) times the scale of the group, after the two values of each byte are side by side.
  private mutating func fourBitRows(
    _ name: String, _ shape: [Int], _ ids: String, _ path: String
  ) throws(BertError) -> String {
    guard let quantized = try checkpoint.fourBitGroups(name) else {
      throw .unknownTensor(path: checkpoint.path, tensor: name)
    }
    let (bytes, groups) = (quantized.bytes, quantized.columns / quantized.group)
    let table = graph.tensor(
      name, .uint8, [shape[0], shape[1] / 2],
      TensorBytes(count: bytes.count) { sink in try bytes.withBytes { try sink($0) } })
    let scales = graph.tensor(name + "_scale", .float, [shape[0], groups, 1], TensorBytes(floats: quantized.scales))
    let zeroPoints = graph.tensor(
      name + "_zero_point", .uint8, [shape[0], groups, 1], TensorBytes(quantized.zeroPoints))
    let pairs = graph.node("Gather", [table, ids], as: path + "/Gather")
    let low = graph.node("BitwiseAnd", [pairs, graph.scalar(byte: 15)], as: path + "/BitwiseAnd")
    let high = graph.node(
      "BitShift", [pairs, graph.scalar(byte: 4)], as: path + "/BitShift", ["direction": .text("RIGHT")])
    let last = graph.vector([-1])
    let lowColumn = graph.node("Unsqueeze", [low, last], as: path + "/Unsqueeze")
    let highColumn = graph.node("Unsqueeze", [high, last], as: path + "/Unsqueeze_1")
    let both = graph.node("Concat", [lowColumn, highColumn], as: path + "/Concat", ["axis": .integer(-1)])
    let grouped = graph.node(
      "Reshape", [both, graph.vector([0, 0, Int64(groups), Int64(quantized.group)])], as: path + "/Reshape")
    let zeros = graph.node("Gather", [zeroPoints, ids], as: path + "/Gather_1")
    let steps = graph.node("Gather", [scales, ids], as: path + "/Gather_2")
    let offsets = graph.node("Sub", [widened(grouped, path), widened(zeros, path + "/zero")], as: path + "/Sub")
    let values = graph.node("Mul", [offsets, steps], as: path + "/Mul")
    return graph.node("Reshape", [values, graph.vector([0, 0, Int64(shape[1])])], as: path + "/Reshape_1")
  }

  /// As floats, exactly.
  mutating func widened(_ x: String, _ path: String) -> String {
    graph.node("Cast", [x], as: path + "/Cast", ["to": .integer(ElementType.float.rawValue)])
  }
}
