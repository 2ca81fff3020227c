import Bert
import Compression
import Foundation
import Pipeline
import Reports
import TestSupport
import Testing
import Training

@Suite("Recipes") struct RecipeTests {
  private static let least = """
    name: mine
    model: {name: minilm-l6}
    data: {name: sst2}
    prune: {layers: 2}
    """

  @Test(arguments: BuiltInRecipes.names) func builtIn(_ name: String) throws {
    let recipe = try RecipeReader.read(name)
    #expect(recipe.name == name)
    #expect(recipe.finetune.seed != recipe.refinetune.seed)
    let schemes: [QuantizationScheme] =
      switch name {
      case "smoke", "sst2-minilm": QuantizationScheme.allCases
      case "cola", "mrpc", "stsb": [.int8PTQDynamic, .int8PTQ, .int4, .mixed]
      default: [.int8PTQDynamic, .int4]
      }
    #expect(recipe.quantize == schemes)
    #expect(![recipe.finetune.seed, recipe.refinetune.seed].contains(recipe.qat.seed))
  }

  @Test("The SST-2 recipes have all controls and remove what their names say") func study() throws {
    for (name, layers) in [("sst2-minilm", 2), ("sst2-bert-base", 4), ("sst2-bert-large", 8)] {
      let recipe = try RecipeReader.read(name)
      #expect(recipe.controls == [.longer, .top, .random])
      #expect(recipe.prune.layers == layers)
      #expect(recipe.finetune.numTrainEpochs == 3)
      #expect(recipe.refinetune.numTrainEpochs == 2)
      #expect(recipe.refinetune.distillation != nil)
    }
  }

  @Test func defaults() throws {
    let recipe = try RecipeReader.read(yaml: Self.least, path: "r.yaml")
    #expect(recipe.convert == [.f16])
    #expect(recipe.quantize == [])
    #expect(recipe.qat.seed == recipe.seed + 2)
    #expect((recipe.qat.numTrainEpochs, recipe.qat.learningRate, recipe.qat.dropout) == (1, 5e-6, false))
    #expect(recipe.finetune.dropout == nil && recipe.refinetune.dropout == nil)
    #expect(recipe.qat.distillation == DistillationConfiguration(temperature: 2, alpha: 1))
    // The scheme says what is rounded.
    #expect(recipe.qat.fakeQuantization == nil)
    #expect((recipe.mixed.maxDrop, recipe.mixed.sentences, recipe.mixed.embeddings) == (0.003, 512, .int8))
    #expect(recipe.controls == [])
    #expect(recipe.checkpointSeconds == 60)
    #expect(recipe.data.limit == nil)
    #expect(recipe.model.weights == .pretrained)
    #expect(recipe.evaluate.lengths == [16, 32, 64, 128])
    #expect(recipe.report.language == .english && recipe.titles == [:] && recipe.otherSeeds == [])
  }

  @Test("Seeds take the place of the seed, and each training has its own") func seeds() throws {
    let one = try RecipeReader.read(
      yaml: Self.least + "\nseed: 42", path: "r.yaml", overrides: [RecipeOverride("seeds=[5, 9, 7]")])
    #expect(one.seed == 5 && one.otherSeeds == [9, 7])
    #expect(one.finetune.seed == 5 && one.refinetune.seed == 6 && one.qat.seed == 7)
    // The first seed's trainings are those of the same recipe with that seed alone.
    let alone = try RecipeReader.read(yaml: Self.least + "\nseed: 5", path: "r.yaml")
    #expect((alone.finetune, alone.refinetune, alone.qat) == (one.finetune, one.refinetune, one.qat))
    #expect(try RecipeReader.read(yaml: Self.least + "\nseeds: [3]", path: "r.yaml").otherSeeds == [])
  }

  @Test("Built-in recipes have a title in each language") func titles() throws {
    for name in BuiltInRecipes.names {
      let recipe = try RecipeReader.read(name)
      #expect(recipe.titles["zh"]?.isEmpty == false && recipe.titles["zh"] != recipe.title, "\(name)")
    }
  }

  @Test func language() throws {
    let recipe = try RecipeReader.read(yaml: Self.least + "\nreport: {language: zh}", path: "r.yaml")
    #expect(recipe.report.language == .chinese)
  }

  @Test func overrides() throws {
    let recipe = try RecipeReader.read(
      yaml: Self.least, path: "r.yaml",
      overrides: [
        RecipeOverride("finetune.learning_rate=3e-4"), RecipeOverride("data.limit=7"),
        RecipeOverride("mixed.max_drop=0.01"), RecipeOverride("mixed.embeddings=int4"),
        RecipeOverride("controls=[top]"), RecipeOverride("model.weights=random"),
      ])
    #expect(recipe.finetune.learningRate == 3e-4)
    #expect(recipe.data.limit == 7)
    #expect(recipe.mixed.maxDrop == 0.01 && recipe.mixed.embeddings == .int4)
    #expect(recipe.controls == [.top])
    #expect(recipe.model.weights == .random)
  }

