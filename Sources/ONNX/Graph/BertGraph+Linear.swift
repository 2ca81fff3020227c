import Bert
import Compute

extension BertGraph {
  /// x Wᵀ + b of a module.
  ///
  /// - Parameter output: the name of the result, where it matters.
  mutating func linear(_ x: String, _ module: String, output: String? = nil) throws(BertError) -> String {
    try linears(x, [module], output: output)[0]
  }

  /// Several linear layers of one input. Where they are not all quantised alike they are multiplied in floats, as the
  /// packed classifier does it.
  mutating func linears(_ x: String, _ modules: [String], output: String? = nil) throws(BertError) -> [String] {
    let weights = modules.map { $0 + ".weight" }
    let formats = Set(weights.map { checkpoint.configuration.quantization?.format(of: $0) })
    let products: [String]
    switch formats.count == 1 ? formats.first ?? nil : nil {
    case nil:
      products = try each(modules) { (graph, module) throws(BertError) in try graph.floatProduct(x, module) }
    case .int8, .nf4:
      if let quantization = try checkpoint.inputQuantization(weights) {
        let rounded = rounded(x, quantization, LinearSite.of(weight: weights[0]) ?? modules[0])
        products = try each(modules) { (graph, module) throws(BertError) in try graph.byteProduct(rounded, module) }
      } else {
        let tokens = roundedTokens(x, LinearSite.of(weight: weights[0]) ?? modules[0])
        products = try each(modules) { (graph, module) throws(BertError) in
          let product = try graph.byteProduct(tokens.values, module)
          return graph.graph.node("Mul", [product, tokens.steps], as: Self.path(module) + "/Mul")
        }
      }
    case .int4:
      products = try each(modules) { (graph, module) throws(BertError) in try graph.fourBitProduct(x, module) }
    }
    var results: [String] = []
    for (product, module) in zip(products, modules) {
      let bias = floats(module + ".bias", [try outputs(module)])
      results.append(graph.node("Add", [product, bias], as: Self.path(module) + "/Add", output: output))
    }
    return results
  }

  private mutating func each(
    _ modules: [String], _ product: (inout BertGraph, String) throws(BertError) -> String
  ) throws(BertError) -> [String] {
    var products: [String] = []
    for module in modules { products.append(try product(&self, module)) }
    return products
  }

  private func outputs(_ module: String) throws(BertError) -> Int { try shape(module)[0] }

  /// `[outputs, inputs]`.
  private func shape(_ module: String) throws(BertError) -> [Int] {
    let name = module + ".weight"
    guard let shape = checkpoint.shape(of: name), shape.count == 2 else {
      throw .unknownTensor(path: checkpoint.path, tensor: name)
    }
    return shape
  }

  // MARK: Floats

  /// `MatMul` by the transposed weight; halves are widened by a `Cast`, which runtimes compute once.
  private mutating func floatProduct(_ x: String, _ module: String) throws(BertError) -> String {
    let name = module + ".weight"
    let shape = try shape(module)
    let turned = [shape[1], shape[0]]
    let path = Self.path(module)
    var weight: String
    if precision == .fp16 {
      weight = halves(name, turned) { Transposition.transposed($0, columns: shape[1]) }
      weight = widened(weight, path)
    } else {
      let checkpoint = checkpoint
      let data = TensorBytes(count: 4 * shape.reduce(1, *)) { sink in
        let values = Transposition.transposed(try checkpoint.widened(name), columns: shape[1])
        try sink(values.span.bytes)
      }
      weight = graph.tensor(name, .float, turned, data)
    }
    return graph.node("MatMul", [x, weight], as: path + "/MatMul")
  }

  /// A parameter in half precision, to nearest even; one beyond its range is an error, not an infinity.
  mutating func halves(
    _ name: String, _ shape: [Int], arranged: @escaping @Sendable ([UInt16]) -> [UInt16]
  ) -> String {
    let checkpoint = checkpoint
    let data = TensorBytes(count: 2 * shape.reduce(1, *)) { sink in
      let values = try checkpoint.floats(name)
      let halves = values.map(HalfPrecision.bits)
      if let index = halves.firstIndex(where: HalfPrecision.isInfinite) {
        let stored = checkpoint.configuration.family.stored(tensor: name)
        throw BertError.notFinite(path: checkpoint.path, tensor: stored, index: index, value: values[index])
      }
      let stored = arranged(halves)
      try sink(stored.span.bytes)
    }
    return graph.tensor(name, .float16, shape, data)
  }

  // MARK: Bytes

  /// Rows of whole numbers, and what each has to be multiplied by.
  private struct RoundedTokens {
    let values: String
    let steps: String
  }

  /// The magnitude below which a token counts as zeros.
  private static let leastMagnitude: Float = 1e-30

