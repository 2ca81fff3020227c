import enum Measurement.Metric

/// The words of reports in English. Standard texts are also those that results hold.
struct English: Phrases {
  let language = Language.english
  var measure = Metric.accuracy
  let listSeparator = ", "
  let groupSeparator = "; "
  let sentenceSeparator = " "
  let partSeparator = ", "

  // MARK: Page

  let kicker = "Espalier report"
  let skipLink = "Skip to the comparison"
  let verdict = "Verdict"
  let results = "Results"
  let comparison = "Comparison"
  let comparisonCaption = "Comparison of all variants"
  let recommended = "recommended"
  let figures = "Figures"
  let allNumbers = "All numbers"
  let columnsOfTheStudy = "Columns of the study"
  let classification = "Classification"
  let pairs = "Row by row against the baseline"
  let quantizationTraining = "Trained to be rounded, and rounded"
  let speed = "Speed"
  let confusionMatrices = "Confusion matrices"
  func confusionMatrix(of model: String) -> String { "Confusion matrix of \(model)" }
  let disagreements = "Where the variants disagree"
  let disagreementsCaption = "Rows on which the variants disagree"
  func disagreementsNote(count: String, split: String?, shown: String?, hasSentences: Bool) -> String {
    var note = "The variants disagree on \(count) rows of \(split ?? "the reported split")"
    note += shown.map { "; shown are the \($0) on which most of them leave the baseline." } ?? "."
    if !hasSentences {
      note += " The sentences are left out; rows are counted from 0, as in the files of predictions."
    }
    return note
  }
  let method = "Method"
  let whatChoseWhat = "What chose what"
  let splitsCaption = "What each split was used for"
  let howToReproduce = "How to reproduce"
  let filesOfTheDataSet = "Files of the data set"
  let run = "Run"
  let notes = "Notes"
  func footer(version: String?) -> String {
    "Made by espalier\(version.map { " \($0)" } ?? "") from results.json beside this page; no number was typed by hand."
  }

  // MARK: Verdict

  let verdictOnRandomWeights =
    "The weights of this run are random, so its accuracies mean nothing and are not shown; sizes, times and memory are "
    + "those of the real shapes."
  let verdictWithoutBaseline = "No row is marked as the baseline, so nothing is compared."
  func points(_ amount: String) -> String { "\(amount) point\(amount == "1" ? "" : "s")" }
  func ship(_ model: String, budget: String, baseline: String, difference: String) -> String {
    "For \(article) \(name) budget of \(budget), ship \(model): it is the smallest variant shown to stay within the budget against "
      + "\(baseline) (\(difference))."
  }
  func nothingFits(budget: String, baseline: String, closest: String, difference: String) -> String {
    "No smaller variant is shown to stay within the \(name) budget of \(budget) against \(baseline); the closest is "
      + "\(closest) (\(difference))."
  }
  func lossNotShown(rows: (count: String, points: String)?) -> String {
    let split = rows.map { "\($0.count) rows, of which one is \($0.points) points," } ?? "this many rows"
    return "Its interval holds zero, so a loss is not shown either: \(split) can't tell the two apart."
  }
  func nothingCompared(baseline: String) -> String {
    "No smaller variant was compared with \(baseline) row by row, so none is recommended."
  }
  func differenceWords(_ difference: String, confidence: String, lower: String, upper: String) -> String {
    "difference \(difference) points, \(confidence) interval \(lower) to \(upper)"
  }
  func timesDoNotRank(model: String, fold: String) -> String {
    "Times do not rank the variants here: the machine was busy, and the median latency of \(model) differed \(fold)-fold "
      + "between rounds of the same calls."
  }
  func price(size: String?, latency: String?, memory: String?) -> String {
    var parts: [String] = []
    for (share, of) in [(size, "size"), (latency, "median latency"), (memory, "peak memory")] {
      if let share { parts.append("\(share) % of its \(of)") }
    }
    return "Against the baseline it takes \(Self.list(parts))."
  }

