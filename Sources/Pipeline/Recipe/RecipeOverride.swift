import Yams

/// One `--set key=value`: a value that takes the place of the recipe's.
package struct RecipeOverride: Equatable, Sendable {
  /// Such as `finetune.learning_rate`.
  package let key: String
  let value: Node

  /// - Parameter text: `key=value`, the value in YAML.
  package init(_ text: String) throws(RecipeError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[0].split(separator: ".", omittingEmptySubsequences: false).contains("")
    else { throw .malformedOverride(text: text) }
    key = String(parts[0])
    do {
      guard let node = try Yams.compose(yaml: String(parts[1])) else { throw RecipeError.malformedOverride(text: text) }
      value = node
    } catch {
      throw .malformedOverride(text: text)
    }
  }

  /// The tree with this value in it. Mappings that are missing on the way are made.
  func applied(to node: Node) -> Node { Self.set(node, key.split(separator: ".").map(String.init)[...], value) }

  private static func set(_ node: Node?, _ keys: ArraySlice<String>, _ value: Node) -> Node {
    guard let first = keys.first else { return value }
    var mapping = node?.mapping ?? Node.Mapping([])
    let key = Node(first)
    mapping[key] = set(mapping[key], keys.dropFirst(), value)
    return .mapping(mapping)
  }
}