  @Test("A reduced range is that of the schemes that have one") func reduceRange() throws {
    let text = Self.least + "\nquantize: [int8-ptq-dynamic, int8-qat, int4, mixed]\nreduce_range: true"
    let recipe = try RecipeReader.read(yaml: text, path: "r.yaml")
    #expect(recipe.reduceRange == true)
    let reduced = QuantizationScheme.allCases.filter { recipe.weightQuantizer($0).reducesRange }
    #expect(reduced == [.int8PTQDynamic, .int8PTQ, .int8QAT])
    // Where it isn't asked for, recipes are recorded as before there was such a key.
    for addition in ["", "\nreduce_range: false"] {
      let other = try RecipeReader.read(yaml: Self.least + addition, path: "r.yaml")
      #expect(other.reduceRange == nil && !other.weightQuantizer(.int8PTQ).reducesRange)
      #expect(try !String(decoding: JSONEncoder().encode(other), as: UTF8.self).contains("reduceRange"))
    }
  }

  @Test("Options of four bits and of the calibration") func quantizationOptions() throws {
    let addition = """

      quantize: [int8-ptq, mixed]
      int4: {group_size: 32, symmetric: false, embeddings: int4}
      calibration: {sentences: 100, ranges: percentile, smoothing: 0.5}
      """
    let recipe = try RecipeReader.read(yaml: Self.least + addition, path: "r.yaml")
    #expect(recipe.fourBit == FourBitOptions(group: 32, isSymmetric: false, embeddings: .int4))
    let calibration = try #require(recipe.calibration)
    #expect((calibration.sentences, calibration.ranges, calibration.smoothing) == (100, .percentile, 0.5))
    let levels = try RecipeReader.read(
      yaml: Self.least + "\nquantize: [int4]\nint4: {codebook: nf4}", path: "r.yaml")
    #expect(levels.fourBit == FourBitOptions(codebook: .nf4))
    // Where nothing is said, recipes are recorded as before there were such keys.
    let other = try RecipeReader.read(yaml: Self.least, path: "r.yaml")
    let record = try String(decoding: JSONEncoder().encode(other), as: UTF8.self)
    #expect(!record.contains("fourBit") && !record.contains("calibration"))
  }

  @Test func quantizationTraining() throws {
    let addition = """

      quantize: [int8-qat, int4-qat]
      qat:
        num_train_epochs: 2
        learning_rate: 1.0e-5
        word_dropout: 0.3
        dropout: true
        distillation: {alpha: 0.25}
      """
    let recipe = try RecipeReader.read(yaml: Self.least + addition, path: "r.yaml")
    #expect(recipe.quantize == [.int8QAT, .int4QAT])
    #expect((recipe.qat.numTrainEpochs, recipe.qat.learningRate, recipe.qat.wordDropout) == (2, 1e-5, 0.3))
    #expect(recipe.qat.dropout == true)
    #expect(recipe.qat.distillation == DistillationConfiguration(temperature: 2, alpha: 0.25))
    #expect(recipe.qat.trainBatchSize == 32)
    #expect(recipe.refinetune.distillation == nil)
  }

