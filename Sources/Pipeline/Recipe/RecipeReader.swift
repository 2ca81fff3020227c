import Bert
import Compression
import Compute
import FoundationEssentials
import Measurement
import Reports
import Text
import Training
import Yams

/// Reads recipes. What a recipe leaves out has a default; what it says wrongly is refused with file, line and key.
package enum RecipeReader {
  /// A file, or a built-in recipe by its name.
  package static func read(_ nameOrPath: String, overrides: [RecipeOverride] = []) throws(RecipeError) -> Recipe {
    if let text = BuiltInRecipes.text(nameOrPath) {
      return try read(yaml: text, path: "\(nameOrPath) (built in)", overrides: overrides)
    }
    guard FileManager.default.fileExists(atPath: nameOrPath) else {
      throw .unknownRecipe(name: nameOrPath, known: BuiltInRecipes.names)
    }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile(url: URL(filePath: nameOrPath)).withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    } catch { throw .file(error) }
    if let offset = firstInvalidUTF8(bytes.span) { throw .notUTF8(path: nameOrPath, offset: offset) }
    return try read(yaml: String(decoding: bytes, as: UTF8.self), path: nameOrPath, overrides: overrides)
  }

  package static func read(
    yaml: String, path: String, overrides: [RecipeOverride] = []
  ) throws(RecipeError) -> Recipe {
    var node: Node
    do {
      node = try Yams.compose(yaml: yaml) ?? .mapping(Node.Mapping([]))
    } catch let error as YamlError {
      throw malformed(error, path)
    } catch {
      throw .malformedYAML(place: path, reason: "\(error)")
    }
    for override in overrides { node = override.applied(to: node) }
    let root = try RecipeNode(node, path: path, overridden: Set(overrides.map(\.key)))
    let recipe = try recipe(root)
    try root.finish()
    return recipe
  }

  private static func recipe(_ root: RecipeNode) throws(RecipeError) -> Recipe {
    let name = try root.required("name", try root.string("name"))
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }), name.first != "."
    else { throw root.wrong("name", expected: "letters, digits, '-', '_' and '.'", found: "'\(name)'") }
    let (seed, otherSeeds) = try seeds(root)
    let schemes = try root.choices("quantize", QuantizationScheme.self) ?? []
    return Recipe(
      name: name, title: try root.string("title") ?? name, titles: try titles(try root.section("titles")), seed: seed,
      otherSeeds: otherSeeds,
      gradientCheckpointing: try root.bool("gradient_checkpointing") ?? false,
      checkpointSeconds: try root.number("checkpoint_seconds", 0...1e6) ?? 60,
      model: try model(try root.required("model", try root.section("model"))),
      data: try data(try root.required("data", try root.section("data"))),
      finetune: try training(try root.section("finetune"), seed: seed, isTaught: false),
      prune: try prune(try root.required("prune", try root.section("prune"))),
      refinetune: try training(try root.section("refinetune"), seed: Recipe.refinetuneSeed(seed), isTaught: true),
      controls: try root.choices("controls", Control.self) ?? [],
      convert: try root.choices("convert", StoredPrecision.self) ?? [.f16],
      quantize: schemes, reduceRange: try reduceRange(root, schemes),
      qat: try training(
        try root.section("qat"), seed: Recipe.qatSeed(seed), isTaught: true, standard: .quantizationAware),
      mixed: try mixed(try root.section("mixed")), fourBit: try fourBit(root, schemes),
      calibration: try calibration(root, schemes),
      evaluate: try evaluation(try root.section("evaluate")),
      report: try report(try root.section("report")))
  }

  /// `seeds` takes the place of `seed`, so that one `--set` is enough.
  private static func seeds(_ root: RecipeNode) throws(RecipeError) -> (first: UInt64, others: [UInt64]) {
    let single = try root.integer("seed", 0...Int.max) ?? 42
    guard let list = try root.integers("seeds", 0...Int.max) else { return (UInt64(single), []) }
    guard let first = list.first, Set(list).count == list.count else {
      throw root.wrong("seeds", expected: "at least one seed, and none twice", found: "\(list)")
    }
    return (UInt64(first), list.dropFirst().map(UInt64.init))
  }

  /// Nil where it isn't asked for.
  private static func reduceRange(_ root: RecipeNode, _ schemes: [QuantizationScheme]) throws(RecipeError) -> Bool? {
    guard try root.bool("reduce_range") == true else { return nil }
    try check("reduce_range", of: root, isFor: \.hasReducibleRange, schemes)
    return true
  }

  /// Nil where nothing is said.
  private static func fourBit(_ root: RecipeNode, _ schemes: [QuantizationScheme]) throws(RecipeError)
    -> FourBitOptions?
  {
    guard let node = try root.section("int4") else { return nil }
    try check("int4", of: root, isFor: \.hasFourBitOptions, schemes)
    var options = FourBitOptions()
    if let group = try node.integer("group_size", 1...Int.max) {
      guard FourBitOptions.groups.contains(group) else {
        throw node.wrong("group_size", expected: "32, 64 or 128", found: "\(group)")
      }
      options.group = group
    }
    options.isSymmetric = try node.bool("symmetric") ?? options.isSymmetric
    options.codebook = try node.choice("codebook", FourBitOptions.Codebook.self) ?? options.codebook
    options.embeddings = try node.choice("embeddings", FourBitOptions.Embeddings.self) ?? options.embeddings
    if options.codebook == .nf4, !options.isSymmetric {
      throw node.wrong("symmetric", expected: "true, for NF4 has a zero among its levels", found: "false")
    }
    try node.finish()
    return options
  }

  /// Nil where nothing is said.
  private static func calibration(
    _ root: RecipeNode, _ schemes: [QuantizationScheme]
  ) throws(RecipeError) -> CalibrationSettings? {
    guard let node = try root.section("calibration") else { return nil }
    try check("calibration", of: root, isFor: \.canBeCalibrated, schemes)
    var settings = CalibrationSettings()
    settings.sentences =
      try node.integer("sentences", Calibration.fewestSentences...Int.max) ?? settings.sentences
    if let ranges = try node.choice("ranges", RangeChoice.self) {
      try check("ranges", of: node, isFor: \.needsCalibration, schemes)
      settings.ranges = ranges
    }
    if let smoothing = try node.number("smoothing", 0...1) {
      try check("smoothing", of: node, isFor: \.needsCalibration, schemes)
      settings.smoothing = smoothing
    }
    try node.finish()
    return settings
  }

  /// Refuses what none of the schemes would heed.
  private static func check(
    _ key: String, of node: RecipeNode, isFor isUser: (QuantizationScheme) -> Bool, _ schemes: [QuantizationScheme]
  ) throws(RecipeError) {
    guard !schemes.contains(where: isUser) else { return }
    let users = QuantizationScheme.allCases.filter(isUser).map(\.rawValue)
    throw node.wrong(
      key, expected: "\(users.joined(separator: " or ")) in quantize",
      found: "[\(schemes.map(\.rawValue).joined(separator: ", "))]")
  }

  private static func titles(_ node: RecipeNode?) throws(RecipeError) -> [String: String] {
    guard let node else { return [:] }
    var titles: [String: String] = [:]
    for language in Language.allCases { titles[language.rawValue] = try node.string(language.rawValue) }
    try node.finish()
    return titles
  }

  private static func model(_ node: RecipeNode) throws(RecipeError) -> ModelSource {
    let source = ModelSource(
      name: try node.required("name", try node.string("name")),
      weights: try node.choice("weights", ModelSource.Weights.self) ?? .pretrained)
    try node.finish()
    return source
  }

  private static func data(_ node: RecipeNode) throws(RecipeError) -> DataSource {
    let source = DataSource(
      name: try node.required("name", try node.string("name")),
      maximumLength: try node.integer("maximum_length", 3...100_000) ?? 128,
      selectionFraction: try node.number("selection_fraction", 0.001...0.5) ?? 0.05,
      devFraction: try node.number("dev_fraction", 0.001...0.5) ?? 0.1,
      limit: try node.integer("limit", 1...Int.max), task: try node.choice("task", GLUETask.self),
      train: try node.string("train"), dev: try node.string("dev"),
      otherDev: try node.string("other_dev"),
      format: try node.choice("format", ExampleFormat.Container.self), header: try node.bool("header"),
      text: try node.string("text"), pair: try node.string("pair"), label: try node.string("label"),
      labels: try node.strings("labels"), problemType: try node.choice("problem_type", TargetKind.self),
      metric: try node.choice("metric", Metric.self))
    try node.finish()
    return source
  }

  private static func training(
    _ node: RecipeNode?, seed: UInt64, isTaught: Bool, standard: TrainingConfiguration = TrainingConfiguration()
  ) throws(RecipeError) -> TrainingConfiguration {
    var settings = standard
    settings.seed = seed
    guard let node else { return settings }
    settings.numTrainEpochs = try node.integer("num_train_epochs", 1...10_000) ?? settings.numTrainEpochs
    settings.trainBatchSize = try node.integer("train_batch_size", 1...65_536) ?? settings.trainBatchSize
    settings.gradientAccumulationSteps =
      try node.integer("gradient_accumulation_steps", 1...65_536) ?? settings.gradientAccumulationSteps
    settings.learningRate = try node.number("learning_rate", 1e-12...0.999) ?? settings.learningRate
    settings.layerwiseLrDecay = try node.number("layerwise_lr_decay", 0.001...1)
    settings.weightDecay = try node.number("weight_decay", 0...0.999) ?? settings.weightDecay
    settings.warmupRatio = try node.number("warmup_ratio", 0...1) ?? settings.warmupRatio
    settings.maxGradNorm = try node.number("max_grad_norm", 0...1e9) ?? settings.maxGradNorm
    settings.labelSmoothingFactor =
      try node.number("label_smoothing_factor", 0...0.999) ?? settings.labelSmoothingFactor
    settings.wordDropout = try node.number("word_dropout", 0...0.999)
    settings.dropout = try node.bool("dropout") ?? settings.dropout
    settings.loadBestModelAtEnd = try node.bool("load_best_model_at_end") ?? settings.loadBestModelAtEnd
    if isTaught, let section = try node.section("distillation") {
      let standard = settings.distillation ?? DistillationConfiguration()
      settings.distillation = DistillationConfiguration(
        temperature: try section.number("temperature", 0.01...1000) ?? standard.temperature,
        alpha: try section.number("alpha", 0...1) ?? standard.alpha)
      try section.finish()
    }
    try node.finish()
    return settings
  }

  private static func prune(_ node: RecipeNode) throws(RecipeError) -> PruneSettings {
    let settings = PruneSettings(
      layers: try node.integer("layers", 1...10_000), remove: try node.integers("remove", 0...10_000),
      targetBytes: try node.integer("target_bytes", 1...Int.max))
    let given = [settings.layers != nil, settings.remove != nil, settings.targetBytes != nil].count { $0 }
    guard given == 1 else {
      throw node.wrong("layers", expected: "exactly one of layers, remove and target_bytes", found: "\(given)")
    }
    try node.finish()
    return settings
  }

  private static func mixed(_ node: RecipeNode?) throws(RecipeError) -> MixedSettings {
    let settings = MixedSettings(
      maxDrop: try node?.number("max_drop", 0...1) ?? MixedQuantizer.standardMaxDrop,
      sentences: try node?.integer("sentences", 1...Int.max) ?? MixedQuantizer.standardSentences,
      embeddings: try node?.choice("embeddings", FourBitOptions.Embeddings.self) ?? MixedQuantizer.standardEmbeddings)
    try node?.finish()
    return settings
  }

  private static func evaluation(_ node: RecipeNode?) throws(RecipeError) -> EvaluationSettings {
    var settings = EvaluationSettings(
      rounds: 5, latencySentences: 100, warmup: 10, batchSizes: [1, 2, 4, 8, 16, 32], batchTokens: 64,
      lengths: [16, 32, 64, 128])
    guard let node else { return settings }
    settings.rounds = try node.integer("rounds", 1...1000) ?? settings.rounds
    settings.latencySentences = try node.integer("latency_sentences", 1...1_000_000) ?? settings.latencySentences
    settings.warmup = try node.integer("warmup", 0...1_000_000) ?? settings.warmup
    settings.batchSizes = try node.integers("batch_sizes", 1...65_536) ?? settings.batchSizes
    settings.batchTokens = try node.integer("batch_tokens", 2...100_000) ?? settings.batchTokens
    settings.lengths = try node.integers("lengths", 3...100_000) ?? settings.lengths
    settings.threads = try node.integer("threads", 1...1024)
    try node.finish()
    return settings
  }

  private static func report(_ node: RecipeNode?) throws(RecipeError) -> ReportSettings {
    let settings = ReportSettings(
      margin: try node?.number("margin", 0...1) ?? Verdict.standardMargin,
      sentences: try node?.bool("sentences") ?? false,
      language: try node?.choice("language", Language.self) ?? .english)
    try node?.finish()
    return settings
  }

  /// What the parser found, in one line: its own words repeat the whole file.
  private static func malformed(_ error: YamlError, _ path: String) -> RecipeError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      .malformedYAML(
        place: "\(path):\(mark.line)",
        reason: "column \(mark.column): \(context.map { $0.text + ": " } ?? "")\(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      .duplicateKey(place: "\(path):\(context.mark.line)", key: keys.joined(separator: ", "))
    case .reader(let problem, let offset, _, _):
      .malformedYAML(place: path, reason: problem + (offset.map { ", byte \($0)" } ?? ""))
    default: .malformedYAML(place: path, reason: String("\(error)".prefix(200)))
    }
  }
}
