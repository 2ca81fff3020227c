import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// DistilBERT, ELECTRA, RoBERTa and XLM-R against PyTorch's figures (Goldens/MANIFEST.md).
@Suite("The families equal PyTorch's models") struct FamilyGoldenTests {
  private static let backends = ModelGoldenTests.backends

  @Test(arguments: FamilyModel.all, backends)
  func logitsLossAndGradients(_ family: EncoderFamily, _ backend: CPUBackend) throws {
    let goldens = try FamilyGoldens.load()
    let expected = try #require(goldens.families[family.rawValue])
    let model = try FamilyModel(family).classifier(on: backend)
    #expect(model.configuration.family == family)
    var tape = Tape(backend: backend)
    let logits = try model.logits(try EncoderInput(goldens.batch), on: &tape)
    #expect(try largestDifference(backend.read(logits.tensor), expected.logits.flatMap { $0 }) < 5e-6)
    let loss = try tape.crossEntropy(logits, labels: goldens.labels)
    #expect(try abs(Double(backend.read(loss.tensor)[0]) - expected.loss) < 2e-6)
    let gradients = try tape.backward(from: loss)
    let file = try SafetensorsFile(url: FamilyGoldens.gradients(family.rawValue))
    let byStoredName = Dictionary(
      uniqueKeysWithValues: gradients.byName.map { (family.stored(tensor: $0.key), $0.value) })
    #expect(Set(byStoredName.keys) == Set(file.entries.map(\.name)))
    for entry in file.entries {
      let golden = try file.floats(of: entry.name)
      let gradient = try #require(byStoredName[entry.name])
      #expect(gradient.shape.dimensions == entry.shape)
      let scale = golden.reduce(1e-2) { max($0, abs($1)) }
      let difference = try largestDifference(backend.read(gradient), golden.map(Double.init))
      #expect(difference < 1e-5 * Double(scale), "\(entry.name) on \(backend.name)")
    }
  }

  @Test(arguments: FamilyModel.all, backends)
  func inference(_ family: EncoderFamily, _ backend: CPUBackend) throws {
    let goldens = try FamilyGoldens.load()
    let expected = try #require(goldens.families[family.rawValue])
    let model = try PackedClassifier(checkpoint: try FamilyModel(family).checkpoint, backend: backend)
    let whole = try EncoderInput(goldens.batch)
    let together = try model.logits(whole)
    #expect(largestDifference(together, expected.logits.flatMap { $0 }) < 5e-6)
    let ablated = try model.logits(of: try model.embeddings(whole), from: 1, layout: whole.layout)
    #expect(largestDifference(ablated, expected.ablated_logits.flatMap { $0 }) < 5e-6)
    for (row, sentence) in goldens.sentences.enumerated() {
      let alone = try model.logits(try EncoderInput(GoldenBatch(sentences: [sentence], labels: [0])))
      #expect(alone == Array(together[row * 3..<row * 3 + 3]), "sentence \(row) on \(backend.name)")
    }
  }

  @Test("A padding token inside of a text", arguments: FamilyModel.all)
  func paddingInside(_ family: EncoderFamily) throws {
    let backend = try CPUBackend()
    let expected = try #require(try FamilyGoldens.load().families[family.rawValue]?.padding_inside)
    var sentence = try FamilyGoldens.load().sentences[0]
    (sentence.ids, sentence.types) = (expected.ids, expected.types)
    let input = try EncoderInput(GoldenBatch(sentences: [sentence], labels: [0]))
    let model = try FamilyModel(family)
    let packed = try PackedClassifier(checkpoint: model.checkpoint, backend: backend)
    #expect(try largestDifference(packed.logits(input), expected.logits.flatMap { $0 }) < 5e-6)
    var tape = Tape(backend: backend, isRecording: false)
    let logits = try model.classifier(on: backend).logits(input, on: &tape)
    #expect(try largestDifference(backend.read(logits.tensor), expected.logits.flatMap { $0 }) < 5e-6)
  }

  @Test("A text is as long as there are positions for tokens", arguments: FamilyModel.all)
  func maximumLength(_ family: EncoderFamily) throws {
    let model = try FamilyModel(family), backend = try CPUBackend()
    #expect(model.checkpoint.configuration.maximumLength == 24)
    let packed = try PackedClassifier(checkpoint: model.checkpoint, backend: backend)
    func sentence(_ count: Int) throws -> EncoderInput {
      var sentence = try FamilyGoldens.load().sentences[0]
      sentence.ids = [Int32](repeating: 7, count: count)
      sentence.types = [Int32](repeating: 0, count: count)
      return try EncoderInput(GoldenBatch(sentences: [sentence], labels: [0]))
    }
    #expect(try packed.logits(try sentence(24)).count == 3)
    #expect(throws: TensorError.self) { try packed.logits(try sentence(25)) }
  }
}
