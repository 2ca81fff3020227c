/// A cell that says what is to be said, and where it stands.
struct TargetCell {
  let text: String
  let place: (path: String, line: Int, column: String)

  /// A class by its name or its number.
  ///
  /// A name goes before a number: where classes are named by numbers, those are meant.
  func label(_ labels: [String], _ ids: [String: Int]) throws(TextError) -> Int {
    if let id = ids[text] { return id }
    guard let label = Int(text) else {
      throw .labelUnknown(path: place.path, line: place.line, column: place.column, labels: labels, found: text)
    }
    guard labels.indices.contains(label) else {
      throw .labelOutOfRange(path: place.path, line: place.line, label: label, classCount: labels.count)
    }
    return label
  }

  /// Names or numbers of classes between commas; none in an empty cell.
  func labels(_ labels: [String], _ ids: [String: Int]) throws(TextError) -> [Int] {
    var found: Set<Int> = []
    for part in text.split(separator: ",") {
      let name = part.drop { $0 == " " }
      found.insert(try TargetCell(text: String(name), place: place).label(labels, ids))
    }
    return found.sorted()
  }

  func number() throws(TextError) -> Double {
    guard let value = Double(text), Float(value).isFinite else {
      throw .malformedCell(
        path: place.path, line: place.line, column: place.column, expected: "a number", found: "'\(text.prefix(60))'")
    }
    return value
  }
}
