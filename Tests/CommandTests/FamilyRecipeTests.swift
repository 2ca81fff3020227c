import Bert
import Foundation
import TestSupport
import Testing

/// A recipe from data to report with BERT's relatives: training, ablation, pruning, halves, bytes and four bits.
@Suite("Families, from the recipe to the report") struct FamilyRecipeTests {
  private struct Results: Decodable {
    struct Variant: Decodable {
      var name: String
      var accuracy: Double
    }
    var variants: [Variant]
  }

  @Test(arguments: EncoderFamily.allCases.filter { $0 != .bert }) func recipe(_ family: EncoderFamily) throws {
    let scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"), family: family)
    for (name, count) in [("train", 240), ("dev", 40)] {
      let rows = (0..<count).map {
        "a word\(9 + $0 % 88) \($0 % 2 == 0 ? "fine" : "dull") word\(9 + $0 / 4) film\t\($0 % 2)"
      }
      try scratch.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "\(name).tsv")
    }
    let schemes = ["int8-ptq-dynamic", "int8-ptq", "int8-qat", "int4", "int4-qat", "mixed"]
    try scratch.write(
      """
      name: tiny
      model: {name: \(scratch.path)/model}
      data: {name: sst2, maximum_length: 64, selection_fraction: 0.4}
      finetune: {num_train_epochs: 3, train_batch_size: 8, learning_rate: 2.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 2, train_batch_size: 8, learning_rate: 1.0e-3}
      convert: [f16]
      quantize: [\(schemes.joined(separator: ", "))]
      qat: {num_train_epochs: 1, train_batch_size: 8, learning_rate: 1.0e-4}
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 64}
      """, "tiny.yaml")
    let run = scratch.path + "/run"
    let result = try Program.run(
      ["run", scratch.path + "/tiny.yaml", "--data", scratch.path, "--output", run, "--quiet"])
    try #require(result.status == 0, "\(result.errors)")
    let results = try JSONDecoder().decode(
      Results.self, from: Data(contentsOf: URL(filePath: run + "/report/results.json")))
    let names = ["baseline", "pruned"]
    let narrow = names.flatMap { name in (["fp16"] + schemes).map { name + "-" + $0 } }
    #expect(Set(results.variants.map(\.name)).isSuperset(of: names + narrow), "\(results.variants.map(\.name))")
    // The word that decides is in each sentence.
    for variant in results.variants where names.contains(variant.name) || narrow.contains(variant.name) {
      #expect(variant.accuracy > 0.75, "\(variant.name): \(variant.accuracy)")
    }
    for name in names + narrow {
      let facts = try Program.run(["inspect", "\(run)/models/\(name)", "--tensors"])
      #expect(facts.output.contains("  \(family.rawValue), "), "\(facts)")
      #expect(!facts.output.contains(" bert.") && !facts.output.contains("not used"), "\(facts)")
      let head = family.stored(tensor: "bert.pooler.dense.weight")
      #expect(facts.output.contains("  \(head) ["), "\(facts)")
    }
  }
}
