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
  private static let weights = "weights"
  private static let firstMoments = "first_moments"
  private static let secondMoments = "second_moments"
  private static let best = "best"

  public init(directory: URL, secondsBetween: Double = 60) {
    self.directory = directory
    self.secondsBetween = secondsBetween
  }

  /// Writes a state and removes older ones. The best epoch's weights stay in memory no longer than until they are written.
  ///
  /// A step that is there is not written again: the rest of a training follows from it, and replacing it would leave a
  /// moment without any.
  func save(_ state: inout TrainingState, configuration: TrainingConfiguration, backend: any Backend) throws {
    guard !isComplete(state.optimizer.step) else { return }
    do {
      try Directories.make(directory)
      let target = directory.appending(path: Self.name(state.optimizer.step))
      try removeIfThere(target)
      let folder = try AtomicDirectory(replacing: target, marker: Self.marker)
      try ParameterFile(Self.weights, in: folder.url).write(state.model.parameters, backend: backend)
      try ParameterFile(Self.firstMoments, in: folder.url).write(state.optimizer.firstMoments, backend: backend)
      try ParameterFile(Self.secondMoments, in: folder.url).write(state.optimizer.secondMoments, backend: backend)
      switch state.best?.weights {
      case .inMemory(let parameters): try ParameterFile(Self.best, in: folder.url).write(parameters, backend: backend)
      case .stored(let file): try ParameterFile(Self.best, in: folder.url).write(file)
      case nil: break
      }
      let stored = StoredState(
        configuration: configuration, step: state.optimizer.step, epoch: state.epoch,
        stepInEpoch: state.stepInEpoch, epochLoss: state.epochLoss, history: state.history,
        hasBest: state.best != nil, activationRanges: state.model.activationRanges.ifAny,
        bestActivationRanges: state.best?.activationRanges.ifAny)
      try AtomicFile.write(
        try JSONEncoder().encode(stored), to: folder.url.appending(path: Self.marker))
      try folder.commit()
      state.best?.weights = .stored(ParameterFile(Self.best, in: target))
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
      resumed.parameters = try ParameterFile(Self.weights, in: folder).read(like: model.parameters, backend: backend)
      resumed.activationRanges = stored.activationRanges ?? ActivationRanges()
      let optimizer = AdamW(
        configuration, step: stored.step,
        firstMoments: try ParameterFile(Self.firstMoments, in: folder).read(like: model.parameters, backend: backend),
        secondMoments: try ParameterFile(Self.secondMoments, in: folder).read(like: model.parameters, backend: backend))
      var best: BestEpoch?
      if stored.hasBest {
        let file = ParameterFile(Self.best, in: folder)
        try file.open(like: model.parameters)
        best = BestEpoch(
          weights: .stored(file), activationRanges: stored.bestActivationRanges ?? ActivationRanges())
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
