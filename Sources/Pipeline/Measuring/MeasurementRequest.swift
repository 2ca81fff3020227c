package import Training

/// What a fresh process is to measure of one model.
package struct MeasurementRequest: Codable, Sendable {
  /// A model directory.
  package var model: String
  /// Timed one at a time, text in and logits out.
  package var sentences: [String]
  /// The second text of each; nil where there is none at all.
  package var pairs: [String?]?
  package var warmup: Int
  package var batchSizes: [Int]
  package var batchTokens: Int
  /// In tokens; texts of these lengths are made from `sentences`.
  package var lengths: [Int]?
  package var threads: Int?
  package var maximumLength: Int
  /// A split to classify; nil where another round has done that.
  package var data: String?
}

/// What it found.
package struct MeasurementReply: Codable, Sendable {
  package struct Batch: Codable, Sendable {
    package var batch: Int
    package var tokens: Int
    /// Of each call.
    package var seconds: [Double]
  }

  package struct Length: Codable, Sendable {
    package var tokens: Int
    /// Of each call.
    package var seconds: [Double]
  }

  /// Of each sentence.
  package var seconds: [Double]
  /// The high-water mark of resident memory after the single sentences, before any larger batch.
  package var peakMemoryBytes: Int
  package var batches: [Batch]
  package var lengths: [Length]?
  package var predictions: Predictions?
  /// Sentences a second over `data`, reading and tokenising included.
  package var throughput: Double?
  package var threads: Int
  package var instructionSet: String
}
