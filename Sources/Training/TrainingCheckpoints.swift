internal import Bert
internal import Compute
public import FoundationEssentials

/// The checkpoints of one training: `step-N/` with weights, moments and state, written as a whole or not at all.
///
/// The directory belongs to one training in one process at a time.
public struct TrainingCheckpoints: Sendable {
  public let directory: URL
  /// Between two checkpoints inside an epoch. It decides how much work a kill loses, and nothing else.
  public let secondsBetween: Double

  private static let marker = "state.json"

  public init(directory: URL, secondsBetween: Double = 60) {
    self.directory = directory
    self.secondsBetween = secondsBetween
  }

  /// Writes a state and removes older ones.
  ///
  /// A step that is there is not written again: the rest of a training follows from it, and replacing it would leave a
  /// moment without any.
  func save(_ state: TrainingState, configuration: TrainingConfiguration, backend: any Backend) throws {
    guard !isComplete(state.optimizer.step) else { return }
    do {
      try Directories.make(directory)
      let target = directory.appending(path: Self.name(state.optimizer.step))
      try removeIfThere(target)
      let folder = try AtomicDirectory(replacing: target, marker: Self.marker)
      try write(state.model.parameters, "weights", folder.url, backend)
      try write(state.optimizer.firstMoments, "first_moments", folder.url, backend)
      try write(state.optimizer.secondMoments, "second_moments", folder.url, backend)
      if let best = state.best { try write(best.parameters, "best", folder.url, backend) }
      let stored = StoredState(
        configuration: configuration, step: state.optimizer.step, epoch: state.epoch,
        stepInEpoch: state.stepInEpoch, epochLoss: state.epochLoss, history: state.history,
        hasBest: state.best != nil, activationRanges: state.model.activationRanges.ifAny,
        bestActivationRanges: state.best?.activationRanges.ifAny)
      try AtomicFile.write(
        try JSONEncoder().encode(stored), to: folder.url.appending(path: Self.marker))
      try folder.commit()
      for step in steps() where step < state.optimizer.step {
        try FileManager.default.removeItem(at: directory.appending(path: Self.name(step)))
      }
      // What processes that were killed while they wrote have left: as large as a checkpoint each.
      for name in entries() where TemporaryName.isOne(name) {
        try FileManager.default.removeItem(at: directory.appending(path: name))
      }
    } catch {
      throw TrainingError.checkpoint(
        path: directory.path(percentEncoded: false), reason: "cannot write a checkpoint: \(error)")
    }
  }

  /// The step of the latest state, nil when there is none.
  public var latestStep: Int? { steps().filter(isComplete).max() }

  /// The latest state, nil when there is none. One of another configuration is an error.
  func latest(
    _ configuration: TrainingConfiguration, like model: BertClassifier, backend: any Backend
  ) throws -> TrainingState? {
    guard let step = latestStep else { return nil }
    let folder = directory.appending(path: Self.name(step))
    let path = folder.path(percentEncoded: false)
    do {
      let stored = try JSONDecoder().decode(
        StoredState.self, from: try Data(contentsOf: folder.appending(path: Self.marker)))
      guard stored.configuration == configuration else {
        throw TrainingError.checkpoint(
          path: path, reason: "belongs to a training with other settings; remove it to start anew")
      }
      var resumed = model
      resumed.parameters = try read("weights", folder, like: model.parameters, backend)
      resumed.activationRanges = stored.activationRanges ?? ActivationRanges()
      let optimizer = AdamW(
        configuration, step: stored.step,
        firstMoments: try read("first_moments", folder, like: model.parameters, backend),
        secondMoments: try read("second_moments", folder, like: model.parameters, backend))
      var best: BestEpoch?
      if stored.hasBest {
        best = BestEpoch(
          parameters: try read("best", folder, like: model.parameters, backend),
          activationRanges: stored.bestActivationRanges ?? ActivationRanges())
      }
      return TrainingState(
        model: resumed, optimizer: optimizer, epoch: stored.epoch, stepInEpoch: stored.stepInEpoch,
        epochLoss: stored.epochLoss, history: stored.history, best: best)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError.checkpoint(path: path, reason: "cannot be read: \(error)")
    }
  }

  /// Removes them all: the training is done.
  public func remove() throws {
    try removeIfThere(directory)
  }

  private func removeIfThere(_ url: URL) throws {
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else { return }
    try FileManager.default.removeItem(at: url)
  }

  private static func name(_ step: Int) -> String { "step-\(step)" }

  /// Whether a step's directory has the file that is written last. A removal that was cut short may leave one without.
  private func isComplete(_ step: Int) -> Bool {
    let marker = directory.appending(path: Self.name(step)).appending(path: Self.marker)
    return FileManager.default.fileExists(atPath: marker.path(percentEncoded: false))
  }

  private func steps() -> [Int] {
    entries().compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst("step-".count)) : nil }
  }

  private func entries() -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))) ?? []
  }

  private func write(
    _ parameters: ParameterStore, _ name: String, _ folder: URL, _ backend: any Backend
  ) throws {
    let tensors = try parameters.names.map { parameter in
      TensorToWrite(
        name: parameter, shape: parameters[parameter].shape.dimensions,
        floats: try backend.read(parameters[parameter]))
    }
    try SafetensorsWriter.write(tensors, to: folder.appending(path: name + ".safetensors"))
  }

  private func read(
    _ name: String, _ folder: URL, like parameters: ParameterStore, _ backend: any Backend
  ) throws -> ParameterStore {
    let file = try SafetensorsFile(url: folder.appending(path: name + ".safetensors"))
    let stored = Set(file.entries.map { StoredShape(name: $0.name, dimensions: $0.shape) })
    let expected = Set(parameters.names.map { StoredShape(name: $0, dimensions: parameters[$0].shape.dimensions) })
    if let other = stored.symmetricDifference(expected).min(by: { $0.name < $1.name }) {
      throw TrainingError.checkpoint(
        path: file.path, reason: "belongs to another model: '\(other.name)' \(other.dimensions) is in one of them only")
    }
    return ParameterStore(
      try parameters.names.map { parameter in
        (
          name: parameter,
          tensor: try backend.upload(try file.floats(of: parameter), shape: parameters[parameter].shape)
        )
      })
  }
}

private struct StoredShape: Hashable {
  let name: String
  let dimensions: [Int]
}

private struct StoredState: Codable {
  var configuration: TrainingConfiguration
  var step: Int
  var epoch: Int
  var stepInEpoch: Int
  var epochLoss: Double
  var history: [EpochRecord]
  var hasBest: Bool
  /// Of static fake quantisation alone.
  var activationRanges: ActivationRanges?
  var bestActivationRanges: ActivationRanges?
}

extension ActivationRanges {
  fileprivate var ifAny: ActivationRanges? { byName.isEmpty ? nil : self }
}