  // MARK: Tables

  let model = "Model"
  let sizeMB = "Size (MB)"
  var accuracyGPU: String { "\(heading) (GPU)" }
  let latencyGPU = "Latency (GPU, ms)"
  let peakGPU = "Peak GPU Mem (MB)"
  var accuracyCPU: String { "\(heading) (CPU)" }
  let latencyCPU = "Latency (CPU, ms)"
  let layers = "Layers"
  let weights = "Weights"
  let division = "Division"
  var accuracy: String { heading }
  func interval(_ confidence: String) -> String { "\(confidence) interval" }
  let differencePoints = "Difference (points)"
  let pHolm = "p (Holm)"
  let p50 = "p50 (ms)"
  let timeRatio = "Time ratio"
  let peakMB = "Peak (MB)"
  func divisionName(_ division: Division) -> String { division.rawValue }
  func weightFormat(_ precision: String) -> String { precision }
  let role = "Role"
  func roleName(_ role: VariantResult.Role) -> String { role.rawValue }
  let removedLayers = "Removed layers"
  let none = "none"
  let epochs = "Epochs"
  let beforeRetraining = "Before re-training"
  let correct = "Correct"
  func correct(_ correct: String, of count: String) -> String { "\(correct) of \(count)" }
  let f1 = "F1"
  let mcc = "MCC"
  let accuracyItself = "Accuracy"
  let macroF1 = "Macro F1"
  let microF1 = "Micro F1"
  let pearson = "Pearson"
  let spearman = "Spearman"
  let meanSquaredError = "Mean squared error"
  let logLoss = "Log loss"
  let calibrationError = "ECE"
  let randomWeights = "random weights"
  let agreement = "Agreement"
  let fixedRows = "Fixed rows"
  let brokenRows = "Broken rows"
  var pPaired: String { measure == .accuracy ? "p (McNemar)" : "p (randomisation)" }
  let split = "Split"
  let sentences = "Sentences"
  var accuracyFakeQuantized: String { "\(heading), fake-quantised" }
  var accuracyIntegers: String { "\(heading), integers" }
  let samePrediction = "Same prediction"
  let p90 = "p90 (ms)"
  let p99 = "p99 (ms)"
  let mean = "Mean (ms)"
  let standardDeviation = "SD (ms)"
  let calls = "Calls"
  let sentencesPerSecond = "Sentences/s"
  let parameters = "Parameters"
  let bytes = "Bytes"
  let trueClass = "True class"
  func predicted(_ name: String) -> String { "Predicted \(name)" }
  let row = "Row"
  let sentence = "Sentence"
  let right = "Right"
  let wrong = "Wrong"
  func partsTitle(_ model: String) -> String { "What each part of \(model) costs" }
  func partsNote(
    sensitivitySentences: String, split: String, whole: (drop: String, allowed: String, sentences: String)?
  ) -> String {
    let parts =
      "Each part alone in fewer bits, all others in floats, on \(sensitivitySentences) sentences of the \(split) split."
    guard let whole else { return parts }
    return parts + " The whole loses \(whole.drop) points there, of \(whole.allowed) allowed, on \(whole.sentences) "
      + "sentences; as these chose, that flatters."
  }
  let part = "Part"
  let storedAs = "Stored as"
  func formatName(_ format: String) -> String { format }
  func partDivergence(_ format: String) -> String { "\(format): divergence (nats)" }
  func partLoss(_ format: String) -> String { "\(format): loss increase" }
  func partDrop(_ format: String) -> String { "\(format): \(name) drop (points)" }
  let rows = "Rows"
  let usedFor = "Used for"
  let file = "File"
  let what = "What"
  let value = "Value"

  // MARK: Figures