  @Test(
    "What is wrong is named with file, line and key",
    arguments: [
      (
        "\nquantize: [int3]", "r.yaml:5",
        "quantize: expected a list of int8-ptq-dynamic, int8-ptq, int8-qat, int4, int4-qat, mixed, found 'int3'"
      ),
      (
        "\nquantize: [int4, mixed]\nreduce_range: true", "r.yaml:6",
        "reduce_range: expected int8-ptq-dynamic or int8-ptq or int8-qat in quantize, found [int4, mixed]"
      ),
      ("\nreduce_range: 7", "r.yaml:5", "reduce_range"),
      (
        "\nquantize: [int8-ptq]\nint4: {group_size: 32}", "r.yaml:6",
        "int4: expected int4 or mixed in quantize, found [int8-ptq]"
      ),
      (
        "\nquantize: [int4]\nint4:\n  group_size: 48", "r.yaml:7",
        "int4.group_size: expected 32, 64 or 128, found 48"
      ),
      (
        "\nquantize: [int4]\nint4:\n  codebook: nf4\n  symmetric: false", "r.yaml:8",
        "int4.symmetric: expected true, for NF4 has a zero among its levels, found false"
      ),
      ("\nquantize: [int4]\nint4: {bits: 4}", "r.yaml:6", "int4.bits"),
      (
        "\ncalibration: {sentences: 9}", "r.yaml:5",
        "calibration: expected int8-ptq or int4 or mixed in quantize, found []"
      ),
      ("\nquantize: [int4]\ncalibration: {sentences: 1}", "r.yaml:6", "calibration.sentences"),
      (
        "\nquantize: [int4]\ncalibration: {ranges: mse}", "r.yaml:6",
        "calibration.ranges: expected int8-ptq in quantize, found [int4]"
      ),
      ("\nquantize: [mixed]\ncalibration: {smoothing: 0.5}", "r.yaml:6", "calibration.smoothing: expected int8-ptq in"),
      ("\nquantize: [int8-ptq]\ncalibration: {ranges: widest}", "r.yaml:6", "calibration.ranges"),
      ("\nquantize: [int8-ptq]\ncalibration: {smoothing: 2}", "r.yaml:6", "calibration.smoothing"),
      ("\nquantize: [int8-ptq]\ncalibration: {seed: 2}", "r.yaml:6", "calibration.seed"),
      ("\nqat:\n  bits: 4", "r.yaml:6", "qat.bits"),
      ("\nqat:\n  distillation: {alfa: 1}", "r.yaml:6", "qat.distillation.alfa"),
      ("\nqat: [int8]", "r.yaml:5", "qat"),
      ("\nmixed:\n  max_drop: -0.1", "r.yaml:6", "mixed.max_drop: expected a number from 0.0 to 1.0, found '-0.1'"),
      ("\nmixed: {max_drop: .nan}", "r.yaml:5", "mixed.max_drop"),
      ("\nmixed: {sentences: 0}", "r.yaml:5", "mixed.sentences"),
      ("\nmixed: {embeddings: int2}", "r.yaml:5", "mixed.embeddings"),
      ("\nmixed: {budget: 1}", "r.yaml:5", "mixed.budget"),
      ("\nquantize: int8-ptq-dynamic", "r.yaml:5", "quantize"),
      ("\nseeed: 3", "r.yaml:5", "seeed"),
      ("\nseed: many", "r.yaml:5", "seed"),
      ("\nseed: -1", "r.yaml:5", "seed"),
      ("\nfinetune:\n  num_train_epochs: 0", "r.yaml:6", "finetune.num_train_epochs"),
      ("\nfinetune:\n  learning_rate: 1e-4\n  warmup: 3", "r.yaml:7", "finetune.warmup"),
      ("\nfinetune:\n  distillation: {alpha: 0.5}", "r.yaml:6", "finetune.distillation"),
      ("\ncontrols: [top, bottom]", "r.yaml:5", "bottom"),
      ("\ncontrols: top", "r.yaml:5", "controls"),
      ("\nevaluate: 3", "r.yaml:5", "evaluate"),
      ("\nseed: 3\nseed: 4", "r.yaml:5", "seed"),
      ("\ncheckpoint_seconds: soon", "r.yaml:5", "checkpoint_seconds"),
      ("\nevaluate: {rounds: .nan}", "r.yaml:5", "evaluate.rounds"),
      ("\nreport: [", "r.yaml", "YAML"),
      ("\nreport: {language: de}", "r.yaml:5", "report.language: expected en, zh, found 'de'"),
      ("\nseeds: []", "r.yaml:5", "seeds: expected at least one seed"),
      ("\nseeds: [1, 2, 1]", "r.yaml:5", "none twice"),
      ("\nseeds: 3", "r.yaml:5", "seeds"),
      ("\ntitles: {fr: titre}", "r.yaml:5", "titles.fr"),
      ("\nevaluate: {lengths: [2]}", "r.yaml:5", "evaluate.lengths"),
    ])
  func wrong(_ addition: String, _ place: String, _ key: String) throws {
    let message =
      #expect(throws: RecipeError.self) {
        try RecipeReader.read(yaml: Self.least + addition, path: "r.yaml")
      }.map { "\($0)" } ?? ""
    #expect(message.contains(place), "\(message)")
    #expect(message.contains(key), "\(message)")
  }

  @Test func missingAndContradicting() {
    #expect(throws: RecipeError.missingKey(place: "r.yaml:1", key: "name")) {
      try RecipeReader.read(yaml: "model: {name: a}", path: "r.yaml")
    }
    #expect(throws: RecipeError.self) {
      try RecipeReader.read(
        yaml: Self.least.replacing("{layers: 2}", with: "{layers: 2, remove: [1]}"), path: "r.yaml")
    }
    #expect(throws: RecipeError.self) { try RecipeReader.read(yaml: "", path: "r.yaml") }
    #expect(throws: RecipeError.self) { try RecipeReader.read(yaml: "- a\n- b", path: "r.yaml") }
  }

  @Test func overridesAreNamedAsSuch() throws {
    let message =
      #expect(throws: RecipeError.self) {
        try RecipeReader.read(
          yaml: Self.least, path: "r.yaml", overrides: [try RecipeOverride("finetune.learning_rate=fast")])
      }.map { "\($0)" } ?? ""
    #expect(message.hasPrefix("--set finetune.learning_rate"))
    for text in ["", "key", "=3", "a..b=3", "a=["] {
      #expect(throws: RecipeError.malformedOverride(text: text)) { try RecipeOverride(text) }
    }
  }

  @Test func files() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write(Array("name: ".utf8) + [0xFF], "bad.yaml")
    #expect(throws: RecipeError.self) { try RecipeReader.read(file.path(percentEncoded: false)) }
    #expect(throws: RecipeError.self) { try RecipeReader.read("nothing-of-this-name") }
  }
}
