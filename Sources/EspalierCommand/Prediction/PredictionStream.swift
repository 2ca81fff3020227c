import Espalier
import Text

/// Rows in, predictions out, in order: read, tokenised on all threads, classified on all threads, written.
///
/// Memory is bounded by what ``LineReader`` hands on together. Nothing is waited for that isn't needed: what is there is
/// answered before more is read.
struct PredictionStream {
  let engine: InferenceEngine
  let text: PredictionText
  let isTable: Bool

  init(engine: InferenceEngine, isTable: Bool) {
    self.engine = engine
    self.isTable = isTable
    text = PredictionText(labels: engine.labels)
  }

  /// Rows that are read together: some tenths of a second of work for a small model.
  private static let groupRows = 4096

  func run(_ reader: LineReader, _ decoder: RowDecoder) throws {
    var (reader, decoder) = (reader, decoder)
    while let group = try reader.next(limit: Self.groupRows) {
      let lines = try decoder.rows(group)
      let rows = engine.map(lines) { [decoder] line in
        Result { engine.encode(try decoder.input(line)) }
      }
      // What came before a wrong row was in order: it is answered first.
      var encodings: [Encoding] = []
      encodings.reserveCapacity(rows.count)
      for row in rows {
        do {
          encodings.append(try row.get())
        } catch {
          try answer(encodings[...])
          throw error
        }
      }
      try answer(encodings[...])
    }
  }

  private func answer(_ encodings: ArraySlice<Encoding>) throws {
    let encodings = Array(encodings)
    // Written after each call of the model: answers of a large one come steadily.
    for rows in BatchPlan.inOrder(lengths: encodings.map(\.ids.count), tokenBudget: InferenceEngine.callTokens) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(rows.count * 80)
      for prediction in try engine.predictions(rows.map { encodings[$0] }) {
        let prediction = try prediction.get()
        if isTable { text.appendRow(prediction, to: &bytes) } else { text.appendJSON(prediction, to: &bytes) }
        bytes.append(UInt8(ascii: "\n"))
      }
      try Output.write(bytes)
    }
  }
}