  var accuracyAxis: String { heading }
  let latencyAxis = "Median latency at batch 1, ms"
  let callLatencyAxis = "Median latency, ms"
  var differenceTitle: String { "\(heading) against the baseline" }
  func differenceSummary(count: Int, baseline: String) -> String {
    "The difference of \(name) of \(count) variants from \(baseline), in \(pointsName), with intervals."
  }
  func differenceCaption(split: String?, confidence: String) -> String {
    "Paired on the rows of \(Self.the(split)); lines are \(confidence) bootstrap intervals. A line across zero does not show "
      + "a difference."
  }
  var differenceAxis: String { "Difference of \(name), points" }
  let baselineMark = "baseline"
  let lower = "Lower"
  let upper = "Upper"
  var accuracyAndLatency: String { "\(heading) and latency" }
  var accuracyAndSize: String { "\(heading) and size" }
  var accuracyAndMemory: String { "\(heading) and memory" }
  let sizeAxis = "Size, MB"
  let memoryAxis = "Peak memory, MB"
  func paretoSummary(count: Int, axis: String, unbeaten: String) -> String {
    "\(count) variants by \(name) and by \(axis); up and left is better. Not beaten in both: \(unbeaten)."
  }
  func paretoCaption(split: String?, confidence: String) -> String {
    "Up and left is better; the dotted line joins the variants that no other beats in both, the others are pale. Which side "
      + "of a rival a mark lies on may be chance where intervals overlap. Bars are \(confidence) "
      + "\(measure == .accuracy ? "Wilson" : "bootstrap") intervals on "
      + "\(Self.the(split)). Marks too close to be told apart are set side by side; the table has their places."
  }
  let frontier = "Frontier"
  let yes = "yes"
  let no = "no"
  var depthTitle: String { "\(heading) by depth" }
  var depthSummary: String {
    "\(heading) over the encoder layers left, for pruned models before and after training again and for the controls."
  }
  func depthCaption(splits: String) -> String {
    "Marks of one depth are set apart to be seen. Models not trained again start from the whole one."
      + (splits.isEmpty ? "" : " Measured on: \(splits) (see the table).")
  }
  let depthAxis = "Encoder layers"
  func depthKind(_ kind: DepthPoint.Kind) -> String {
    switch kind {
    case .baseline: "baseline"
    case .unprunedLonger: "unpruned, trained as long"
    case .prunedAfter: "pruned, trained again"
    case .prunedBefore: "pruned, not trained again"
    case .controlTop: "top layers removed"
    case .controlRandom: "random layers removed"
    }
  }
  let sensitivityTitle = "Sensitivity of the layers"
  func sensitivitySummary(count: Int) -> String {
    "\(heading) lost when one encoder layer alone is passed over, for \(count) layers, ascending."
  }
  func sensitivityCaption(split: String?) -> String {
    "Each layer alone made the identity, judged on the \(split ?? "selection") split. Layers are counted from 0."
  }
  var sensitivityAxis: String { "\(heading) lost without the layer, points" }
  func layer(_ index: Int) -> String { "Layer \(index)" }
  let layerColumn = "Layer"
  var accuracyDropPoints: String { "\(heading) drop (points)" }
  var lossIncreaseNats: String { measure.isOfNumbers ? "Loss increase (squared error)" : "Loss increase (nats)" }
  let klDivergenceNats = "KL divergence (nats)"
  let fate = "Fate"
  let removed = "removed"
  let kept = "kept"
  func batchTitle(tokens: Int) -> String { "Latency by batch, \(tokens) tokens" }
  func batchSummary(count: Int, tokens: Int) -> String {
    "Median latency of a call over the sentences in it, for \(count) variants, at \(tokens) tokens a sentence."
  }
  let batchAxis = "Sentences a call"
  func batchColumn(_ size: String) -> String { "Batch \(size)" }
  let lengthTitle = "Latency by length"
  func lengthSummary(count: Int) -> String {
    "Median latency of a call of one sentence over its tokens, for \(count) variants."
  }
  let lengthNote =
    "One text a call, cut from the timed sentences to exactly so many tokens, [CLS] and [SEP] included; tokens to logits, "
    + "without the tokeniser."
  let lengthAxis = "Tokens"
  func lengthColumn(_ tokens: String) -> String { "\(tokens) tokens" }
  let modelMillisecondsAt = "Model, ms at"
  func latencyCaption(threads: Int?, isLogarithmic: Bool, omitsControls: Bool) -> String {
    "Median of a call" + (threads.map { ", \(Self.threads($0))" } ?? "") + "; the x axis is logarithmic to base 2"
      + (isLogarithmic ? ", the y axis too." : ".")
      + (omitsControls ? " Controls are in the table alone: they have the shape of another row." : "")
  }
  func radarTitle(hasFixedRanges: Bool) -> String { hasFixedRanges ? "CPU radar, fixed ranges" : "CPU radar" }
  func radarSummary(count: Int, spokes: [String]) -> String {
    "Scores of \(count) variants for \(spokes.joined(separator: ", ").lowercased())."
  }
  let radarScores = "Scores run from 0.1 to 1, larger is better."
  func radarCosts(hasFixedRanges: Bool) -> String {
    hasFixedRanges
      ? "Size, latency and memory: 0.1 + 0.9 (1 − x / baseline), at least 0.1: the baseline has 0.1, nothing at all would "
        + "have 1, and who else is shown makes no difference."
      : "Size, latency and memory: 0.1 + 0.9 (max − x) / (max − min) over the variants shown, the formula of the study, so "
        + "that they change with who is shown."
  }
  func radarAccuracy(range: (lower: String, upper: String, width: String)?, isStudys: Bool) -> String {
    guard let range else { return "\(heading) is left out, for not every variant has one." }
    return "\(heading): 0.1 + 0.9 (x − \(range.lower)) / \(range.width), clipped to \(range.lower)–\(range.upper)"
      + (isStudys ? ", the range of the study." : ".")
  }
  let sizeSpoke = "Size"
  let latencySpoke = "Latency"
  let memorySpoke = "Peak memory"
  func scoreColumn(_ spoke: String) -> String { "\(spoke) score" }

