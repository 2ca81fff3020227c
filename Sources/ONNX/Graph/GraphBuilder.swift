/// Gathers the operations and constants of a graph.
struct GraphBuilder {
  private(set) var nodes: [Node] = []
  private(set) var initializers: [Initializer] = []
  private var names: Set<String> = []

  /// Adds an operation of one output.
  ///
  /// - Parameters:
  ///   - domain: of the operation; empty for ONNX's own.
  ///   - name: of the operation, new in this graph.
  ///   - output: the name of its result; that of the operation with an ending where it isn't given.
  /// - Returns: the name of its result.
  mutating func node(
    _ operation: String, of domain: String = "", _ inputs: [String], as name: String, output: String? = nil,
    _ attributes: KeyValuePairs<String, AttributeValue> = [:]
  ) -> String {
    precondition(names.insert(name).inserted, "two operations '\(name)'")
    let output = output ?? name + "_output"
    nodes.append(
      Node(
        operation: operation, domain: domain, name: name, inputs: inputs, outputs: [output],
        attributes: attributes.map { (name: $0.key, value: $0.value) }))
    return output
  }

  /// Adds a tensor of constants.
  ///
  /// - Returns: its name.
  mutating func tensor(_ name: String, _ type: ElementType, _ shape: [Int], _ data: TensorBytes) -> String {
    precondition(names.insert(name).inserted, "two tensors '\(name)'")
    initializers.append(Initializer(name, type, shape, data))
    return name
  }

  /// A constant that many operations may share: the first call makes it.
  private mutating func shared(_ name: String, _ type: ElementType, _ shape: [Int], _ data: TensorBytes) -> String {
    names.contains(name) ? name : tensor(name, type, shape, data)
  }

  mutating func scalar(_ value: Float) -> String { shared("float_\(value)", .float, [], TensorBytes(floats: [value])) }

  mutating func scalar(integer value: Int64) -> String {
    shared("int64_\(value)", .int64, [], TensorBytes(integers: [value]))
  }

  mutating func scalar(byte value: UInt8) -> String { shared("uint8_\(value)", .uint8, [], TensorBytes([value])) }

  mutating func vector(_ values: [Int64]) -> String {
    shared(
      "int64s_" + values.map(String.init).joined(separator: "_"), .int64, [values.count], TensorBytes(integers: values))
  }
}
