/// The recipes that come inside the program.
package enum BuiltInRecipes {
  private static let all: [(name: String, bytes: [UInt8])] = [
    ("quickstart", PackageResources.quickstart_yaml),
    ("sst2-minilm", PackageResources.sst2_minilm_yaml),
    ("sst2-bert-base", PackageResources.sst2_bert_base_yaml),
    ("sst2-bert-large", PackageResources.sst2_bert_large_yaml),
    ("cola", PackageResources.cola_yaml),
    ("mrpc", PackageResources.mrpc_yaml),
    ("stsb", PackageResources.stsb_yaml),
    ("smoke", PackageResources.smoke_yaml),
  ]

  package static var names: [String] { all.map(\.name) }

  static func text(_ name: String) -> String? {
    all.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }
}
