import FoundationEssentials

/// The numbers that the study published of its own models, from `Resources/study.json`.
///
/// They are facts with a source, not measurements of ours: one number each, without an interval, from another machine. A
/// report quotes them beside its own and compares nothing with them.
struct PublishedStudy: Decodable, Sendable {
  /// What it found on one kind of device.
  struct Figures: Decodable, Sendable {
    var accuracy: Double
    /// Of one sentence, the mean.
    var latencyMilliseconds: Double
    /// In units of 2^20 bytes; of the GPU alone.
    var peakMegabytes: Double?

    enum CodingKeys: String, CodingKey {
      case accuracy
      case latencyMilliseconds = "latency_ms"
      case peakMegabytes = "peak_mb"
    }
  }

  struct Row: Decodable, Sendable {
    /// By language, as `Language` names them.
    var titles: [String: String]
    /// The name of the variant of ours that is made in the same way.
    var counterpart: String
    var layers: Int
    /// As printed, optimiser state included where it was.
    var sizeMegabytes: Double
    var gpu: Figures?
    var cpu: Figures?

    enum CodingKeys: String, CodingKey {
      case titles, counterpart, layers, gpu, cpu
      case sizeMegabytes = "size_mb"
    }

    func title(_ language: Language) -> String { titles[language.rawValue] ?? counterpart }
  }

  /// Latency by batch, on the GPU.
  struct Batches: Decodable, Sendable {
    struct Row: Decodable, Sendable {
      var counterpart: String
      /// One a size.
      var latencyMilliseconds: [Double]

      enum CodingKeys: String, CodingKey {
        case counterpart
        case latencyMilliseconds = "latency_ms"
      }
    }

    var sizes: [Int]
    var rows: [Row]
  }

  /// One pre-trained model and what was made of it.
  struct Family: Decodable, Sendable {
    var name: String
    var layers: Int
    /// Of the model with two classes.
    var parameters: Int
    /// Accuracy lost without each layer alone, as a share, on the very rows that it reports.
    var drops: [Double]
    var rows: [Row]
    var batches: Batches?
  }

  /// What the numbers are and what is wrong with them.
  var source: String
  var device: String
  var repetitions: Int
  var tokens: Int
  /// As the catalogue names it.
  var dataset: String
  var families: [Family]

  static let published: PublishedStudy = {
    do {
      return try JSONDecoder().decode(PublishedStudy.self, from: Data(PackageResources.study_json))
    } catch {
      // Compiled into the program, and read by a test.
      preconditionFailure("study.json: \(error)")
    }
  }()

  /// The family of a model, by its size: the same layers, and parameters within 2 % (another vocabulary or head).
  func family(of baseline: VariantResult) -> Family? {
    guard let layers = baseline.layers, let parameters = baseline.parameterCount else { return nil }
    return families.first { family in
      family.layers == layers
        && (parameters - family.parameters).magnitude <= UInt(family.parameters / 50)
    }
  }
}
