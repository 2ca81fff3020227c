import ArgumentParser
import Bert
import Compression
import Foundation
import Measurement
import Pipeline
import Text
import Training

/// What `--scheme mixed` chooses by.
struct MixedOptions: ParsableArguments {
  @Option(help: "For mixed: how much accuracy, or what --metric says, may be lost on them, 0 to 1.")
  var maxDrop = MixedQuantizer.standardMaxDrop
  @Option(
    help:
      "For mixed: on how many of them, chosen by a hash of the text, single parts are measured; whole models are judged on all."
  )
  var sentences = MixedQuantizer.standardSentences

  func validate() throws {
    guard maxDrop >= 0, maxDrop <= 1 else {
      throw ValidationError("--max-drop: expected 0 to 1, such as 0.003, found \(maxDrop)")
    }
    guard sentences >= 1 else { throw ValidationError("--sentences: expected at least 1, found \(sentences)") }
  }
}

extension Quantize {
  /// Chooses formats, and writes the model.
  func mixed(
    _ source: Checkpoint, to directory: URL, _ progress: any ProgressDisplay
  ) throws -> MixedPrecision {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    try source.validate(requireClassifier: true)
    let quantizer = try MixedQuantizer(
      maxDrop: mixedOptions.maxDrop, quantizer: WeightQuantizer(clipping: clipping),
      fourBit: fourBit, embeddings: embeddings ?? MixedQuantizer.standardEmbeddings)
    let configuration = source.configuration
    let metric = try judging.resolved(columns, configuration)
    let (kind, classCount) = (configuration.targetKind, configuration.numLabels)
    let sentences = try ExampleSource(rereading: labelled.file, labelled.format(columns, configuration))
    let tokenizer = try ModelTokenizer.read(modelDirectory: source.directory, vocabSize: configuration.vocabSize)
    let data = try TokenizedText(
      sentences, tokenizer: tokenizer, maximumLength: compute.length(configuration), kind: kind,
      classCount: classCount)
    let sample = try TokenizedText(
      try sentences.sample(mixedOptions.sentences, seed: Self.seed), tokenizer: tokenizer,
      maximumLength: compute.length(configuration), kind: kind, classCount: classCount)
    let calibration = try (calibration ?? labelled.train).map { try measured(source, $0, progress) }
    var bars = SearchProgress(progress, sentences: data.count, sample: sample.count)
    defer { bars.end() }
    return try quantizer.quantize(
      source, to: directory, choosingOn: data, sample: sample, calibration: calibration,
      metric: metric, backend: try compute.backend()
    ) { bars.show($0) }
  }

  /// What was chosen, and what each part costs.
  func show(_ found: MixedPrecision) throws {
    let counts = Precision.allCases.map { "\(found.count($0)) in \($0.rawValue)" }.joined(separator: ", ")
    try Output.line("\(found.units.count) parts: \(counts); \(found.bytes) bytes of weights, of \(found.floatBytes)")
    try Output.line(
      "\((found.metric ?? .accuracy).name) \(rounded(found.floatAccuracy)) in floats, \(rounded(found.accuracy)) as written: a drop of "
        + "\(rounded(found.accuracyDrop)), within \(found.maxDrop), on \(found.sentences) sentences")
    try Output.line("these sentences chose, so the drop flatters: evaluate on others")
    if found.count(.floats) == found.units.count { try Output.line("nothing but floats stays within the budget") }
    let figures = ["KL divergence", "loss increase", "\((found.metric ?? .accuracy).name) drop"]
    try Output.line("each part alone, on \(found.sensitivitySentences) sentences:")
    try Output.line(
      (["part", "stored as", "bytes"] + ["int4", "int8"].flatMap { precision in figures.map { "\(precision) \($0)" } })
        .joined(separator: "\t"))
    for unit in found.units {
      let costs = [Precision.int4, .int8].flatMap { precision -> [String] in
        guard let option = unit.sensitivity.options.first(where: { $0.precision == precision }) else {
          return ["-", "-", "-"]
        }
        return [option.klDivergence, option.lossIncrease, option.accuracyDrop].map { "\(rounded($0))" }
      }
      try Output.line(
        ([unit.sensitivity.unit, unit.chosen.rawValue, "\(unit.cost?.bytes ?? 0)"] + costs).joined(separator: "\t"))
    }
  }

  func rounded(_ figure: Double) -> Double { (1e6 * figure).rounded() / 1e6 }
}