  // MARK: Notes

  func units(subject: String?, threads: Int?) -> String {
    "MB are 2²⁰ bytes of all files that inference needs; no state of the optimiser is counted. Latency is the median of "
      + "single calls at batch 1" + (subject.map { ", \($0)" } ?? "")
      + (threads.map { ", with \(Self.threads($0))" } ?? "") + ". N/A: not measured."
  }
  var noteOnIntervals: String {
    let differences =
      "differences are against the baseline on the same rows, with the interval of a paired bootstrap; p is "
    guard measure != .accuracy else {
      return "Intervals of accuracy are Wilson's; \(differences)McNemar's exact test, corrected over the rows by Holm."
    }
    return
      "The models are judged by \(name), of which a point is a hundredth. Its intervals are of a bootstrap over the "
      + "rows; \(differences)of a paired randomisation test, corrected over the rows by Holm."
  }
  let noteOnRatios =
    "Time ratio is the median latency over the baseline's. Peak is the high-water mark of resident memory of a fresh "
    + "process that served this model alone."
  func noteOnRows(count: String, points: String) -> String {
    "The reported split has \(count) rows: one row is \(points) points."
  }
  let noteOnDivisions =
    "Closed: the baseline's weights in another number format, at most calibrated, nothing trained for it. Open: trained again."
  let noteOnControls =
    "Controls answer whether the choice of the layers did it, or just more training; they are never recommended."
  let noteOnNoControls =
    "No control was run, and open rows were trained for more epochs than the baseline: what pruning did can't be told from "
    + "what the longer training did."
  let noteOnReferences = "Rows of the role reference were measured elsewhere and take part in no comparison."
  let factCommand = "Command"
  let factModel = "Model"
  let factRecipe = "Recipe"
  let factData = "Data"
  let factDate = "Date"
  let factSeed = "Seed"
  let factSeeds = "Seeds"
  let factThreads = "Threads"
  let factProcessor = "Processor"
  let factInstructionSets = "Instruction sets"
  let factKernels = "Kernels"
  let factMemory = "Memory"
  let factSystem = "System"
  let factLoad = "Load at start"
  let factGovernor = "Frequency governor"
  func commit(_ commit: String) -> String { "commit \(commit)" }
  func licence(_ licence: String) -> String { "licence \(licence)" }
  func logicalCores(_ count: Int) -> String { "\(count) logical cores" }
  func coresForThisProcess(_ count: Int) -> String { "\(count) of them for this process" }
  func processorLimit(_ processors: String) -> String { "limited to \(processors) processors" }

