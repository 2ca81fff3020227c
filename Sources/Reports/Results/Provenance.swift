/// The machine that a run was measured on. The keys are those by which `Measurement` describes one.
public struct MachineDescription: Equatable, Sendable, Codable {
  public var cpu: String?
  public var logicalCores: Int?
  public var affinityCores: Int?
  /// Processors that a control group allows.
  public var cpuQuota: Double?
  public var cpuFlags: [String]?
  public var memoryBytes: Int?
  public var operatingSystem: String?
  public var kernel: String?
  public var architecture: String?
  public var loadAverage: [Double]?
  public var frequencyGovernor: String?
  /// The instruction set that the kernels used.
  public var kernelInstructionSet: String?

  enum CodingKeys: String, CodingKey {
    case cpu, kernel, architecture
    case logicalCores = "logical_cores"
    case affinityCores = "affinity_cores"
    case cpuQuota = "cpu_quota"
    case cpuFlags = "cpu_flags"
    case memoryBytes = "memory_bytes"
    case operatingSystem = "operating_system"
    case loadAverage = "load_average"
    case frequencyGovernor = "frequency_governor"
    case kernelInstructionSet = "kernel_instruction_set"
  }

  public init() {}
}

/// The rows that a run used, and their sums.
public struct DatasetDescription: Equatable, Sendable, Codable {
  public struct File: Equatable, Sendable, Codable {
    public var name: String
    public var sha256: String?
    public var rows: Int?

    public init(name: String, sha256: String? = nil, rows: Int? = nil) {
      self.name = name
      self.sha256 = sha256
      self.rows = rows
    }
  }

  public var name: String
  public var description: String?
  public var licence: String?
  /// The names of the classes, in the order of their numbers.
  public var labels: [String]?
  public var files: [File]?

  public init(
    name: String, description: String? = nil, licence: String? = nil, labels: [String]? = nil, files: [File]? = nil
  ) {
    self.name = name
    self.description = description
    self.licence = licence
    self.labels = labels
    self.files = files
  }
}

/// What one split of the data decided.
public struct SplitUse: Equatable, Sendable, Codable {
  public var name: String
  public var rows: Int?
  /// Such as "training" or "choice of checkpoint and layers".
  public var purpose: String

  public init(name: String, rows: Int? = nil, purpose: String) {
    self.name = name
    self.rows = rows
    self.purpose = purpose
  }
}
