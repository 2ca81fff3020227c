import enum Measurement.Metric

/// All words of a report in one language. None has a default, so a language that lacks one doesn't compile.
protocol Phrases: PageWords, VerdictWords, TableWords, FigureWords, NoteWords, StandardWords, StudyWords,
  OtherSplitWords,
  SeedWords, Sendable
{
  var language: Language { get }
  /// What the models are judged by: the accuracy of the requirements below.
  var measure: Metric { get }
  /// Between the items of a list within a sentence.
  var listSeparator: String { get }
  /// Between items that may hold commas of their own.
  var groupSeparator: String { get }
  /// Between two sentences of one paragraph.
  var sentenceSeparator: String { get }
  /// Between the parts of one entry, such as a name and its version.
  var partSeparator: String { get }
}

/// Headings and frame of the page and of `results.md`.
protocol PageWords {
  var kicker: String { get }
  var skipLink: String { get }
  var verdict: String { get }
  var results: String { get }
  var comparison: String { get }
  var comparisonCaption: String { get }
  var recommended: String { get }
  var figures: String { get }
  var allNumbers: String { get }
  var columnsOfTheStudy: String { get }
  var classification: String { get }
  var pairs: String { get }
  var quantizationTraining: String { get }
  var speed: String { get }
  var confusionMatrices: String { get }
  func confusionMatrix(of model: String) -> String
  var disagreements: String { get }
  var disagreementsCaption: String { get }
  /// - Parameters:
  ///   - split: nil where its name isn't known.
  ///   - shown: nil where all are.
  func disagreementsNote(count: String, split: String?, shown: String?, hasSentences: Bool) -> String
  var method: String { get }
  var whatChoseWhat: String { get }
  var splitsCaption: String { get }
  var howToReproduce: String { get }
  var filesOfTheDataSet: String { get }
  var run: String { get }
  var notes: String { get }
  func footer(version: String?) -> String
}

protocol VerdictWords {
  var verdictOnRandomWeights: String { get }
  var verdictWithoutBaseline: String { get }
  /// An amount of percentage points, such as "1.2 points".
  func points(_ amount: String) -> String
  func ship(_ model: String, budget: String, baseline: String, difference: String) -> String
  func nothingFits(budget: String, baseline: String, closest: String, difference: String) -> String
  /// - Parameters: of the split; nil where it isn't known.
  func lossNotShown(rows: (count: String, points: String)?) -> String
  func nothingCompared(baseline: String) -> String
  func differenceWords(_ difference: String, confidence: String, lower: String, upper: String) -> String
  func timesDoNotRank(model: String, fold: String) -> String
  /// What a model takes of the baseline's, in per cent; nil for what isn't said. At least one is.
  func price(size: String?, latency: String?, memory: String?) -> String
}

/// Names of columns, and cells that are words.
protocol TableWords {
  var model: String { get }
  // The study's columns.
  var sizeMB: String { get }
  var accuracyGPU: String { get }
  var latencyGPU: String { get }
  var peakGPU: String { get }
  var accuracyCPU: String { get }
  var latencyCPU: String { get }
  // The comparison.
  var layers: String { get }
  var weights: String { get }
  var division: String { get }
  var accuracy: String { get }
  func interval(_ confidence: String) -> String
  var differencePoints: String { get }
  var pHolm: String { get }
  var p50: String { get }
  var timeRatio: String { get }
  var peakMB: String { get }
  func divisionName(_ division: Division) -> String
  func weightFormat(_ precision: String) -> String
  // The classifiers.
  var role: String { get }
  func roleName(_ role: VariantResult.Role) -> String
  var removedLayers: String { get }
  var none: String { get }
  var epochs: String { get }
  var beforeRetraining: String { get }
  var correct: String { get }
  func correct(_ correct: String, of count: String) -> String
  var f1: String { get }
  var mcc: String { get }
  /// Where the models are judged by something else.
  var accuracyItself: String { get }
  var macroF1: String { get }
  var microF1: String { get }
  var pearson: String { get }
  var spearman: String { get }
  var meanSquaredError: String { get }
  var logLoss: String { get }
  var calibrationError: String { get }
  var randomWeights: String { get }
  // Row by row.
  var agreement: String { get }
  var fixedRows: String { get }
  var brokenRows: String { get }
  var pPaired: String { get }
  // Trained to be rounded.
  var split: String { get }
  var sentences: String { get }
  var accuracyFakeQuantized: String { get }
  var accuracyIntegers: String { get }
  var samePrediction: String { get }
  // Speed.
  var p90: String { get }
  var p99: String { get }
  var mean: String { get }
  var standardDeviation: String { get }
  var calls: String { get }
  var sentencesPerSecond: String { get }
  var parameters: String { get }
  var bytes: String { get }
  // Confusion and disagreement.
  var trueClass: String { get }
  func predicted(_ name: String) -> String
  var row: String { get }
  var sentence: String { get }
  var right: String { get }
  var wrong: String { get }
  // Parts in unlike formats.
  func partsTitle(_ model: String) -> String
  /// - Parameter whole: nil where accuracies mean nothing.
  func partsNote(
    sensitivitySentences: String, split: String, whole: (drop: String, allowed: String, sentences: String)?
  ) -> String
  var part: String { get }
  var storedAs: String { get }
  func formatName(_ format: String) -> String
  func partDivergence(_ format: String) -> String
  func partLoss(_ format: String) -> String
  func partDrop(_ format: String) -> String
  // Splits, files, facts.
  var rows: String { get }
  var usedFor: String { get }
  var file: String { get }
  var what: String { get }
  var value: String { get }
}

