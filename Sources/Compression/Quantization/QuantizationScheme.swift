public import Bert

/// A way of storing a model in fewer bits; the raw value is its name in commands and recipes.
public enum QuantizationScheme: String, CaseIterable, Sendable, Codable {
  /// Weights and embeddings of s8, one scale a row; activations quantised while the model runs. Nothing is calibrated.
  case int8PTQDynamic = "int8-ptq-dynamic"
  /// The same weights; activations quantised by one scale and zero point a layer, chosen on calibration data.
  case int8PTQ = "int8-ptq"
  /// The numbers of ``int8PTQDynamic``, of weights that were trained to be rounded to them.
  case int8QAT = "int8-qat"
  /// Weights of four bits in groups, embeddings of s8 or four bits; activations as for ``int8PTQDynamic``.
  case int4
  /// The numbers of ``int4``, symmetric, of weights that were trained to be rounded to them.
  case int4QAT = "int4-qat"
  /// Each part of the model as in ``int4``, as in ``int8PTQDynamic`` or in floats, as a budget allows: ``MixedQuantizer``.
  case mixed

  /// The format of the weights, as tables show it.
  public var weightFormat: String {
    switch self {
    case .mixed: "MIXED"
    case .int8PTQDynamic, .int8PTQ, .int8QAT: "INT8"
    case .int4, .int4QAT: "INT4"
    }
  }

  /// Whether linear layers are of s8, whose range can be reduced: ``WeightQuantizer/reducesRange``.
  public var hasReducibleRange: Bool { configuration.weights[.linear] == .int8 }

  /// - Throws: ``CompressionError/noRangeToReduce(scheme:)`` for a range that the scheme's weights don't have.
  func check(_ quantizer: WeightQuantizer) throws(CompressionError) {
    guard hasReducibleRange || !quantizer.reducesRange else { throw .noRangeToReduce(scheme: rawValue) }
  }

  /// Whether ``Calibration`` has to be made first.
  public var needsCalibration: Bool { self == .int8PTQ }

  /// Whether ``Calibration``, with moments, makes it better: weights are rounded so that outputs change least.
  public var gainsByMoments: Bool { self == .int4 || self == .mixed }

  /// Whether calibration sentences change it.
  public var canBeCalibrated: Bool { needsCalibration || gainsByMoments }

  /// Whether it heeds ``FourBitOptions``.
  public var hasFourBitOptions: Bool { self == .int4 || self == .mixed }

  /// Whether formats are chosen on labelled sentences that are held out of the training.
  public var needsSelection: Bool { self == .mixed }

  /// For people.
  public var title: String {
    switch self {
    case .int8PTQDynamic: "INT8 dynamic"
    case .int8PTQ: "INT8 static"
    case .int8QAT: "INT8 QAT"
    case .int4: "INT4"
    case .int4QAT: "INT4 QAT"
    case .mixed: "mixed"
    }
  }

  /// Which weights are quantised, but for those that ``mixed`` chooses by name. The classifier keeps its floats: a few rows,
  /// on which each logit depends.
  public var configuration: QuantizationConfiguration {
    switch self {
    case .int8PTQDynamic, .int8QAT: QuantizationConfiguration(targets: [.linear, .embedding], ignore: ["classifier"])
    case .int8PTQ: Self.staticInputs(isSymmetric: false)
    case .int4: configuration(FourBitOptions())
    case .int4QAT: Self.int4.configuration
    case .mixed: QuantizationConfiguration(ignore: ["classifier"])
    }
  }

  private static func staticInputs(isSymmetric: Bool) -> QuantizationConfiguration {
    QuantizationConfiguration(
      targets: [.linear, .embedding], ignore: ["classifier"], inputs: .perTensor(isSymmetric: isSymmetric))
  }

