/// Where in a row of cells the parts of an example stand.
struct ExampleColumns {
  private(set) var text = 0
  private(set) var pair: Int?
  private(set) var target = 0
  /// For messages.
  private(set) var targetName = ""
  /// How many a row has, or without names needs.
  private(set) var count = 0

  /// By the names of the first line.
  mutating func find(_ format: ExampleFormat, _ names: [String], path: String) throws(TextError) {
    func place(_ wanted: [String]) -> Int? {
      for name in wanted {
        if let place = names.firstIndex(of: name) { return place }
      }
      return nil
    }
    count = names.count
    guard let text = place(format.text) else {
      throw .missingColumn(path: path, expected: format.text, found: names)
    }
    self.text = text
    pair = place(format.pair)
    if format.isPair, pair == nil { throw .missingColumn(path: path, expected: format.pair, found: names) }
    guard format.kind != nil else { return }
    guard let target = place(format.target) else {
      throw .missingColumn(path: path, expected: format.target, found: names)
    }
    self.target = target
    targetName = names[target]
  }

  /// By numbers from 1, for files without such a line.
  mutating func number(_ format: ExampleFormat, path: String) throws(TextError) {
    func place(_ wanted: [String], _ what: String) throws(TextError) -> Int {
      guard wanted.count == 1, let number = Int(wanted[0]), (1...100_000).contains(number) else {
        throw .unnamedColumn(path: path, what: what, found: wanted.joined(separator: " or "))
      }
      count = max(count, number)
      return number - 1
    }
    text = try place(format.text, "the text")
    if format.isPair { pair = try place(format.pair, "the second text") }
    guard format.kind != nil else { return }
    target = try place(format.target, "the label")
    targetName = "\(target + 1)"
  }
}
