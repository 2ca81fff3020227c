import Bert
import Compression
import Compute
import FoundationEssentials
import Training

/// The stages that make the variants of one seed, from the fine-tuning to the number formats.
struct VariantStages {
  /// Its seed is this one's.
  let recipe: Recipe
  let data: RunData
  let pretrained: PretrainedModel
  let labels: [String]
  let backend: CPUBackend

  /// The variants, in the order of the report, and what was found on the way.
  struct Made {
    var variants: [MadeVariant]
    var ablation: LayerAblation
    var pruning: PruningFindings
    /// By variant.
    var quantizationTraining: [String: QuantizationTrainingFindings] = [:]
    /// By variant.
    var mixed: [String: MixedPrecision] = [:]
  }

  func run(_ runner: StageRunner) async throws -> Made {
    let folder = runner.folder
    let baseline = folder.models(Variant.baseline.name)
    let finetune = try await TrainingStage(
      name: "finetune", configuration: recipe.finetune, gradientCheckpointing: recipe.gradientCheckpointing,
      backend: backend, data: data, modelSums: pretrained.sums,
      teacher: nil, labels: labels, target: baseline, tokenizerSource: pretrained.tokenizer,
      checkpointSeconds: recipe.checkpointSeconds,
      start: { try pretrained.classifier(labels: labels) }
    ).run(runner)
    let ablation = try await AblationStage(
      backend: backend, data: data, model: baseline, modelSums: finetune.outputs
    ).run(runner)
    let pruning = try await PruningStage(
      settings: recipe.prune, controls: recipe.controls, seed: recipe.seed, backend: backend, data: data,
      model: baseline, modelSums: finetune.outputs, ranking: ablation.findings.leastSensitiveFirst
    ).run(runner)

    var made = Made(
      variants: [(.baseline, finetune.outputs)], ablation: ablation.findings, pruning: pruning.findings)
    for variant in trainedAgain {
      let isPruned = variant.name != Variant.longer.name
      var configuration = recipe.refinetune
      if !isPruned { configuration.distillation = nil }
      let source = isPruned ? folder.work(variant.name) : baseline
      let sums = isPruned ? pruning.outputs.filter { $0.key.hasPrefix("work/\(variant.name)/") } : finetune.outputs
      let record = try await TrainingStage(
        name: "refinetune.\(variant.name)", configuration: configuration,
        gradientCheckpointing: recipe.gradientCheckpointing, backend: backend, data: data,
        modelSums: sums, teacher: configuration.distillation == nil ? nil : (baseline, finetune.outputs),
        labels: labels, target: folder.models(variant.name), tokenizerSource: baseline,
        checkpointSeconds: recipe.checkpointSeconds,
        start: {
          try BertClassifier(
            checkpoint: try Checkpoint(modelDirectory: source), labels: labels, seed: configuration.seed,
            backend: backend)
        }
      ).run(runner)
      made.variants.append((variant, record.outputs))
    }
    let chosen = made.variants.filter { [Variant.baseline.name, Variant.pruned.name].contains($0.variant.name) }
    for precision in recipe.convert {
      for entry in chosen {
        let converted = entry.variant.converted(to: .stored(precision))
        let sums = try await ConversionStage(
          source: folder.models(entry.variant.name), sourceSums: entry.sums, variant: converted, precision: precision,
          backend: backend
        ).run(runner)
        made.variants.append((converted, sums))
      }
    }
    for scheme in recipe.quantize {
      for entry in chosen { try await quantize(entry, scheme, runner, &made) }
    }
    return made
  }

  private func quantize(
    _ entry: MadeVariant, _ scheme: QuantizationScheme, _ runner: StageRunner,
    _ made: inout Made
  ) async throws {
    let source = runner.folder.models(entry.variant.name)
    let quantized = entry.variant.converted(to: .quantized(scheme))
    let calibration = (recipe.calibration ?? CalibrationSettings()).heeded(by: scheme)
    if scheme.needsTraining {
      let record = try await QuantizationTrainingStage(
        source: source, sourceSums: entry.sums, variant: quantized, scheme: scheme,
        quantizer: recipe.weightQuantizer(scheme), configuration: recipe.qat,
        gradientCheckpointing: recipe.gradientCheckpointing, checkpointSeconds: recipe.checkpointSeconds,
        backend: backend, data: data, labels: labels
      ).run(runner)
      made.quantizationTraining[quantized.name] = record.findings
      made.variants.append((quantized, record.outputs))
    } else if scheme.needsSelection {
      let record = try await MixedPrecisionStage(
        source: source, sourceSums: entry.sums, variant: quantized, settings: recipe.mixed,
        fourBit: recipe.fourBit ?? FourBitOptions(), calibrationSentences: calibration.sentences, backend: backend,
        data: data, seed: recipe.seed
      ).run(runner)
      made.mixed[quantized.name] = record.findings
      made.variants.append((quantized, record.outputs))
    } else {
      let sums = try await QuantizationStage(
        source: source, sourceSums: entry.sums, variant: quantized,
        quantizer: ModelQuantizer(
          scheme: scheme, quantizer: recipe.weightQuantizer(scheme), fourBit: recipe.fourBit ?? FourBitOptions(),
          ranges: calibration.ranges),
        calibration: calibration, backend: backend, data: data, seed: recipe.seed
      ).run(runner)
      made.variants.append((quantized, sums))
    }
  }

  private var trainedAgain: [Variant] {
    var variants: [Variant] = [.pruned]
    if recipe.controls.contains(.longer) { variants.append(.longer) }
    if recipe.controls.contains(.top) { variants.append(.top) }
    if recipe.controls.contains(.random) { variants.append(.random) }
    return variants
  }
}