  // MARK: The study

  let besideTheStudy = "Beside the study's published numbers, measured elsewhere"
  let studysRows = "The study's own table, measured elsewhere"
  let studysBatches = "The study's latency by batch on its GPU, ms, measured elsewhere"
  func studysRow(_ title: String) -> String { "Study: \(title)" }
  let studysModel = "The study's row"
  let studysSize = "Study: size (MB)"
  let studysAccuracyCPU = "Study: accuracy (CPU)"
  let studysAccuracyGPU = "Study: accuracy (GPU)"
  let studysLatencyCPU = "Study: latency (CPU, ms)"
  let studysDrop = "Study: drop (points)"
  func studyCautions(device: String, repetitions: Int, tokens: Int, hasQAT: Bool) -> [String] {
    [
      "The columns marked as the study's are its published numbers, measured elsewhere (\(device) and the processor "
        + "beside it): they are quoted, not measured here, and take part in no comparison, test, figure or verdict.",
      "Each is one number without an interval. Latency is the mean of \(repetitions) calls of one sentence of \(tokens) "
        + "tokens; the threads aren't stated. Its accuracies are those of the rows that chose its checkpoints and layers, so "
        + "that they flatter.",
      "Memory of later rows holds remains of earlier ones."
        + (hasQAT ? " What it calls INT8 QAT was trained without fake quantisation, and is a second FP32 model." : ""),
    ]
  }
  func studysSizeCaution(real: String, stated: String) -> String {
    "The size of its baseline, \(stated) MB, holds optimiser state: the weights are \(real) MB."
  }
  let studyHasNoSuchModel =
    "The study has no numbers for this model: it measured BERT base with 12 and 8 layers, and BERT large with 24 and 16."
  let studyHasOtherData = "The study has no numbers for this data set: it measured SST-2 alone."

  // MARK: Another split

  func onSplit(_ name: String) -> String { "On \(name)" }
  let otherSplitNote =
    "The same models on other rows, which chose nothing either; all other tables are of the first split."

  // MARK: Seeds

  func overSeeds(_ count: Int) -> String { "Over \(count) seeds" }
  let seedCount = "Seeds"
  var accuracyMean: String { "\(heading), mean" }
  let accuracySD = "SD (points)"
  func meanInterval(_ confidence: String) -> String { "\(confidence) interval of the mean" }
  let differenceMean = "Difference, mean (points)"
  let differenceSD = "SD of the difference (points)"
  let removedBySeed = "Layers removed, by seed"
  func seedNotes(seeds: String, confidence: String) -> [String] {
    [
      "Everything was trained, chosen and converted anew with each of the seeds \(seeds), on the same splits; all other "
        + "tables are of the first.",
      "Differences are from the baseline of the same seed. Intervals are Student's t over the seeds, \(confidence): what "
        + "another seed would change, on these rows. They hold nothing of what other rows would change.",
    ]
  }

  // MARK: Standard texts

