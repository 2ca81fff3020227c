package import Bert
package import Compression
package import Measurement
package import Reports
package import Text
package import Training

/// What a run does: which model and data, how each stage is set. Read from YAML by ``RecipeReader``.
package struct Recipe: Equatable, Sendable, Codable {
  package var name: String
  package var title: String
  /// The title in other languages, by their names in `Language`.
  package var titles: [String: String]
  /// Of everything random; the stages take theirs from it.
  package var seed: UInt64
  /// Everything is trained once more with each of these. The splits of the data, and what is timed, are those of `seed`.
  package var otherSeeds: [UInt64]
  /// Train in less memory and more time. It changes no result, so no stage depends on it.
  package var gradientCheckpointing: Bool
  /// Between two checkpoints of a training; 0 for one after each step. What a kill costs, and nothing else.
  package var checkpointSeconds: Double
  package var model: ModelSource
  package var data: DataSource
  package var finetune: TrainingConfiguration
  package var prune: PruneSettings
  package var refinetune: TrainingConfiguration
  /// Variants that answer "was it the method?".
  package var controls: [Control]
  /// The number formats that baseline and pruned model are converted to.
  package var convert: [StoredPrecision]
  /// The schemes that baseline and pruned model are quantised by.
  package var quantize: [QuantizationScheme]
  /// Whether weights of INT8 have half their range; nil for no.
  package var reduceRange: Bool?
  /// How models are trained to be rounded, for the schemes that need it.
  package var qat: TrainingConfiguration
  /// What the scheme `mixed` may lose.
  package var mixed: MixedSettings
  /// How `int4` and `mixed` store four bits; nil for the standard.
  package var fourBit: FourBitOptions?
  /// What schemes without training learn from training sentences; nil for the standard.
  package var calibration: CalibrationSettings?
  package var evaluate: EvaluationSettings
  package var report: ReportSettings
}

extension Recipe {
  /// How weights of s8 are rounded by a scheme.
  package func weightQuantizer(_ scheme: QuantizationScheme) -> WeightQuantizer {
    WeightQuantizer(reducesRange: scheme.hasReducibleRange && reduceRange == true)
  }

  /// The same with all that is random drawn anew.
  func seeded(_ seed: UInt64) -> Recipe {
    var recipe = self
    recipe.seed = seed
    recipe.otherSeeds = []
    recipe.finetune.seed = seed
    recipe.refinetune.seed = Self.refinetuneSeed(seed)
    recipe.qat.seed = Self.qatSeed(seed)
    return recipe
  }

  /// The same with the best epochs chosen by a metric.
  func judged(by metric: Metric, _ kind: TargetKind) -> Recipe {
    guard metric != kind.standardMetric else { return self }
    var recipe = self
    recipe.finetune.metricForBestModel = metric
    recipe.refinetune.metricForBestModel = metric
    recipe.qat.metricForBestModel = metric
    return recipe
  }

  /// Trainings that follow each other see unlike orders of the data.
  static func refinetuneSeed(_ seed: UInt64) -> UInt64 { seed &+ 1 }
  static func qatSeed(_ seed: UInt64) -> UInt64 { seed &+ 2 }
}

/// The model that everything starts from.
package struct ModelSource: Equatable, Sendable, Codable {
  package enum Weights: String, CaseIterable, Sendable, Codable {
    case pretrained
    /// Drawn by the program in the shape of the model: for proofs of memory and time, never of accuracy.
    case random
  }

  /// Of the catalogue, `owner/name` on the Hub, or a directory.
  package var name: String
  package var weights: Weights
}

/// The labelled sentences, and how they are split.
package struct DataSource: Equatable, Sendable, Codable {
  package var name: String
  /// Of a sentence in tokens, specials included.
  package var maximumLength: Int
  /// The share of the training rows held out for choices.
  package var selectionFraction: Double
  /// The share of the rows that is reported on, where the data set has no such file of its own.
  package var devFraction: Double
  /// At most so many sentences of each split; nil for all.
  package var limit: Int?
  /// How the files are read, and what models are judged by; nil for what the catalogue says. What stands below goes before.
  package var task: GLUETask? = nil
  /// Files within the directory of the data, for data of one's own.
  package var train: String? = nil
  package var dev: String? = nil
  /// A second file that is reported on, of other rows than ``dev``.
  package var otherDev: String? = nil
  package var format: ExampleFormat.Container? = nil
  /// Whether the first line names the columns; otherwise they are numbered from 1.
  package var header: Bool? = nil
  /// Columns.
  package var text: String? = nil
  package var pair: String? = nil
  package var label: String? = nil
  /// The classes in the order of their numbers.
  package var labels: [String]? = nil
  package var problemType: TargetKind? = nil
  package var metric: Metric? = nil

  /// Whether the files need not be those of the catalogue.
  var isOwn: Bool { task != nil || hasOwnFiles }
  var hasOwnFiles: Bool { train != nil || otherDev != nil }
}

/// Which layers go.
package struct PruneSettings: Equatable, Sendable, Codable {
  /// So many, the least sensitive ones.
  package var layers: Int?
  /// These.
  package var remove: [Int]?
  /// As many of the least sensitive as it takes.
  package var targetBytes: Int?
}

/// How number formats are chosen.
package struct MixedSettings: Equatable, Sendable, Codable {
  /// Accuracy, or what the models are judged by, on the selection split.
  package var maxDrop: Double
  /// Of that split, how many sentences single parts are measured on.
  package var sentences: Int
  /// The fewest bits of the tables of embeddings.
  package var embeddings: FourBitOptions.Embeddings
}

/// What is measured on training sentences before a model is quantised.
package struct CalibrationSettings: Equatable, Sendable, Codable {
  package var sentences = Calibration.standardSentences
  /// How `int8-ptq` clips the inputs of layers.
  package var ranges = RangeChoice.auto
  /// How much of attention's outliers goes into the weights of `int8-ptq`, 0...1; nil for none.
  package var smoothing: Double?

  package init() {}

  /// What a scheme heeds of it: what it doesn't, may not repeat its stage.
  func heeded(by scheme: QuantizationScheme) -> CalibrationSettings {
    guard !scheme.needsCalibration else { return self }
    var settings = CalibrationSettings()
    settings.sentences = sentences
    return settings
  }
}

package enum Control: String, CaseIterable, Sendable, Codable {
  /// The unpruned model, trained as long again.
  case longer
  /// As many layers removed from the top.
  case top
  /// As many layers removed at random.
  case random
}

/// How variants are timed.
package struct EvaluationSettings: Equatable, Sendable, Codable {
  /// Fresh processes a variant, interleaved over the variants.
  package var rounds: Int
  /// Sentences timed one at a time in each round.
  package var latencySentences: Int
  /// Calls before timing starts.
  package var warmup: Int
  package var batchSizes: [Int]
  /// Tokens of each sentence in the timing by batch size.
  package var batchTokens: Int
  /// Tokens of the single sentence in the timing by length.
  package var lengths: [Int]
  /// Of the CPU; nil for all that the process may use.
  package var threads: Int?
}

package struct ReportSettings: Equatable, Sendable, Codable {
  /// The loss, in what the models are judged by, that one is ready to accept.
  package var margin: Double
  /// Whether the report shows sentences of the data: only where their licence lets them be passed on.
  package var sentences: Bool
  package var language: Language
}
