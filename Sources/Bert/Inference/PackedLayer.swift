internal import Compute

/// An encoder layer ready for inference, all weights packed.
struct PackedLayer: Sendable {
  /// The names of ``LinearSite``, made once.
  private let sites: (queryKeyValue: String, attentionOutput: String, intermediate: String, output: String)
  private var projections: PackedProjections
  private var attentionOutput: PackedLinear
  private let attentionNorm: RowNorm
  private var intermediate: PackedLinear
  private var output: PackedLinear
  private let outputNorm: RowNorm
  private let activation: Activation
  private let headCount: Int

  /// - Parameter isLast: whether it is run for first tokens alone, as a rule.
  init(_ prefix: String, isLast: Bool, _ packer: WeightPacker) throws(BertError) {
    let configuration = packer.reader.configuration
    let attention = prefix + "attention."
    sites = (attention + "self", attention + "output.dense", prefix + "intermediate.dense", prefix + "output.dense")
    projections = try PackedProjections(attention + "self.", areApart: isLast, packer)
    attentionOutput = try packer.linear([attention + "output.dense"])
    attentionNorm = try packer.norm(attention + "output.LayerNorm")
    intermediate = try packer.linear([prefix + "intermediate.dense"])
    output = try packer.linear([prefix + "output.dense"], inputs: configuration.intermediateSize)
    outputNorm = try packer.norm(prefix + "output.LayerNorm")
    activation = configuration.activation
    headCount = configuration.numAttentionHeads
  }

  /// The layer with the weights of some of its sites as other layers have them.
  func taking(_ parts: [String: PackedLayer]) -> PackedLayer {
    var layer = self
    if let other = parts[sites.queryKeyValue] { layer.projections = other.projections }
    if let other = parts[sites.attentionOutput] { layer.attentionOutput = other.attentionOutput }
    if let other = parts[sites.intermediate] { layer.intermediate = other.intermediate }
    if let other = parts[sites.output] { layer.output = other.output }
    return layer
  }

  /// - Parameter ofFirstTokens: whether the result is wanted for the first token of each sequence alone.
  func callAsFunction(
    _ hidden: Tensor, _ layout: SequenceLayout, ofFirstTokens: Bool, _ observer: LinearObserver?, _ backend: CPUBackend
  ) throws(TensorError) -> Tensor {
    try observer?(sites.queryKeyValue, hidden)
    let residual = ofFirstTokens ? try backend.selectRows(hidden, layout.firstRows) : hidden
    let context: Tensor
    switch projections {
    case .joined(let projections):
      let all = try backend.attention(
        queryKeyValue: try backend.linear(hidden, projections), layout: layout, headCount: headCount)
      context = ofFirstTokens ? try backend.selectRows(all, layout.firstRows) : all
    case .apart(let query, let keyValue):
      context = try backend.attention(
        query: try backend.linear(residual, query), keyValue: try backend.linear(hidden, keyValue), layout: layout,
        queries: ofFirstTokens ? layout.firstTokens : layout, headCount: headCount)
    case .absorbed(let query, let keyValue):
      context = try backend.attention(
        query: try backend.linear(residual, query), hidden: hidden, keyValue, layout: layout,
        queries: ofFirstTokens ? layout.firstTokens : layout)
    }
    try observer?(sites.attentionOutput, context)
    let attended = try backend.linear(context, attentionOutput, residual: residual, norm: attentionNorm)
    try observer?(sites.intermediate, attended)
    let wide = try backend.linear(attended, intermediate, activation: activation)
    try observer?(sites.output, wide)
    return try backend.linear(wide, output, residual: attended, norm: outputNorm)
  }
}

/// The projections of attention: one product where all tokens ask; where it is mostly first tokens that do, two of integers, or
/// one of floats.
enum PackedProjections: Sendable {
  case joined(PackedLinear)
  case apart(query: PackedLinear, keyValue: PackedLinear)
  case absorbed(query: PackedLinear, keyValue: AbsorbedProjections)

  init(_ prefix: String, areApart: Bool, _ packer: WeightPacker) throws(BertError) {
    let (query, key, value) = (prefix + "query", prefix + "key", prefix + "value")
    guard areApart else {
      self = .joined(try packer.linear([query, key, value]))
      return
    }
    let queries = try packer.linear([query])
    if let keyValue = try packer.absorbed(key: key, value: value) {
      self = .absorbed(query: queries, keyValue: keyValue)
    } else {
      self = .apart(query: queries, keyValue: try packer.linear([key, value]))
    }
  }
}

/// Reads weights and packs them for the kernels.
struct WeightPacker {
  let reader: any WeightReader
  let backend: CPUBackend

  /// Some linear layers of one input as one, their outputs side by side. Weights stored as halves stay halves, and
  /// quantised ones stay quantised if all of them are.
  ///
  /// - Parameter inputs: the width of the input; nil for the hidden size.
  func linear(_ names: [String], inputs: Int? = nil) throws(BertError) -> PackedLinear {
    let inputs = inputs ?? reader.configuration.hiddenSize
    var bias: [Float] = []
    for name in names { bias += try reader.floats(name + ".bias") }
    if let quantized = try quantized(names.map { $0 + ".weight" }) {
      let inputQuantization = try reader.inputQuantization(names.map { $0 + ".weight" })
      do {
        let layer = try backend.packed(quantized: quantized, bias: bias, inputs: inputs)
        return inputQuantization.map(layer.quantizingInputs) ?? layer
      } catch { throw .tensor(error) }
    }
    if let fourBit = try fourBit(names.map { $0 + ".weight" }) {
      do { return try backend.packed(fourBit: fourBit, bias: bias, inputs: inputs) } catch { throw .tensor(error) }
    }
    if let rows = try normalFloat(names.map { $0 + ".weight" }) {
      do { return try backend.packed(rows: rows, bias: bias, inputs: inputs) } catch { throw .tensor(error) }
    }
    if let mapped = try mapped(names.map { $0 + ".weight" }) {
      do {
        if let layer = try backend.packed(stored: mapped, bias: bias, inputs: inputs) { return layer }
      } catch {
        throw .tensor(error)
      }
    }
    var weights: [[Float]] = []
    for name in names { weights.append(try floats(name + ".weight")) }
    do {
      return try backend.packed(weights: weights, bias: bias, inputs: inputs)
    } catch {
      throw .tensor(error)
    }
  }

