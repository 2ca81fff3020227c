public import Bert
public import Compute
public import FoundationEssentials
public import Measurement
public import Text
internal import Training

/// Stores as much of a model in as few bits as a budget for its accuracy allows.
///
/// 1. Each ``QuantizationUnit`` alone is rounded to four bits and to eight, all others in floats, and what the model says
///    then is compared with what it says in floats: the Kullback-Leibler divergence, which, unlike accuracy, tells small
///    changes of each sentence.
/// 2. ``PrecisionPath`` puts the parts in order: from all in the fewest bits, what makes good most for each byte goes first.
/// 3. Bisection finds a border of the budget on it; each choice is judged whole, in the integers that it is run in.
///
/// Others stay in floats while a part is measured: beside rounded ones its divergence would hold theirs too.
public struct MixedQuantizer: Sendable {
  /// What may be lost where nothing is said.
  public static let standardMaxDrop = 0.003
  /// Of the sentences, how many single parts are measured on where nothing is said.
  public static let standardSentences = 512
  /// The fewest bits of the tables where nothing is said: those that transformers loads.
  public static let standardEmbeddings = FourBitOptions.Embeddings.int8

  /// Accuracy, or the metric of the task, in floats less that of the result, at most; 0...1.
  public let maxDrop: Double
  public let quantizer: WeightQuantizer
  /// ``embeddings`` says what holds for those.
  public let fourBit: FourBitOptions
  /// The fewest bits of the tables.
  public let embeddings: FourBitOptions.Embeddings

  /// How far it is.
  public enum Progress: Sendable {
    /// Sentences on which single parts were measured.
    case measuring(sentences: Int)
    /// Sentences of a whole model, the model's number from 1.
    case judging(model: Int, sentences: Int)
  }

  /// - Throws: ``CompressionError/budget(maxDrop:)``.
  public init(
    maxDrop: Double = Self.standardMaxDrop, quantizer: WeightQuantizer = WeightQuantizer(),
    fourBit: FourBitOptions = FourBitOptions(), embeddings: FourBitOptions.Embeddings = Self.standardEmbeddings
  ) throws(CompressionError) {
    guard maxDrop >= 0, maxDrop <= 1 else { throw .budget(maxDrop: maxDrop) }
    self.maxDrop = maxDrop
    self.quantizer = quantizer
    self.fourBit = fourBit
    self.embeddings = embeddings
  }

  /// Writes the mixed model with the tokenizer of the source: whole or not at all.
  ///
  /// Floats meet every budget; where nothing else does, floats are written. A part of which the group doesn't divide the
  /// columns is not stored in four bits.
  ///
  /// - Parameters:
  ///   - data: labelled sentences that were not trained on, and are not what the final figures come from.
  ///   - sample: those of them that single parts are measured on.
  ///   - calibration: with moments, by which four bits are rounded; nil to round to the nearest.
  ///   - metric: what the budget is of; nil for the standard one of the task, accuracy where a row has one class.
  /// - Throws: ``BertError/alreadyQuantized(path:)``, `TrainingError` for sentences that are missing or have labels that
  ///   the model doesn't know, and ``BertError`` for what can't be read or written.
  public func quantize(
    _ source: Checkpoint, to directory: URL, choosingOn data: TokenizedText, sample: TokenizedText,
    calibration: Calibration? = nil, metric: Metric? = nil, backend: CPUBackend,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> MixedPrecision {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    // A place that can't be written to is to be known before the search.
    let scratch: AtomicDirectory
    do throws(FileError) {
      scratch = try AtomicDirectory(replacing: directory, marker: "config.json")
    } catch { throw BertError.file(error) }
    let floats = try PackedClassifier(checkpoint: source, backend: backend)
    let metric = metric ?? data.targets.kind.standardMetric
    let expected = try Evaluator.predictions(floats, data) { try progress(.judging(model: 1, sentences: $0)) }
    let floatScore = try expected.score(metric)
    let candidates = try PrecisionCandidates(
      source, floats: floats, quantizer: quantizer, fourBit: fourBit, embeddings: embeddings, calibration: calibration,
      scratch: scratch.url)
    let path = PrecisionPath(
      try candidates.sensitivities(on: sample, metric: metric) { try progress(.measuring(sentences: $0)) })

    var judged: [Int: Predictions] = [path.count: expected]
    var trials: [MixedPrecision.Trial] = []
    let steps = try path.fewestSteps { steps in
      let choice = path.choice(after: steps)
      let predictions = try Evaluator.predictions(candidates.model(Self.names(path, choice)), data) {
        try progress(.judging(model: trials.count + 2, sentences: $0))
      }
      let drop = floatScore - (try predictions.score(metric))
      judged[steps] = predictions
      trials.append(
        MixedPrecision.Trial(steps: steps, bytes: choice.reduce(0) { $0 + $1.bytes }, accuracyDrop: drop))
      return drop <= maxDrop
    }
    let choice = path.choice(after: steps)
    try candidates.write(Self.names(path, choice), to: directory)
    let found = judged[steps] ?? expected
    // What is mapped from there was needed until now.
    withExtendedLifetime(scratch) {}
    let score = try found.score(metric)
    return MixedPrecision(
      metric: metric == .accuracy ? nil : metric, maxDrop: maxDrop, sentences: data.count,
      sensitivitySentences: sample.count, floatAccuracy: floatScore,
      floatLoss: try expected.loss(), accuracy: score, loss: try found.loss(), accuracyDrop: floatScore - score,
      units: zip(path.units, choice).map { MixedPrecision.Unit(chosen: $1.precision, sensitivity: $0) },
      trials: trials)
  }

  private static func names(_ path: PrecisionPath, _ choice: [UnitSensitivity.Option]) -> [String: Precision] {
    Dictionary(uniqueKeysWithValues: zip(path.units, choice).map { ($0.unit, $1.precision) })
  }
}
