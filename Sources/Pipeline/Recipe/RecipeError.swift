package import Compute

/// What can be wrong with a recipe. Places are `file:line`, or the `--set` that gave the value.
package enum RecipeError: Error, Equatable, Sendable {
  case file(FileError)
  case notUTF8(path: String, offset: Int)
  case malformedYAML(place: String, reason: String)
  case unknownKey(place: String, key: String, known: [String])
  case missingKey(place: String, key: String)
  case duplicateKey(place: String, key: String)
  case value(place: String, key: String, expected: String, found: String)
  case malformedOverride(text: String)
  case unknownRecipe(name: String, known: [String])
  /// Parts of `data` that don't go together.
  case task(name: String, reason: String)
}

extension RecipeError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .notUTF8(let path, let offset): "\(path): not UTF-8 at byte \(offset)"
    case .malformedYAML(let place, let reason): "\(place): not YAML: \(reason)"
    case .unknownKey(let place, let key, let known):
      "\(place): unknown key '\(key)'; expected one of \(known.sorted().joined(separator: ", "))"
    case .missingKey(let place, let key): "\(place): the key '\(key)' is missing"
    case .duplicateKey(let place, let key): "\(place): the key '\(key)' comes twice"
    case .value(let place, let key, let expected, let found):
      "\(place): \(key): expected \(expected), found \(found)"
    case .task(let name, let reason): "data '\(name)': \(reason)"
    case .malformedOverride(let text):
      "--set \(text.prefix(200)): expected key=value, such as finetune.learning_rate=5e-5"
    case .unknownRecipe(let name, let known):
      "\(name): neither a recipe file nor one of the built-in recipes \(known.joined(separator: ", "))"
    }
  }
}
