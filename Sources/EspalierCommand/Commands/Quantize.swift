public import ArgumentParser
import Bert
public import Compression
import Foundation
import Pipeline
import Text

struct Quantize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stores a model in fewer bits, for inference in integers.",
    discussion: "Example: espalier quantize my-model --scheme int8-ptq-dynamic --output my-model-int8")

  @OptionGroup var model: ModelArgument
  @Option(help: "How: \(QuantizationScheme.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scheme: QuantizationScheme
  @Option(help: "How each row's scale is chosen: least-squared-error or largest-magnitude.")
  var clipping: WeightQuantizer.Clipping = .leastSquaredError
  @Flag(
    help:
      "For INT8: weights of linear layers within 64 of zero, not 127, which AVX2 and AVX-512 without VNNI multiply faster."
  )
  var reduceRange = false
  @Option(
    help:
      "For int4 and mixed: how many columns share a scale, 32, 64 or 128; it must divide the model's widths. \(FourBitOptions().group) where it isn't given."
  )
  var groupSize: Int?
  @Flag(help: "For int4 and mixed: a zero point for each group.")
  var asymmetric = false
  @Option(
    help:
      "For int4 and mixed: the numbers of a group: uniform, as where nothing is said, or nf4, which is multiplied and held in memory as INT8 is."
  )
  var codebook: FourBitOptions.Codebook?
  @Option(
    help:
      "How embeddings are stored, int8, as where nothing is said, or int4, which transformers doesn't load. For mixed: in no fewer bits."
  )
  var embeddings: FourBitOptions.Embeddings?
  @Option(
    help:
      "Sentences of the training data, as --data of finetune, whose labels are not looked at: int8-ptq needs them, int4 and mixed round better with them."
  )
  var calibration: String?
  @Option(help: "How many of them, chosen by a hash of the text.")
  var calibrationSentences = Calibration.standardSentences
  @Option(
    help:
      "For int8-ptq: how inputs are clipped: \(RangeChoice.allCases.map(\.rawValue).joined(separator: ", ")); auto where it isn't given."
  )
  var ranges: RangeChoice?
  @Option(help: "For int8-ptq: how much of attention's outliers goes into weights, 0 to 1; none where it isn't given.")
  var smoothing: Double?
  @OptionGroup var columns: DataOptions
  @OptionGroup var judging: MetricOption
  @OptionGroup var labelled: SchemeData
  @OptionGroup var mixedOptions: MixedOptions
  @Option(help: "The directory of the quantised model; that of the model and the scheme's name where it isn't given.")
  var output: String?
  @OptionGroup(title: "Training, for int8-qat and int4-qat") var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var output: String
    var scheme: String
    var sizeBytes: Int
    var sourceSizeBytes: Int
    /// By the names of the inputs; nil where nothing was calibrated.
    var inputs: [String: InputRange]?
    /// What was chosen; nil for schemes without a choice.
    var mixed: MixedPrecision?
    /// Of a model that was trained for it, on what its training didn't see; nil where nothing was held out.
    var training: QuantizationTrainingFindings?
  }

  /// Of a run without a recipe.
  static let seed: UInt64 = 42

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let directory = try await model.directory(progress)
    let target = output ?? "\(model.name)-\(scheme.rawValue)"
    let url = URL(filePath: target, directoryHint: .isDirectory)
    let quantizer = ModelQuantizer(
      scheme: scheme, quantizer: WeightQuantizer(clipping: clipping, reducesRange: reduceRange),
      fourBit: fourBit, ranges: ranges ?? .auto)
    let source = try Checkpoint(modelDirectory: directory)
    if scheme.needsSelection {
      let found = try mixed(source, to: url, progress)
      let outcome = outcome(target, directory, mixed: found)
      if display.json { return try Output.json(outcome) }
      try show(outcome)
      return try show(found)
    }
    if scheme.needsTraining {
      let found = try trained(source, to: url, progress)
      let outcome = outcome(target, directory, training: found)
      if display.json { return try Output.json(outcome) }
      try show(outcome)
      if let found { try show(found, try judging.resolved(columns, source.configuration)) }
      return
    }
    let calibration = try calibration.map { try measured(source, $0, progress) }
    let inputs = try quantizer.quantize(source, to: url, calibration: calibration)
    let outcome = outcome(target, directory, inputs: inputs)
    if display.json { return try Output.json(outcome) }
    try show(outcome)
  }

  private func outcome(
    _ target: String, _ source: URL, inputs: [String: InputRange]? = nil, mixed: MixedPrecision? = nil,
    training: QuantizationTrainingFindings? = nil
  ) -> Outcome {
    Outcome(
      output: target, scheme: scheme.rawValue,
      sizeBytes: ModelFiles.bytes(URL(filePath: target, directoryHint: .isDirectory)),
      sourceSizeBytes: ModelFiles.bytes(source), inputs: inputs, mixed: mixed,
      training: training)
  }

  private func show(_ outcome: Outcome) throws {
    try Output.line(
      "\(outcome.output): \(outcome.scheme), \(outcome.sizeBytes) bytes needed for inference, of "
        + "\(outcome.sourceSizeBytes)")
  }

  /// The options of four bits.
  var fourBit: FourBitOptions {
    var options = FourBitOptions()
    options.group = groupSize ?? options.group
    options.isSymmetric = !asymmetric
    options.embeddings = embeddings ?? options.embeddings
    options.codebook = codebook ?? options.codebook
    return options
  }

  func validate() throws {
    try checkHeeded()
    guard FourBitOptions.groups.contains(fourBit.group) else {
      throw ValidationError("--group-size: expected 32, 64 or 128, found \(fourBit.group)")
    }
    if reduceRange, !scheme.hasReducibleRange {
      throw ValidationError("--reduce-range: \(CompressionError.noRangeToReduce(scheme: scheme.rawValue))")
    }
    if asymmetric, codebook == .nf4 {
      throw ValidationError("--asymmetric: NF4 has a zero among its levels; expected --codebook uniform")
    }
    if scheme.needsCalibration, calibration == nil {
      throw ValidationError("--scheme \(scheme.rawValue) needs --calibration FILE: sentences of the training data")
    }
    if scheme.needsSelection || scheme.needsTraining, labelled.data == nil {
      let purpose = scheme.needsTraining ? "to train on" : "that were not trained on"
      throw ValidationError("--scheme \(scheme.rawValue) needs --data FILE: labelled sentences \(purpose)")
    }
    if scheme.needsTraining, labelled.train != nil, training.selection != nil {
      throw ValidationError("--selection: expected none, for the run of --data has one of its own: see --split")
    }
    guard calibrationSentences >= Calibration.fewestSentences else {
      throw ValidationError(
        "--calibration-sentences: expected at least \(Calibration.fewestSentences), found \(calibrationSentences)")
    }
    guard smoothing.map({ (0...1).contains($0) }) ?? true else {
      throw ValidationError("--smoothing: expected 0 to 1, found \(smoothing ?? 0)")
    }
  }

  /// Refuses what the scheme would not heed.
  private func checkHeeded() throws {
    let given: [(option: String, isGiven: Bool, isUser: (QuantizationScheme) -> Bool)] = [
      ("group-size", groupSize != nil, \.hasFourBitOptions), ("asymmetric", asymmetric, \.hasFourBitOptions),
      ("codebook", codebook != nil, \.hasFourBitOptions), ("embeddings", embeddings != nil, \.hasFourBitOptions),
      ("calibration", calibration != nil, \.canBeCalibrated), ("ranges", ranges != nil, \.needsCalibration),
      ("smoothing", smoothing != nil, \.needsCalibration),
    ]
    for (option, isGiven, isUser) in given where isGiven && !isUser(scheme) {
      let users = QuantizationScheme.allCases.filter(isUser).map(\.rawValue).joined(separator: " or ")
      throw ValidationError("--\(option): expected --scheme \(users), found \(scheme.rawValue)")
    }
  }

  /// Reads the sentences of a file.
  func measured(_ source: Checkpoint, _ path: String, _ progress: any ProgressDisplay) throws -> Calibration {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    // Those of a run are in the columns that it writes.
    let format = path == labelled.train ? ExampleFormat(kind: nil) : columns.exampleFormat(nil, labels: [])
    let sentences = try ExampleSource(rereading: path, format).sample(calibrationSentences, seed: Self.seed)
    let tokenizer = try ModelTokenizer.read(
      modelDirectory: source.directory, vocabSize: source.configuration.vocabSize)
    let text = try TokenizedText(
      sentences, tokenizer: tokenizer, maximumLength: compute.length(source.configuration))
    progress.begin("calibrate", unit: "sentences", total: text.count)
    defer { progress.end() }
    return try Calibration.measure(
      source, on: text, smoothing: smoothing, withMoments: scheme.gainsByMoments, backend: try compute.backend()
    ) {
      progress.advance(to: $0, note: "")
    }
  }
}

extension QuantizationScheme: ExpressibleByArgument {}
extension RangeChoice: ExpressibleByArgument {}
extension WeightQuantizer.Clipping: ExpressibleByArgument {}
extension FourBitOptions.Codebook: ExpressibleByArgument {}
extension FourBitOptions.Embeddings: ExpressibleByArgument {}
