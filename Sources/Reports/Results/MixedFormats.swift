/// A model whose parts are stored in unlike number formats, and what each part costs.
public struct MixedFormats: Equatable, Sendable, Codable {
  /// A way to store a part, measured with all other parts in floats.
  public struct Option: Equatable, Sendable, Codable {
    /// Such as "int4".
    public var format: String
    public var bytes: Int
    /// In nats.
    public var klDivergence: Double
    /// In nats.
    public var lossIncrease: Double
    public var accuracyDrop: Double

    enum CodingKeys: String, CodingKey {
      case format, bytes
      case klDivergence = "kl_divergence"
      case lossIncrease = "loss_increase"
      case accuracyDrop = "accuracy_drop"
    }

    public init(format: String, bytes: Int, klDivergence: Double, lossIncrease: Double, accuracyDrop: Double) {
      self.format = format
      self.bytes = bytes
      self.klDivergence = klDivergence
      self.lossIncrease = lossIncrease
      self.accuracyDrop = accuracyDrop
    }
  }

  public struct Part: Equatable, Sendable, Codable {
    public var name: String
    /// The format of one of the options.
    public var chosen: String
    public var options: [Option]

    public init(name: String, chosen: String, options: [Option]) {
      self.name = name
      self.chosen = chosen
      self.options = options
    }
  }

  /// That all was chosen by.
  public var split: String
  /// By which whole models were judged.
  public var sentences: Int
  /// By which single parts were.
  public var sensitivitySentences: Int
  /// The budget.
  public var maxDrop: Double
  /// Of the whole model, on the split that chose it.
  public var accuracyDrop: Double
  public var parts: [Part]

  enum CodingKeys: String, CodingKey {
    case split, sentences, parts
    case sensitivitySentences = "sensitivity_sentences"
    case maxDrop = "max_drop"
    case accuracyDrop = "accuracy_drop"
  }

  public init(
    split: String, sentences: Int, sensitivitySentences: Int, maxDrop: Double, accuracyDrop: Double, parts: [Part]
  ) {
    self.split = split
    self.sentences = sentences
    self.sensitivitySentences = sensitivitySentences
    self.maxDrop = maxDrop
    self.accuracyDrop = accuracyDrop
    self.parts = parts
  }
}