/// Titles, captions and axes of the figures. A summary is for those who can't see the figure.
protocol FigureWords {
  var accuracyAxis: String { get }
  var latencyAxis: String { get }
  var callLatencyAxis: String { get }
  // Differences.
  var differenceTitle: String { get }
  func differenceSummary(count: Int, baseline: String) -> String
  func differenceCaption(split: String?, confidence: String) -> String
  var differenceAxis: String { get }
  var baselineMark: String { get }
  var lower: String { get }
  var upper: String { get }
  // Pareto plots.
  var accuracyAndLatency: String { get }
  var accuracyAndSize: String { get }
  var accuracyAndMemory: String { get }
  var sizeAxis: String { get }
  var memoryAxis: String { get }
  func paretoSummary(count: Int, axis: String, unbeaten: String) -> String
  func paretoCaption(split: String?, confidence: String) -> String
  var frontier: String { get }
  var yes: String { get }
  var no: String { get }
  // Depth.
  var depthTitle: String { get }
  var depthSummary: String { get }
  /// - Parameter splits: empty where they aren't known.
  func depthCaption(splits: String) -> String
  var depthAxis: String { get }
  func depthKind(_ kind: DepthPoint.Kind) -> String
  // Sensitivity.
  var sensitivityTitle: String { get }
  func sensitivitySummary(count: Int) -> String
  func sensitivityCaption(split: String?) -> String
  var sensitivityAxis: String { get }
  func layer(_ index: Int) -> String
  var layerColumn: String { get }
  var accuracyDropPoints: String { get }
  var lossIncreaseNats: String { get }
  var klDivergenceNats: String { get }
  var fate: String { get }
  var removed: String { get }
  var kept: String { get }
  // Latency.
  func batchTitle(tokens: Int) -> String
  func batchSummary(count: Int, tokens: Int) -> String
  var batchAxis: String { get }
  func batchColumn(_ size: String) -> String
  var lengthTitle: String { get }
  func lengthSummary(count: Int) -> String
  var lengthNote: String { get }
  var lengthAxis: String { get }
  func lengthColumn(_ tokens: String) -> String
  var modelMillisecondsAt: String { get }
  /// Of both latency figures.
  func latencyCaption(threads: Int?, isLogarithmic: Bool, omitsControls: Bool) -> String
  // Radar.
  func radarTitle(hasFixedRanges: Bool) -> String
  func radarSummary(count: Int, spokes: [String]) -> String
  var radarScores: String { get }
  func radarCosts(hasFixedRanges: Bool) -> String
  /// - Parameter range: nil where the accuracy is left out.
  func radarAccuracy(range: (lower: String, upper: String, width: String)?, isStudys: Bool) -> String
  var sizeSpoke: String { get }
  var latencySpoke: String { get }
  var memorySpoke: String { get }
  func scoreColumn(_ spoke: String) -> String
}

/// Sentences about how the figures were made, and where the run comes from.
protocol NoteWords {
  func units(subject: String?, threads: Int?) -> String
  var noteOnIntervals: String { get }
  var noteOnRatios: String { get }
  func noteOnRows(count: String, points: String) -> String
  var noteOnDivisions: String { get }
  var noteOnControls: String { get }
  var noteOnNoControls: String { get }
  var noteOnReferences: String { get }
  var factCommand: String { get }
  var factModel: String { get }
  var factRecipe: String { get }
  var factData: String { get }
  var factDate: String { get }
  var factSeed: String { get }
  var factSeeds: String { get }
  var factThreads: String { get }
  var factProcessor: String { get }
  var factInstructionSets: String { get }
  var factKernels: String { get }
  var factMemory: String { get }
  var factSystem: String { get }
  var factLoad: String { get }
  var factGovernor: String { get }
  func commit(_ commit: String) -> String
  func licence(_ licence: String) -> String
  func logicalCores(_ count: Int) -> String
  func coresForThisProcess(_ count: Int) -> String
  func processorLimit(_ processors: String) -> String
}

/// The study's own published numbers, beside ours.
protocol StudyWords {
  var besideTheStudy: String { get }
  var studysRows: String { get }
  var studysBatches: String { get }
  /// The name of a row of the study, in our table.
  func studysRow(_ title: String) -> String
  var studysModel: String { get }
  var studysSize: String { get }
  var studysAccuracyCPU: String { get }
  var studysAccuracyGPU: String { get }
  var studysLatencyCPU: String { get }
  var studysDrop: String { get }
  /// What they are and what is wrong with them, in sentences.
  func studyCautions(device: String, repetitions: Int, tokens: Int, hasQAT: Bool) -> [String]
  func studysSizeCaution(real: String, stated: String) -> String
  var studyHasNoSuchModel: String { get }
  var studyHasOtherData: String { get }
}

/// Another split that is reported on.
protocol OtherSplitWords {
  func onSplit(_ name: String) -> String
  var otherSplitNote: String { get }
}

/// Several trainings that differ in the seed alone.
protocol SeedWords {
  func overSeeds(_ count: Int) -> String
  var seedCount: String { get }
  var accuracyMean: String { get }
  var accuracySD: String { get }
  func meanInterval(_ confidence: String) -> String
  var differenceMean: String { get }
  var differenceSD: String { get }
  var removedBySeed: String { get }
  func seedNotes(seeds: String, confidence: String) -> [String]
}
