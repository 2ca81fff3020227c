/// One row of the showdown: a model, and all that was measured of it. What a run lacks is nil and left out of the files.
public struct VariantResult: Equatable, Sendable, Codable {
  /// What a row is there for.
  public enum Role: String, Sendable, Codable, CaseIterable {
    /// The model that the others are compared with.
    case baseline
    case pruned
    /// A variant that answers "was it the method?", never one to ship.
    case control
    /// Other number format, same layers.
    case converted
    /// Figures taken from elsewhere, shown and not compared.
    case reference
  }

  /// As in the recipe and in the directory of models.
  public var name: String
  /// For people; `name` where there is none.
  public var title: String?
  public var role: Role
  /// Nil where the weights are random, or not evaluated.
  public var accuracy: Double?
  public var accuracyInterval: Bounds?
  /// In what the models are judged by; nil where that is accuracy.
  public var score: Double?
  /// Of a bootstrap over the rows.
  public var scoreInterval: Bounds?
  /// Bytes of all files that inference needs.
  public var sizeBytes: Int?
  /// Of one sentence at a time, on the CPU.
  public var latency: LatencyFigures?
  /// High-water mark of resident memory of a process that served this variant alone.
  public var peakMemoryBytes: Int?

  public var layers: Int?
  public var removedLayers: [Int]?
  public var parameterCount: Int?
  public var precision: String?
  /// Epochs of all training behind this model after the pre-trained encoder.
  public var epochs: Double?
  /// The accuracies of this variant mean nothing, for its weights were never trained.
  public var randomWeights: Bool?

  public var correct: Int?
  public var count: Int?
  public var f1: Double?
  public var mcc: Double?
  /// The unweighted mean of the F1 of several classes.
  public var macroF1: Double?
  /// Of several classes a row: F1 of all decisions.
  public var microF1: Double?
  /// Of numbers.
  public var pearson: Double?
  public var spearman: Double?
  public var meanSquaredError: Double?
  /// In nats.
  public var logLoss: Double?
  /// The expected calibration error, of 15 bins.
  public var calibrationError: Double?
  /// `confusion[actual][predicted]`.
  public var confusion: [[Int]]?
  /// After pruning and before training again, on the selection split.
  public var accuracyBeforeRefinetuning: Double?
  /// Of a model that was trained to be rounded.
  public var quantizationTraining: QuantizationTraining?
  /// The same on the split that the figures of the report are of.
  public var quantizationTrainingReported: QuantizationTraining?
  /// Of a model whose parts are stored in unlike formats.
  public var mixedFormats: MixedFormats?

  /// What it has less what the baseline has, in accuracy or whatever the models are judged by.
  public var difference: Double?
  /// Of the paired bootstrap.
  public var differenceInterval: Bounds?
  public var mcnemarP: Double?
  /// `mcnemarP` after Holm's correction over the rows.
  public var mcnemarPHolm: Double?
  /// Of a paired randomisation test of what the models are judged by; nil where that is accuracy.
  public var randomizationP: Double?
  /// `randomizationP` after Holm's correction over the rows.
  public var randomizationPHolm: Double?
  /// Rows wrong in the baseline and right here.
  public var fixed: Int?
  /// Rows right in the baseline and wrong here.
  public var broken: Int?
  /// Share of rows on which this variant and the baseline predict the same.
  public var agreement: Double?

  public var throughput: Double?
  public var latencyByBatch: [BatchLatency]?
  /// Of calls of one sentence.
  public var latencyByLength: [LengthLatency]?
  /// Over several trainings, where there were.
  public var overSeeds: SeedFigures?
  public var gpu: DeviceFigures?

  enum CodingKeys: String, CodingKey {
    case name, title, role, accuracy, layers, precision, epochs, correct, count, f1, mcc, confusion, difference, fixed
    case broken, agreement, gpu, score, pearson, spearman
    case scoreInterval = "score_interval"
    case macroF1 = "f1_macro"
    case microF1 = "f1_micro"
    case meanSquaredError = "mean_squared_error"
    case randomizationP = "randomization_p"
    case randomizationPHolm = "randomization_p_holm"
    case accuracyInterval = "accuracy_interval"
    case sizeBytes = "size_bytes"
    case latency = "latency_ms"
    case peakMemoryBytes = "peak_memory_bytes"
    case removedLayers = "removed_layers"
    case parameterCount = "parameter_count"
    case randomWeights = "random_weights"
    case logLoss = "log_loss"
    case calibrationError = "expected_calibration_error"
    case accuracyBeforeRefinetuning = "accuracy_before_refinetuning"
    case quantizationTraining = "quantization_training"
    case quantizationTrainingReported = "quantization_training_reported"
    case mixedFormats = "mixed_formats"
    case differenceInterval = "difference_interval"
    case mcnemarP = "mcnemar_p"
    case mcnemarPHolm = "mcnemar_p_holm"
    case throughput = "throughput_sentences_per_second"
    case latencyByBatch = "latency_by_batch"
    case latencyByLength = "latency_by_length"
    case overSeeds = "over_seeds"
  }

  public init(name: String, title: String? = nil, role: Role) {
    self.name = name
    self.title = title
    self.role = role
  }
}

/// A model that was trained to be rounded, as it was trained and in integers.
public struct QuantizationTraining: Equatable, Sendable, Codable {
  /// That both were judged on.
  public var split: String
  public var sentences: Int
  /// Of the rounded floats that the training computed with.
  public var fakeQuantizedAccuracy: Double
  /// Of the integers.
  public var convertedAccuracy: Double
  /// Share of sentences of which both say the same; nil where they say numbers.
  public var agreement: Double?

  enum CodingKeys: String, CodingKey {
    case split, sentences, agreement
    case fakeQuantizedAccuracy = "fake_quantized_accuracy"
    case convertedAccuracy = "converted_accuracy"
  }

  public init(
    split: String, sentences: Int, fakeQuantizedAccuracy: Double, convertedAccuracy: Double, agreement: Double?
  ) {
    self.split = split
    self.sentences = sentences
    self.fakeQuantizedAccuracy = fakeQuantizedAccuracy
    self.convertedAccuracy = convertedAccuracy
    self.agreement = agreement
  }
}

extension VariantResult {
  var shownTitle: String { title ?? name }
  var hasRandomWeights: Bool { randomWeights == true }

  /// Accuracy, or what the models are judged by instead.
  var judged: Double? { score ?? accuracy }
  var judgedInterval: Bounds? { score == nil ? accuracyInterval : scoreInterval }
  /// Unless the weights are random.
  var meaningfulJudged: Double? { hasRandomWeights ? nil : judged }

  /// Of the test that goes with it.
  var pValue: Double? { randomizationP ?? mcnemarP }
  var pValueHolm: Double? { randomizationPHolm ?? mcnemarPHolm }
}

/// As MLPerf tells its entries apart.
enum Division: String {
  /// The baseline's weights in another number format, at most calibrated: nothing was trained for it.
  case closed
  /// Trained again.
  case open
}

extension VariantResult {
  /// Nil for the baseline itself, for rows measured elsewhere, and where the training is not known.
  func division(against baseline: VariantResult?) -> Division? {
    switch role {
    case .baseline, .reference: return nil
    case .pruned, .control: return .open
    case .converted:
      guard let epochs, let before = baseline?.epochs else { return nil }
      return epochs == before && (removedLayers ?? []).isEmpty ? .closed : .open
    }
  }
}
