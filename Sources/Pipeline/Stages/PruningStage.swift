import Bert
import Compression
import Compute
import FoundationEssentials
import Measurement
import Text
import Training

/// What pruning made.
struct PruningFindings: Codable, Sendable {
  struct Model: Codable, Sendable {
    /// Layers removed, ascending.
    var removed: [Int]
    /// On the selection split, before any further training: accuracy, or what the models are judged by.
    var selectionAccuracy: Double
  }

  /// By variant.
  var models: [String: Model]
  /// The same without the k least sensitive layers, for k = 1, 2, ...
  var byDepth: [Double]
}

/// Removes layers: the least sensitive ones, and those of the controls.
struct PruningStage {
  let settings: PruneSettings
  let controls: [Control]
  let seed: UInt64
  let backend: CPUBackend
  let data: RunData
  let model: URL
  let modelSums: [String: String]
  let ranking: [Int]

  private struct Settings: Encodable {
    var prune: PruneSettings
    var controls: [Control]
    var seed: UInt64
    var ranking: [Int]
    var maximumLength: Int
    /// Nil for accuracy.
    var metric: Metric?
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<PruningFindings> {
    var inputs = ["selection": data.sums["split/selection.jsonl"] ?? ""]
    for (file, sum) in modelSums { inputs["model/\(file)"] = sum }
    let identity = Settings(
      prune: settings, controls: controls, seed: seed, ranking: ranking, maximumLength: data.maximumLength,
      metric: data.otherMetric)
    return try await runner.run("prune", settings: identity, inputs: inputs) {
      let whole = try BertClassifier(
        checkpoint: try Checkpoint(modelDirectory: model), seed: seed, backend: backend)
      let selection = try data.selection()
      var findings = PruningFindings(models: [:], byDepth: [])
      var outputs: [URL] = []
      for (variant, choice) in try choices(whole.configuration) {
        let removed = try choice.layers(of: whole.configuration, ranking: ranking)
        let pruned = try whole.removing(layers: Set(removed))
        let target = runner.folder.work(variant)
        try runner.folder.makeParent(of: target)
        try pruned.write(to: target, tokenizerSource: model, backend: backend)
        outputs += try ModelFiles.all(target)
        findings.models[variant] = PruningFindings.Model(
          removed: removed, selectionAccuracy: try score(pruned, selection))
      }
      let depths = 1..<whole.configuration.numHiddenLayers
      runner.progress.begin("prune: by depth", unit: "depths", total: depths.count)
      defer { runner.progress.end() }
      for count in depths {
        let pruned = try whole.removing(layers: Set(ranking.prefix(count)))
        findings.byDepth.append(try score(pruned, selection))
        runner.progress.advance(to: count, note: "")
      }
      return (findings, outputs)
    }
  }

  /// Checks before anything is trained that so many layers, or these, can be removed.
  static func check(_ settings: PruneSettings, _ configuration: BertConfiguration) throws(CompressionError) {
    _ = try choice(settings).layers(of: configuration, ranking: Array(0..<configuration.numHiddenLayers))
  }

  private static func choice(_ settings: PruneSettings) -> LayerChoice {
    if let layers = settings.remove { return .explicit(layers) }
    if let bytes = settings.targetBytes { return .targetBytes(bytes) }
    return .leastSensitive(settings.layers ?? 1)
  }

  /// The pruned variant, then the controls that remove as many layers.
  private func choices(_ configuration: BertConfiguration) throws -> [(String, LayerChoice)] {
    let choice = Self.choice(settings)
    let count = try choice.layers(of: configuration, ranking: ranking).count
    var all: [(String, LayerChoice)] = [(Variant.pruned.name, choice)]
    if controls.contains(.top) { all.append((Variant.top.name, .top(count))) }
    if controls.contains(.random) {
      all.append((Variant.random.name, try random(count, unlike: choice, configuration)))
    }
    return all
  }

  /// The first random choice that isn't the pruned model's own, which would be no control.
  private func random(
    _ count: Int, unlike choice: LayerChoice, _ configuration: BertConfiguration
  ) throws -> LayerChoice {
    let chosen = try choice.layers(of: configuration, ranking: ranking)
    for attempt in 0..<64 {
      let random = LayerChoice.random(count, seed: seed &+ UInt64(attempt))
      if try random.layers(of: configuration, ranking: ranking) != chosen { return random }
    }
    return .random(count, seed: seed)
  }

  private func score(_ model: BertClassifier, _ selection: TokenizedText) throws -> Double {
    try Evaluator.predictions(try PackedClassifier(model, backend: backend), selection).score(data.metric)
  }
}