  func origin(_ origin: StandardTitle.Origin) -> String {
    switch origin {
    case .baseline: "Baseline"
    case .pruned: "Pruned"
    case .longer: "Unpruned, trained longer"
    case .top: "Top layers removed"
    case .random: "Random layers removed"
    }
  }
  func format(_ format: StandardTitle.Format) -> String {
    switch format {
    case .fp32: "FP32"
    case .fp16: "FP16"
    case .int8Dynamic: "INT8 dynamic"
    case .int8Static: "INT8 static"
    case .int8QAT: "INT8 QAT"
    case .int4: "INT4"
    case .int4QAT: "INT4 QAT"
    case .mixed: "mixed"
    }
  }
  func title(origin: String, format: String) -> String { "\(origin), \(format)" }
  func fixed(_ text: FixedText) -> String {
    switch text {
    case .forTraining: "training"
    case .forChoosingLayers: "choice of epochs and layers, held out of train"
    case .forChoosingLayersAndFormats: "choice of epochs, layers and number formats, held out of train"
    case .forReporting: "the figures of this report, once"
    case .sst2: "GLUE SST-2, the Stanford Sentiment Treebank in two classes (Socher et al., 2013; Wang et al., 2019)"
    case .movieSnippets: "movie-review sentences with mean human ratings (Hutto and Gilbert, 2014)"
    case .cola: "GLUE CoLA, the Corpus of Linguistic Acceptability (Warstadt et al., 2019; Wang et al., 2019)"
    case .mrpc: "GLUE MRPC, the Microsoft Research Paraphrase Corpus (Dolan and Brockett, 2005; Wang et al., 2019)"
    case .qqp: "GLUE QQP, Quora question pairs (Wang et al., 2019)"
    case .stsb: "GLUE STS-B, the Semantic Textual Similarity Benchmark (Cer et al., 2017; Wang et al., 2019)"
    case .mnli: "GLUE MNLI (Williams et al., 2018; Wang et al., 2019)"
    case .qnli: "GLUE QNLI, questions and sentences of SQuAD (Rajpurkar et al., 2016; Wang et al., 2019)"
    case .rte: "GLUE RTE, Recognizing Textual Entailment (Wang et al., 2019)"
    case .wnli: "GLUE WNLI, the Winograd schemas as pairs (Levesque et al., 2011; Wang et al., 2019)"
    case .noLicence: "none stated; for research"
    }
  }
  func note(_ note: StandardNote) -> String {
    switch note {
    case .randomWeights:
      "The weights are random: this run proves path, memory and time, and its accuracies mean nothing."
    case .cut(let sentences): "Each split was cut to at most \(sentences) sentences."
    case .taughtByBaseline:
      "Pruned models, the controls among them, were trained again with the baseline as teacher; the unpruned model that was "
        + "trained longer learnt from the labels alone."
    case .trainedToBeRounded(let schemes, let epochs):
      "Models of \(schemes.joined(separator: " and ")) were trained for \(epochs) epoch\(epochs == 1 ? "" : "s") more with the "
        + "numbers of their integer form, from the FP32 model of the same layers, which was their teacher too."
    case .sameReviewsAsSST:
      "These sentences come from the same reviews as SST: a model trained on them must not be reported on SST-2."
    }
  }
  func subject(_ subject: LatencySubject) -> String {
    "one sentence at a time, text to logits: \(subject.sentences) sentences of \(subject.split), median "
      + "\(subject.medianTokens) tokens, in each of \(subject.processes) fresh processes"
  }
  func withRandomWeights(_ model: String) -> String { "\(model), random weights" }

  // MARK: Grammar

  /// What the models are judged by, in a sentence.
  private var name: String { measure.name }

  /// The same at the head of a column.
  private var heading: String { name.prefix(1).uppercased() + name.dropFirst() }
  private var article: String { measure == .accuracy || measure == .f1 ? "an" : "a" }
  private var pointsName: String { measure == .accuracy ? "percentage points" : "hundredths" }

  private static func the(_ split: String?) -> String { split.map { "the \($0) split" } ?? "the reported split" }

  private static func threads(_ count: Int) -> String { "\(count) thread\(count == 1 ? "" : "s")" }

  /// "a, b and c"
  private static func list(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.last ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
