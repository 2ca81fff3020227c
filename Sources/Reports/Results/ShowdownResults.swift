public import enum Measurement.Metric

/// All that a run found: the value that `results.json` holds, and the only thing that the report is made from.
public struct ShowdownResults: Equatable, Sendable, Codable {
  /// Of this form. Fields may be added under the same number.
  public static let currentFormatVersion = 1

  public var formatVersion: Int
  public var title: String
  /// The title in other languages than that of `title`, by their names in ``Language``.
  public var titles: [String: String]?
  /// The language of the report where none is asked for; nil for English.
  public var language: Language?
  /// What the models are judged by; nil for accuracy. Differences, what layers and parts lose, points by depth and figures
  /// over seeds are of it, whatever their names say; the accuracy of a variant is its accuracy.
  public var metric: Metric?
  /// The loss, in what the models are judged by, that the recipe accepts, as a share: the verdict's where none is asked for.
  public var margin: Double?
  public var variants: [VariantResult]

  /// The pre-trained model that all variants come from.
  public var model: String?
  /// Where the Hugging Face Hub has it: owner/name.
  public var modelRepository: String?
  /// As SPDX names it.
  public var modelLicence: String?
  public var recipe: String?
  public var espalierVersion: String?
  public var commit: String?
  /// As typed.
  public var command: String?
  /// ISO 8601.
  public var date: String?
  public var seed: Int?
  /// Of all trainings, the first being `seed`; nil where there was one.
  public var seeds: [Int]?
  public var threads: Int?
  public var machine: MachineDescription?
  public var dataset: DatasetDescription?
  /// What each split was used for.
  public var splits: [SplitUse]?
  /// The split of the accuracies in `variants`.
  public var reportedSplit: String?
  /// What the variants are worth on another split; nil where there is none.
  public var otherSplit: OtherSplit?
  /// Of all intervals; 0.95 where it is not stated.
  public var confidence: Double?
  /// The text of the single-sentence latency, such as "one sentence of 17 tokens".
  public var latencySubject: String?
  public var sensitivity: [LayerSensitivity]?
  /// The split that the sensitivity was measured on.
  public var sensitivitySplit: String?
  public var removedLayers: [Int]?
  public var depthCurve: [DepthPoint]?
  public var disagreements: Disagreements?
  public var notes: [String]?

  enum CodingKeys: String, CodingKey {
    case title, titles, language, metric, margin, variants, model, recipe, commit, command, date, seed, seeds, threads,
      machine,
      dataset, splits
    case confidence, sensitivity, disagreements, notes
    case formatVersion = "format_version"
    case modelRepository = "model_repository"
    case modelLicence = "model_licence"
    case espalierVersion = "espalier_version"
    case reportedSplit = "reported_split"
    case otherSplit = "other_split"
    case latencySubject = "latency_subject"
    case sensitivitySplit = "sensitivity_split"
    case removedLayers = "removed_layers"
    case depthCurve = "depth_curve"
  }

  public init(title: String, variants: [VariantResult]) {
    formatVersion = ShowdownResults.currentFormatVersion
    self.title = title
    self.variants = variants
  }
}

/// The variants on a split beside the one that the report is of, such as the other genres of MNLI.
public struct OtherSplit: Equatable, Sendable, Codable {
  public var name: String
  /// With what depends on what they said, and nothing else.
  public var variants: [VariantResult]

  public init(name: String, variants: [VariantResult]) {
    self.name = name
    self.variants = variants
  }
}

extension ShowdownResults {
  var measure: Metric { metric ?? .accuracy }
  var baseline: VariantResult? { variants.first { $0.role == .baseline } }
  var shownConfidence: Double { confidence ?? 0.95 }

  /// "95 %"
  var confidenceText: String { NumberText.trimmed(100 * shownConfidence, 2) + " %" }
}
