/// The rows of the reported split on which not all variants say the same.
public struct Disagreements: Equatable, Sendable, Codable {
  public struct Row: Equatable, Sendable, Codable {
    /// In the reported split, counted from 0 as in the files of predictions.
    public var row: Int
    /// The true class.
    public var label: Int
    /// The class that each variant predicts, in the order of the variants.
    public var predictions: [Int]
    /// Left out where the data may not be passed on.
    public var sentence: String?

    public init(row: Int, label: Int, predictions: [Int], sentence: String? = nil) {
      self.row = row
      self.label = label
      self.predictions = predictions
      self.sentence = sentence
    }
  }

  /// Of all such rows; `rows` may hold fewer.
  public var count: Int
  /// The names of the variants that predicted.
  public var variants: [String]
  public var rows: [Row]

  public init(count: Int, variants: [String], rows: [Row]) {
    self.count = count
    self.variants = variants
    self.rows = rows
  }
}