  /// Key and value projections for layers where few tokens ask; nil unless both are floats, for integers round the keys and
  /// values themselves.
  func absorbed(key: String, value: String) throws(BertError) -> AbsorbedProjections? {
    let names = [key + ".weight", value + ".weight"]
    for name in names {
      guard try reader.quantized(name) == nil, try reader.fourBit(name) == nil, try reader.normalFloat(name) == nil
      else { return nil }
    }
    let heads = reader.configuration.numAttentionHeads
    let bias = try reader.floats(value + ".bias")
    // Without effect, but no number of a model may be other than finite.
    _ = try reader.floats(key + ".bias")
    let mapped = try mapped(names)
    let weights = mapped == nil ? [try reader.floats(names[0]), try reader.floats(names[1])] : []
    do throws(TensorError) {
      guard let mapped else {
        return try backend.absorbed(key: weights[0], value: weights[1], valueBias: bias, headCount: heads)
      }
      return try backend.absorbed(storedKey: mapped[0], value: mapped[1], valueBias: bias, headCount: heads)
    } catch {
      throw .tensor(error)
    }
  }

  /// - Parameter width: of the rows; nil for the hidden size.
  func norm(_ name: String, width: Int? = nil) throws(BertError) -> RowNorm {
    let columns = Shape([width ?? reader.configuration.hiddenSize])
    let scale = try reader.floats(name + ".weight")
    let shift = try reader.floats(name + ".bias")
    do {
      return RowNorm(
        scale: try backend.upload(scale, shape: columns), shift: try backend.upload(shift, shape: columns),
        epsilon: Float(reader.configuration.layerNormEps))
    } catch {
      throw .tensor(error)
    }
  }

  /// Look-up tables, all of one format: that in which they are stored, or F32 where those differ.
  func tables(_ names: [String]) throws(BertError) -> [EmbeddingTable] {
    if let quantized = try quantized(names) { return quantized.map { backend.embeddingTable($0) } }
    if let fourBit = try fourBit(names) { return fourBit.map { backend.embeddingTable($0) } }
    let columns = reader.configuration.embeddingWidth
    let mapped = try mapped(names)
    // They were read through once, to find what isn't finite; a text needs a few rows.
    defer { for values in mapped ?? [] { values.bytes.releasePages() } }
    var tables: [EmbeddingTable] = []
    for (index, name) in names.enumerated() {
      let values = mapped == nil ? try floats(name) : []
      do throws(TensorError) {
        if let mapped {
          tables.append(try backend.embeddingTable(mapped[index], columns: columns))
        } else {
          tables.append(try backend.embeddingTable(values, columns: columns))
        }
      } catch {
        throw .tensor(error)
      }
    }
    return tables
  }

  /// A weight as floats, whatever it is stored in.
  private func floats(_ name: String) throws(BertError) -> [Float] {
    if let quantized = try reader.quantized(name) { return quantized.dequantized() }
    if let fourBit = try reader.fourBit(name) { return fourBit.dequantized() }
    if let normalFloat = try reader.normalFloat(name) { return normalFloat.dequantized() }
    return try reader.floats(name)
  }

  /// Weights of four bits for the kernels; nil unless all are, in groups of one size, and their steps are whole multiples
  /// of their rows'.
  private func fourBit(_ names: [String]) throws(BertError) -> [FourBitValues]? {
    var found: [FourBitValues] = []
    for name in names {
      guard let groups = try reader.fourBit(name) else { return nil }
      do throws(TensorError) {
        guard let values = try groups.progressive(), values.group == found.first?.group ?? values.group else {
          return nil
        }
        found.append(values)
      } catch { throw .tensor(error) }
    }
    return found
  }

  /// Weights of NF4 in eight bits; nil unless all are stored so.
  private func normalFloat(_ names: [String]) throws(BertError) -> [QuantizedMatrix]? {
    var found: [QuantizedMatrix] = []
    for name in names {
      guard let groups = try reader.normalFloat(name) else { return nil }
      found.append(groups.rows())
      groups.bytes.releasePages()
    }
    return found
  }

  /// Quantised weights; nil unless all are.
  private func quantized(_ names: [String]) throws(BertError) -> [QuantizedValues]? {
    var found: [QuantizedValues] = []
    for name in names {
      guard let values = try reader.quantized(name) else { return nil }
      found.append(values)
    }
    return found
  }

  /// Tensors where they are mapped, all finite; nil unless all can be read there, in one format.
  private func mapped(_ names: [String]) throws(BertError) -> [StoredValues]? {
    var found: [StoredValues] = []
    for name in names {
      guard let values = try reader.mapped(name), values.format == found.first?.format ?? values.format else {
        return nil
      }
      // Converting finds the first number that isn't finite, and throws with its place.
      if !backend.areFinite(values) { _ = try reader.floats(name) }
      found.append(values)
    }
    return found
  }
}
