import ArgumentParser
import Bert
import Foundation
import Pipeline
import Text
import Training

/// The labelled sentences of schemes that choose by some, or train on some.
struct SchemeData: ParsableArguments {
  @Option(
    help:
      "For mixed: labelled sentences that were not trained on, as of evaluate; for int8-qat and int4-qat: those to train on, as of finetune. For each of them also the folder of a run, whose training data and split are taken."
  )
  var data: String?
  @Option(help: "Of a run's folder, what chooses: formats for mixed, the epoch of a training.")
  var split = "selection"

  func validate() throws {
    // What is chosen by the sentences of the report can't be judged by them.
    guard split != "dev" else {
      throw ValidationError("--split: expected a split that nothing is reported of, such as selection, found dev")
    }
  }

  /// The file that was given, or of a run the split that chooses.
  var file: String { isRun ? path("split/\(split).jsonl") : data ?? "" }

  /// The training data of the run, if there is one.
  var train: String? { isRun ? path("split/train.jsonl") : nil }

  /// Of these files: those of a run are in the columns that it writes.
  func format(_ columns: DataOptions, _ configuration: BertConfiguration) -> ExampleFormat {
    isRun
      ? DataTask.splitFormat(configuration.targetKind, classCount: configuration.numLabels)
      : columns.exampleFormat(for: configuration)
  }

  private func path(_ name: String) -> String {
    URL(filePath: data ?? "").appending(path: name).path(percentEncoded: false)
  }

  private var isRun: Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: data ?? "", isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
