import Reports

/// Results that no run ever gave: every number here is made up to exercise the report.
enum MadeUpResults {
  static func full() -> ShowdownResults {
    var results = ShowdownResults(
      title: "Made-up showdown",
      variants: [
        variant("baseline", "1. FP32 baseline (6L)", .baseline, layers: 6, correct: 780, bytes: 90_890_000, p50: 6.2),
        variant(
          "baseline-f16", "2. FP16 (6L)", .converted, layers: 6, correct: 780, bytes: 45_480_000, p50: 6.4, fixed: 1,
          broken: 1, p: 1, precision: "F16"),
        variant(
          "pruned", "3. Pruned FP32 (4L)", .pruned, layers: 4, correct: 777, bytes: 76_690_000, p50: 4.3, fixed: 14,
          broken: 17, p: 0.72, removed: [1, 3]),
        variant(
          "pruned-f16", "4. Pruned FP16 (4L)", .converted, layers: 4, correct: 778, bytes: 38_380_000, p50: 4.4,
          fixed: 14, broken: 16, p: 0.86, removed: [1, 3], precision: "F16"),
        variant(
          "longer", "C1. Unpruned, trained as long", .control, layers: 6, correct: 783, bytes: 90_890_000, p50: 6.2,
          fixed: 12, broken: 9, p: 0.66),
        variant(
          "top", "C2. Top layers removed (4L)", .control, layers: 4, correct: 768, bytes: 76_690_000, p50: 4.3,
          fixed: 20, broken: 32, p: 0.13, removed: [4, 5]),
        variant(
          "random", "C3. Random layers removed (4L)", .control, layers: 4, correct: 748, bytes: 76_690_000, p50: 4.3,
          fixed: 15, broken: 47, p: 0.0000618, removed: [0, 2]),
      ])
    results.model = "minilm-l6"
    results.recipe = "made-up"
    results.espalierVersion = "0.0.0"
    results.commit = "0123456789abcdef"
    results.command = "espalier run made-up --data DIR --set seed=42"
    results.date = "2026-01-02T03:04:05Z"
    results.seed = 42
    results.threads = 2
    results.reportedSplit = "dev"
    results.sensitivitySplit = "selection"
    results.latencySubject = "one sentence of 17 tokens"
    results.removedLayers = [1, 3]
    results.machine = machine()
    results.dataset = DatasetDescription(
      name: "made-up sentences", licence: "none", labels: ["negative", "positive"],
      files: [.init(name: "dev.tsv", sha256: String(repeating: "ab", count: 32), rows: 872)])
    results.splits = [
      SplitUse(name: "train", rows: 60_000, purpose: "training"),
      SplitUse(name: "selection", rows: 2_000, purpose: "checkpoints, sensitivity and the layers removed"),
      SplitUse(name: "dev", rows: 872, purpose: "the figures of this report, once"),
    ]
    results.sensitivity = zip([0.031, -0.002, 0.0125, 0.0005, 0.0095, 0.0215], 0...).map { drop, layer in
      LayerSensitivity(layer: layer, accuracyDrop: drop, lossIncrease: 2 * drop + 0.004, klDivergence: abs(drop) * 1.5)
    }
    results.depthCurve = [
      depth(6, 0.8945, .baseline), depth(6, 0.898, .unprunedLonger), depth(5, 0.881, .prunedBefore),
      depth(4, 0.842, .prunedBefore), depth(3, 0.721, .prunedBefore), depth(4, 0.8911, .prunedAfter),
      depth(4, 0.8807, .controlTop), depth(4, 0.8578, .controlRandom),
    ]
    results.disagreements = Disagreements(
      count: 3, variants: results.variants.map(\.name),
      rows: [
        .init(row: 17, label: 1, predictions: [1, 1, 0, 0, 1, 0, 0], sentence: "a film that can't be told apart"),
        .init(row: 4, label: 0, predictions: [1, 1, 1, 1, 0, 1, 1], sentence: "not bad"),
      ])
    results.notes = ["Every number of this report is made up."]
    return results
  }

  /// The same with weights that were never trained; accuracies, sensitivity and depth are left in to be held back.
  static func randomWeights() -> ShowdownResults {
    var results = full()
    for index in results.variants.indices { results.variants[index].randomWeights = true }
    return results
  }

  /// What a short run gives: no sensitivity, no latency by batch, no depth, no machine.
  static func sparse() -> ShowdownResults {
    var results = full()
    results.variants.removeLast(3)
    for index in results.variants.indices {
      results.variants[index].latencyByBatch = nil
      results.variants[index].latencyByLength = nil
      results.variants[index].confusion = nil
      results.variants[index].throughput = nil
    }
    results.sensitivity = nil
    results.depthCurve = nil
    results.machine = nil
    results.notes = nil
    results.splits = nil
    return results
  }

