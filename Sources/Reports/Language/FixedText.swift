/// Standard texts without numbers.
public enum FixedText: CaseIterable, Sendable {
  case forTraining
  case forChoosingLayers
  case forChoosingLayersAndFormats
  case forReporting
  case sst2
  case movieSnippets
  // The other tasks of GLUE.
  case cola, mrpc, qqp, stsb, mnli, qnli, rte, wnli
  case noLicence

  /// As results hold it.
  public var text: String { English().fixed(self) }

  init?(_ text: String) {
    guard let found = FixedText.allCases.first(where: { $0.text == text }) else { return nil }
    self = found
  }
}
