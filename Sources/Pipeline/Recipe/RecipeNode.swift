import Yams

/// A mapping of a recipe while it is read: every key must be asked for, and each value knows its place.
///
/// Call ``finish()`` at the end: it refuses the keys that nothing asked for.
final class RecipeNode {
  private let path: String
  private let prefix: String
  private let line: Int
  private let overridden: Set<String>
  private var values: [String: Node] = [:]
  private var lines: [String: Int] = [:]
  private var known: Set<String> = []

  /// - Parameters:
  ///   - prefix: the keys above, with a point behind each.
  ///   - overridden: the full keys whose values come from `--set`.
  init(_ node: Node, path: String, prefix: String = "", overridden: Set<String>) throws(RecipeError) {
    self.path = path
    self.prefix = prefix
    self.overridden = overridden
    line = node.mark?.line ?? 1
    guard let mapping = node.mapping else {
      throw .value(
        place: overridden.contains(String(prefix.dropLast())) ? "--set" : "\(path):\(line)",
        key: prefix.isEmpty ? "top level" : String(prefix.dropLast()),
        expected: "keys and values", found: Self.summary(node))
    }
    for (key, value) in mapping {
      let keyLine = key.mark?.line ?? line
      guard let name = key.string else {
        throw .value(
          place: "\(path):\(keyLine)", key: prefix + "key", expected: "a name", found: Self.summary(key))
      }
      if values[name] != nil { throw .duplicateKey(place: "\(path):\(keyLine)", key: prefix + name) }
      values[name] = value
      lines[name] = keyLine
    }
  }

  /// The value of a key; nil where it is absent or null.
  private func take(_ key: String) -> Node? {
    known.insert(key)
    guard let node = values[key] else { return nil }
    return node.null == nil ? node : nil
  }

  func place(_ key: String) -> String {
    overridden.contains(prefix + key) ? "--set \(prefix + key)" : "\(path):\(lines[key] ?? line)"
  }

  func section(_ key: String) throws(RecipeError) -> RecipeNode? {
    guard let node = take(key) else { return nil }
    return try RecipeNode(node, path: path, prefix: prefix + key + ".", overridden: overridden)
  }

  func required<T>(_ key: String, _ value: T?) throws(RecipeError) -> T {
    guard let value else { throw .missingKey(place: "\(path):\(line)", key: prefix + key) }
    return value
  }

  func string(_ key: String) throws(RecipeError) -> String? {
    guard let node = take(key) else { return nil }
    guard let text = node.string, !text.isEmpty else { throw wrong(key, node, "a text") }
    return text
  }

  func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, _ type: T.Type
  ) throws(RecipeError) -> T? where T.RawValue == String {
    guard let node = take(key) else { return nil }
    guard let value = node.string.flatMap(T.init(rawValue:)) else { throw wrong(key, node, Self.choices(type)) }
    return value
  }

  func choices<T: RawRepresentable & CaseIterable>(
    _ key: String, _ type: T.Type
  ) throws(RecipeError) -> [T]? where T.RawValue == String {
    try list(key, "a list of " + Self.choices(type)) { $0.string.flatMap(T.init(rawValue:)) }
  }

  func strings(_ key: String) throws(RecipeError) -> [String]? {
    try list(key, "a list of texts") { node in node.string.flatMap { $0.isEmpty ? nil : $0 } }
  }

  func integer(_ key: String, _ range: ClosedRange<Int>) throws(RecipeError) -> Int? {
    guard let node = take(key) else { return nil }
    guard let value = node.int, range.contains(value) else { throw wrong(key, node, Self.words(range)) }
    return value
  }

  func integers(_ key: String, _ range: ClosedRange<Int>) throws(RecipeError) -> [Int]? {
    try list(key, "a list of integers, each \(Self.words(range))") { node in
      node.int.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func number(_ key: String, _ range: ClosedRange<Double>) throws(RecipeError) -> Double? {
    guard let node = take(key) else { return nil }
    guard let value = node.float, range.contains(value) else {
      throw wrong(key, node, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func bool(_ key: String) throws(RecipeError) -> Bool? {
    guard let node = take(key) else { return nil }
    guard let value = node.bool else { throw wrong(key, node, "true or false") }
    return value
  }

  /// Refuses the keys that nothing asked for.
  func finish() throws(RecipeError) {
    for key in values.keys.sorted(by: { (lines[$0] ?? 0, $0) < (lines[$1] ?? 0, $1) }) where !known.contains(key) {
      throw .unknownKey(place: place(key), key: prefix + key, known: Array(known))
    }
  }

  func wrong(_ key: String, expected: String, found: String) -> RecipeError {
    .value(place: place(key), key: prefix + key, expected: expected, found: found)
  }

  private func wrong(_ key: String, _ node: Node, _ expected: String) -> RecipeError {
    wrong(key, expected: expected, found: Self.summary(node))
  }

  private func list<T>(
    _ key: String, _ expected: String, _ element: (Node) -> T?
  ) throws(RecipeError) -> [T]? {
    guard let node = take(key) else { return nil }
    guard let sequence = node.sequence else { throw wrong(key, node, expected) }
    var elements: [T] = []
    for item in sequence {
      guard let value = element(item) else { throw wrong(key, item, expected) }
      elements.append(value)
    }
    return elements
  }

  private static func choices<T: RawRepresentable & CaseIterable>(_ type: T.Type) -> String
  where T.RawValue == String {
    T.allCases.map(\.rawValue).joined(separator: ", ")
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "an integer of at least \(range.lowerBound)"
      : "an integer from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func summary(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): "'\(scalar.string.prefix(60))'"
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