  /// Each token by its own scale: `round(a * (127 / max |a|))`, to be multiplied by `max |a| / 127`.
  ///
  /// The scale is not that of the quantisation, which knows none that differ from token to token: it is divided out before
  /// and multiplied with afterwards.
  private mutating func roundedTokens(_ x: String, _ site: String) -> RoundedTokens {
    let path = Self.path(site) + "/input"
    let magnitudes = graph.node("Abs", [x], as: path + "/Abs")
    let largest = graph.node(
      "ReduceMax", [magnitudes, graph.vector([-1])], as: path + "/ReduceMax", ["keepdims": .integer(1)])
    let divisor = graph.node("Max", [largest, graph.scalar(Self.leastMagnitude)], as: path + "/Max")
    let inverse = graph.node("Div", [graph.scalar(127), divisor], as: path + "/Div")
    let scaled = graph.node("Mul", [x, inverse], as: path + "/Mul")
    return RoundedTokens(
      values: rounded(scaled, scale: graph.scalar(1), zeroPoint: 0, path),
      steps: graph.node("Div", [divisor, graph.scalar(127)], as: path + "/Div_1"))
  }

  /// All by one scale and zero point.
  private mutating func rounded(_ x: String, _ quantization: InputQuantization, _ site: String) -> String {
    let path = Self.path(site) + "/input"
    let scale = graph.tensor(site + ".input_scale", .float, [], TensorBytes(floats: [quantization.scale]))
    return rounded(x, scale: scale, zeroPoint: quantization.zeroPoint, path)
  }

  /// To whole multiples of a scale, between those of the least and the largest byte, as QuantizeLinear and DequantizeLinear.
  ///
  /// Unsigned, each number 128 more than the signed one, which is what ONNX Runtime has products for on every processor.
  private mutating func rounded(_ x: String, scale: String, zeroPoint: Int8, _ path: String) -> String {
    let zero = graph.scalar(byte: UInt8(128 + Int(zeroPoint)))
    let values = graph.node("QuantizeLinear", [x, scale, zero], as: path + "/QuantizeLinear")
    return graph.node("DequantizeLinear", [values, scale, zero], as: path + "/DequantizeLinear")
  }

  /// `MatMul` by the weight times its scales, which runtimes make a product of integers where the input was rounded.
  private mutating func byteProduct(_ x: String, _ module: String) throws(BertError) -> String {
    let name = module + ".weight"
    let shape = try shape(module)
    let (outputs, inputs) = (shape[0], shape[1])
    let checkpoint = checkpoint
    let data = TensorBytes(count: outputs * inputs) { sink in
      let values = Transposition.transposed(try checkpoint.byteRows(name).values, columns: inputs)
      try sink(values.span.bytes)
    }
    let path = Self.path(module)
    let weight = graph.tensor(name, .int8, [inputs, outputs], data)
    let scales = graph.tensor(
      name + "_scale", .float, [outputs], TensorBytes(floats: try checkpoint.byteRows(name).steps))
    // Stated, for ONNX Runtime makes a wrong one of its own where it turns weights into u8 (session.x64quantprecision).
    let zeros = graph.tensor(
      name + "_zero_point", .int8, [outputs], TensorBytes([UInt8](repeating: 0, count: outputs)))
    let values = graph.node(
      "DequantizeLinear", [weight, scales, zeros], as: path + "/DequantizeLinear", ["axis": .integer(1)])
    return graph.node("MatMul", [x, values], as: path + "/MatMul")
  }

  // MARK: Four bits

  /// `MatMul` by blocks of four bits, which ONNX Runtime makes `MatMulNBits` of.
  private mutating func fourBitProduct(_ x: String, _ module: String) throws(BertError) -> String {
    let name = module + ".weight"
    let shape = try shape(module)
    guard let stored = try checkpoint.fourBitGroups(name) else {
      throw .unknownTensor(path: checkpoint.path, tensor: name)
    }
    let groups = shape[1] / stored.group
    let data = TensorBytes(count: ElementType.uint4.byteCount(shape.reduce(1, *))) { sink in
      let values = stored.bytes.withBytes { Transposition.unpacked($0) }
      let packed = Transposition.packed(Transposition.transposed(values, columns: shape[1]))
      try sink(packed.span.bytes)
    }
    let path = Self.path(module)
    let weight = graph.tensor(name, .uint4, [shape[1], shape[0]], data)
    let scales = graph.tensor(
      name + "_scale", .float, [groups, shape[0]],
      TensorBytes(floats: Transposition.transposed(stored.scales, columns: groups)))
    let zeroPoints = graph.tensor(
      name + "_zero_point", .uint4, [groups, shape[0]],
      TensorBytes(Transposition.packed(Transposition.transposed(stored.zeroPoints, columns: groups))))
    let values = graph.node(
      "DequantizeLinear", [weight, scales, zeroPoints], as: path + "/DequantizeLinear",
      ["axis": .integer(0), "block_size": .integer(stored.group)])
    return graph.node("MatMul", [x, values], as: path + "/MatMul")
  }
}