  /// The same, with the options of a scheme of four bits.
  func configuration(_ options: FourBitOptions) -> QuantizationConfiguration {
    guard self == .int4 else { return configuration }
    return QuantizationConfiguration(
      weights: [.linear: options.linear, .embedding: options.embeddings == .int8 ? .int8 : options.uniform],
      ignore: ["classifier"])
  }

  /// The scheme that a directory's configuration is of, whatever its options; nil for one that was made otherwise.
  ///
  /// A directory doesn't tell whether its weights were trained for it: of such schemes it is the first.
  public init?(_ configuration: QuantizationConfiguration) {
    if configuration.weights.isEmpty, configuration.modules.values.contains(where: { $0.inputs == .perToken }) {
      self = .mixed
      return
    }
    let options: FourBitOptions? =
      switch configuration.weights[.linear] {
      case .int4(let group, let isSymmetric): FourBitOptions(group: group, isSymmetric: isSymmetric)
      case .nf4(let group): FourBitOptions(group: group, codebook: .nf4)
      case .int8, nil: nil
      }
    if var options {
      let all = FourBitOptions.Embeddings.allCases.map { embeddings in
        options.embeddings = embeddings
        return options
      }
      guard all.contains(where: { Self.int4.configuration($0) == configuration }) else { return nil }
      self = .int4
      return
    }
    // Other programs may have no zero points.
    if configuration == Self.staticInputs(isSymmetric: true) {
      self = .int8PTQ
      return
    }
    let byClass = Self.allCases.filter { !$0.needsSelection }
    guard let scheme = byClass.first(where: { $0.configuration == configuration }) else { return nil }
    self = scheme
  }
}

extension QuantizationScheme {
  /// What a training for this scheme rounds in its forward passes; nil for a scheme without training.
  public var fakeQuantization: FakeQuantization? { fakeQuantization(reducesRange: false) }

  /// The same.
  ///
  /// - Parameter reducesRange: whether weights of s8 are -64...64: ``WeightQuantizer/reducesRange``.
  public func fakeQuantization(reducesRange: Bool) -> FakeQuantization? {
    switch self {
    case .int8QAT:
      FakeQuantization(weights: reducesRange ? .reducedInt8 : .int8, activations: .perToken, embeddings: .int8)
    case .int4QAT:
      FakeQuantization(
        weights: .int4(groupSize: FourBitOptions().group), activations: .perToken, embeddings: .int8)
    default: nil
    }
  }

  /// Whether it takes a training, and so labelled data.
  public var needsTraining: Bool { fakeQuantization != nil }
}

/// What can be chosen about weights of four bits.
public struct FourBitOptions: Equatable, Sendable, Codable {
  /// The format of the embedding tables.
  public enum Embeddings: String, CaseIterable, Sendable, Codable {
    /// s8, one scale a row.
    case int8
    /// As the weights.
    case int4
  }

  /// The numbers of a group of a linear layer.
  public enum Codebook: String, CaseIterable, Sendable, Codable {
    /// Whole multiples of a step.
    case uniform
    /// ``NormalFloat/levels``; multiplied in eight bits, and as large in memory.
    case nf4
  }

  /// What ``group`` may be.
  public static let groups = [32, 64, 128]

  /// Columns that share a scale.
  public var group: Int
  /// Whether zero points are 8 throughout; else each group has its own.
  public var isSymmetric: Bool
  public var embeddings: Embeddings
  public var codebook: Codebook

  public init(
    group: Int = 64, isSymmetric: Bool = true, embeddings: Embeddings = .int8, codebook: Codebook = .uniform
  ) {
    self.codebook = codebook
    self.group = group
    self.isSymmetric = isSymmetric
    self.embeddings = embeddings
  }

  /// Of linear layers.
  var linear: QuantizationConfiguration.WeightFormat { codebook == .nf4 ? .nf4(group: group) : uniform }

  /// Of embeddings, if they have four bits.
  var uniform: QuantizationConfiguration.WeightFormat { .int4(group: group, isSymmetric: isSymmetric) }
}
