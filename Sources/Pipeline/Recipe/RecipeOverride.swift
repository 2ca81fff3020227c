import Yams

/// One `--set key=value`: a value that takes the place of the recipe's.
package struct RecipeOverride: Equatable, Sendable {
  /// Such as `finetune.learning_rate`.
  package let key: String
  /// In YAML, checked.
  private let yaml: String

  /// - Parameter text: `key=value`, the value in YAML.
  package init(_ text: String) throws(RecipeError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty,
      !parts[0].split(separator: ".", omittingEmptySubsequences: false).contains("")
    else { throw .malformedOverride(text: text) }
    key = String(parts[0])
    do {
      guard try Yams.compose(yaml: String(parts[1])) != nil else { throw RecipeError.malformedOverride(text: text) }
      yaml = String(parts[1])
    } catch {
      throw .malformedOverride(text: text)
    }
  }

  /// The tree with this value in it. Mappings that are missing on the way are made.
  func applied(to node: Node) -> Node {
    let value = (try? Yams.compose(yaml: yaml)) ?? Node("")
    return Self.set(node, key.split(separator: ".").map(String.init)[...], value)
  }

  private static func set(_ node: Node?, _ keys: ArraySlice<String>, _ value: Node) -> Node {
    guard let first = keys.first else { return value }
    var mapping = node?.mapping ?? Node.Mapping([])
    let key = Node(first)
    mapping[key] = set(mapping[key], keys.dropFirst(), value)
    return .mapping(mapping)
  }
}
