public import Bert

/// A way of storing a model in fewer bits; the raw value is its name in commands and recipes.
public enum QuantizationScheme: String, CaseIterable, Sendable, Codable {
  /// Weights and embeddings of s8, one scale a row; activations quantised while the model runs. Nothing is calibrated.
  case int8PTQDynamic = "int8-ptq-dynamic"
  /// The same numbers, of weights that were trained to be rounded to them.
  case int8QAT = "int8-qat"

  /// The format of the weights, as tables show it.
  public var weightFormat: String {
    switch self {
    case .int8PTQDynamic, .int8QAT: "INT8"
    }
  }

  /// For people.
  public var title: String {
    switch self {
    case .int8PTQDynamic: "INT8 dynamic"
    case .int8QAT: "INT8 QAT"
    }
  }

  /// Which weights are quantised. The classifier keeps its floats: a few rows, on which each logit depends.
  public var configuration: QuantizationConfiguration {
    switch self {
    case .int8PTQDynamic, .int8QAT: QuantizationConfiguration(targets: [.linear, .embedding], ignore: ["classifier"])
    }
  }

  /// The scheme that a directory's configuration is of; nil for one that was made otherwise. A directory doesn't tell
  /// whether its weights were trained for it: of such schemes it is the first.
  public init?(_ configuration: QuantizationConfiguration) {
    guard let scheme = Self.allCases.first(where: { $0.configuration == configuration }) else { return nil }
    self = scheme
  }
}

extension QuantizationScheme {
  /// What a training for this scheme rounds in its forward passes; nil for a scheme without training.
  public var fakeQuantization: FakeQuantization? {
    switch self {
    case .int8QAT: FakeQuantization(weights: .int8, activations: .perToken, embeddings: .int8)
    default: nil
    }
  }

  /// Whether it takes a training, and so labelled data.
  public var needsTraining: Bool { fakeQuantization != nil }
}
