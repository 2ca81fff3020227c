package import Compression

/// Shows how far a search for number formats is: a bar for the single parts, and one for each model that is judged.
package struct SearchProgress {
  private let display: any ProgressDisplay
  /// By which whole models are judged, and by which single parts.
  private let sentences: Int
  private let sample: Int
  private var task = ""

  package init(_ display: any ProgressDisplay, sentences: Int, sample: Int) {
    self.display = display
    self.sentences = sentences
    self.sample = sample
  }

  package mutating func show(_ progress: MixedQuantizer.Progress) {
    let (name, done, total) =
      switch progress {
      case .measuring(let done): ("each part alone", done, sample)
      case .judging(let model, let done): ("whole model \(model)", done, sentences)
      }
    if name != task {
      end()
      task = name
      display.begin(name, unit: "sentences", total: total)
    }
    display.advance(to: done, note: "")
  }

  package mutating func end() {
    if !task.isEmpty { display.end() }
    task = ""
  }
}
