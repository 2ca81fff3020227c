import Espalier
import Text

/// Rows in, predictions out, in order: read, tokenised on all threads, classified on all threads, written.
///
/// Memory is bounded by the rows that are read together. Nothing is waited for that isn't needed: what is there is answered
/// before more is read, and what came before a wrong row before the program says so.
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
  /// Bytes of texts that are.
  private static let groupBytes = 1 << 18

  /// A sentence a line.
  ///
  /// - Parameter isJSON: whether each line is a JSON string rather than plain text.
  func run(lines reader: LineReader, isJSON: Bool) throws {
    var reader = reader
    while let group = try reader.next(limit: Self.groupRows) {
      let rows = engine.map(group.lines) { line in
        Result {
          engine.encode(
            PlainText(isJSON ? try line.jsonString(reader.name) : try line.text(reader.name)))
        }
      }
      var encodings: [Encoding] = []
      encodings.reserveCapacity(rows.count)
      for row in rows {
        do {
          encodings.append(try row.get())
        } catch {
          try answer(encodings)
          throw error
        }
      }
      try answer(encodings)
    }
  }

  /// A row of a table, or an object.
  func run(_ file: ExampleFile) throws {
    var file = file
    var isAtEnd = false
    while !isAtEnd {
      var inputs: [PlainText] = []
      var bytes = 0
      var failure: (any Error)?
      do {
        repeat {
          guard let example = try file.next() else {
            isAtEnd = true
            break
          }
          let input = PlainText(example.text, pair: example.pair)
          bytes += input.utf8Count
          inputs.append(input)
        } while try inputs.count < Self.groupRows && bytes < Self.groupBytes && file.isReady()
      } catch {
        failure = error
      }
      try answer(engine.map(inputs, engine.encode))
      if let failure { throw failure }
    }
  }

  private func answer(_ encodings: [Encoding]) throws {
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
