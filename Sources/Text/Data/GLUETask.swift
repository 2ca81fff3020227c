/// The tasks of GLUE: how their files are read.
///
/// - SeeAlso: Wang et al., "GLUE: a multi-task benchmark and analysis platform for natural language understanding", ICLR
///   2019, arXiv:1804.07461; names of classes as in the data set `glue` of Hugging Face.
public enum GLUETask: String, CaseIterable, Sendable, Codable {
  case cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte, wnli

  /// As it stands in `train.tsv` and the files of dev.
  public var format: ExampleFormat {
    switch self {
    // Without a line of names: source, label, mark of the source's author, sentence.
    case .cola:
      ExampleFormat(container: .tsv, hasHeader: false, text: ["4"], pair: [], target: ["2"], labels: labels)
    case .sst2: format("sentence", nil, "label")
    case .mrpc: format("#1 String", "#2 String", "Quality")
    // Some rows of its file are cut within a question; Hugging Face's reader leaves them out too.
    case .qqp: format("question1", "question2", "is_duplicate", skipsDamagedRows: true)
    case .stsb: format("sentence1", "sentence2", "score", kind: .regression)
    case .mnli: format("sentence1", "sentence2", "gold_label")
    case .qnli: format("question", "sentence", "label")
    case .rte, .wnli: format("sentence1", "sentence2", "label")
    }
  }

  /// In the order of their numbers.
  public var labels: [String] {
    switch self {
    case .cola: ["unacceptable", "acceptable"]
    case .sst2: ["negative", "positive"]
    case .mrpc: ["not_equivalent", "equivalent"]
    case .qqp: ["not_duplicate", "duplicate"]
    case .stsb: ["score"]
    case .mnli: ["entailment", "neutral", "contradiction"]
    case .qnli, .rte: ["entailment", "not_entailment"]
    case .wnli: ["not_entailment", "entailment"]
    }
  }

  public var trainFile: String { "train.tsv" }

  /// Of MNLI that of the genres of its training data.
  public var devFile: String { self == .mnli ? "dev_matched.tsv" : "dev.tsv" }

  /// What else is reported on: of MNLI the other genres.
  public var otherDevFile: String? { self == .mnli ? "dev_mismatched.tsv" : nil }

  private func format(
    _ text: String, _ pair: String?, _ target: String, kind: TargetKind = .singleLabel, skipsDamagedRows: Bool = false
  ) -> ExampleFormat {
    ExampleFormat(
      container: .tsv, text: [text], pair: pair.map { [$0] } ?? [], isPair: pair != nil, target: [target], kind: kind,
      labels: labels, skipsDamagedRows: skipsDamagedRows)
  }
}