  private static func variant(
    _ name: String, _ title: String, _ role: VariantResult.Role, layers: Int, correct: Int, bytes: Int, p50: Double,
    fixed: Int? = nil, broken: Int? = nil, p: Double? = nil, removed: [Int]? = nil, precision: String = "F32"
  ) -> VariantResult {
    var variant = VariantResult(name: name, title: title, role: role)
    let accuracy = Double(correct) / 872
    variant.accuracy = accuracy
    variant.accuracyInterval = Bounds(accuracy - 0.021, accuracy + 0.019)
    variant.sizeBytes = bytes
    variant.latency = LatencyFigures(
      p50: p50, p90: p50 * 1.1, p99: p50 * 1.4, mean: p50 * 1.03, standardDeviation: p50 * 0.08, count: 500)
    variant.peakMemoryBytes = bytes + 40_000_000
    variant.layers = layers
    variant.removedLayers = removed
    variant.parameterCount = bytes / (precision == "F16" ? 2 : 4)
    variant.precision = precision
    variant.epochs = role == .baseline || name == "baseline-f16" ? 3 : 5
    variant.correct = correct
    variant.count = 872
    variant.f1 = accuracy + 0.004
    variant.mcc = 2 * accuracy - 1
    variant.logLoss = 0.31
    variant.calibrationError = 0.0437
    variant.confusion = [[380, 48], [824 - correct, correct - 380]]
    variant.throughput = 1000 / p50 * 2.2
    variant.latencyByBatch = [1, 2, 4, 8, 16, 32, 64].map { batch in
      BatchLatency(batch: batch, tokens: 16, p50: p50 * (0.7 + 0.3 * Double(batch)))
    }
    variant.latencyByLength = [16, 32, 64].map { LengthLatency(tokens: $0, p50: p50 * (0.4 + Double($0) / 40)) }
    if let fixed, let broken, let p {
      variant.difference = Double(fixed - broken) / 872
      let half = 1.96 * Double(fixed + broken).squareRoot() / 872
      variant.differenceInterval = Bounds(Double(fixed - broken) / 872 - half, Double(fixed - broken) / 872 + half)
      variant.fixed = fixed
      variant.broken = broken
      variant.agreement = 1 - Double(fixed + broken) / 872
      variant.mcnemarP = p
      variant.mcnemarPHolm = min(1, 6 * p)
    }
    if removed != nil { variant.accuracyBeforeRefinetuning = 0.842 }
    return variant
  }

  /// With a row of a model that was trained to be rounded.
  static func withQuantizationTraining() -> ShowdownResults {
    var results = full()
    var trained = variant(
      "baseline-int8-qat", "5. INT8 QAT (6L)", .converted, layers: 6, correct: 779, bytes: 23_090_000, p50: 3.1,
      fixed: 8, broken: 9, p: 1, precision: "INT8")
    trained.quantizationTraining = QuantizationTraining(
      split: "selection", sentences: 2000, fakeQuantizedAccuracy: 0.8975, convertedAccuracy: 0.898, agreement: 0.9985)
    trained.quantizationTrainingReported = QuantizationTraining(
      split: "dev", sentences: 872, fakeQuantizedAccuracy: 0.8922, convertedAccuracy: 0.8933, agreement: 0.9977)
    results.variants.append(trained)
    return results
  }

  /// With a row of a model of several formats.
  static func withMixedFormats() -> ShowdownResults {
    var results = full()
    var mixed = variant(
      "baseline-mixed", "5. Mixed (6L)", .converted, layers: 6, correct: 778, bytes: 14_090_000, p50: 3.2, fixed: 8,
      broken: 9, p: 1, precision: "MIXED")
    let options = [("int4", 100, 0.0123), ("int8", 200, 0.0004), ("floats", 800, 0)].map {
      MixedFormats.Option(
        format: $0.0, bytes: $0.1, klDivergence: $0.2, lossIncrease: 0.5 * $0.2, accuracyDrop: 0.25 * $0.2)
    }
    mixed.mixedFormats = MixedFormats(
      split: "selection", sentences: 2000, sensitivitySentences: 512, maxDrop: 0.003, accuracyDrop: 0.0025,
      parts: [
        .init(name: "bert.embeddings", chosen: "int4", options: options),
        .init(name: "bert.pooler.dense", chosen: "floats", options: Array(options.dropFirst())),
      ])
    results.variants.append(mixed)
    return results
  }

  private static func depth(_ layers: Int, _ accuracy: Double, _ kind: DepthPoint.Kind) -> DepthPoint {
    DepthPoint(
      layers: layers, accuracy: accuracy, kind: kind, interval: Bounds(accuracy - 0.021, accuracy + 0.019),
      split: kind == .prunedBefore ? "selection" : "dev")
  }

  private static func machine() -> MachineDescription {
    var machine = MachineDescription()
    machine.cpu = "Made-up CPU"
    machine.logicalCores = 2
    machine.cpuFlags = ["fma", "avx2"]
    machine.memoryBytes = 16 << 30
    machine.operatingSystem = "Made-up Linux"
    machine.loadAverage = [0.1, 0.2, 0.3]
    return machine
  }
}
