package import FoundationEssentials

/// The folder with the scripts of the other engines, Benchmarks/peers of a checkout, and the Python that runs them.
package struct PeerDirectory: Sendable {
  package static let variable = "ESPALIER_PEERS"
  package static let engines = ["onnxruntime", "openvino", "torch", "ctranslate2"]
  package static let variants = ["fp32", "int8", "int4"]
  private static let script = "describe.py"

  private let directory: URL
  private let python: String
  private let environment: [String: String]

  /// - Parameters:
  ///   - directory: where the scripts are; else what `ESPALIER_PEERS` says, else Benchmarks/peers below here.
  ///   - python: the interpreter; else that of a virtual environment in the folder, or of the one that `make peers`
  ///     makes beside it, else `python3`.
  package init(directory: String?, python: String?, environment: [String: String]) throws(BenchmarkError) {
    let variable = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    let named = directory ?? variable ?? "Benchmarks/peers"
    let folder = URL(filePath: named, directoryHint: .isDirectory).standardizedFileURL
    func path(_ relative: String) -> String {
      folder.appending(path: relative).standardizedFileURL.path(percentEncoded: false)
    }
    guard FileManager.default.fileExists(atPath: path(Self.script)) else {
      throw .noPeers(directory: named, file: Self.script)
    }
    let installed = ["venv/bin/python", "../.build/peers/venv/bin/python"].map(path)
    self.directory = folder
    self.python = python ?? installed.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "python3"
    self.environment = environment
  }

  /// - Throws: ``BenchmarkError/notInstalled(packages:python:command:)`` with the command that installs what lacks.
  package func checkInstalled(engines: [String], variants: [String]) throws(BenchmarkError) {
    let lacking = try ask([String].self, ["missing"] + options(engines, variants))
    guard !lacking.isEmpty else { return }
    let here = directory.path(percentEncoded: false)
    let requirements = here + "requirements.txt"
    throw .notInstalled(
      packages: lacking, python: python,
      command: "python3 -m venv \(here)venv && \(here)venv/bin/python -m pip install -r \(requirements)")
  }

  /// Writes the files that the engines want, as far as they aren't there yet.
  package func build(
    _ model: URL, to built: URL, engines: [String], variants: [String]
  ) throws(BenchmarkError) {
    _ = try run(
      "build_models.py",
      [model.path(percentEncoded: false), built.path(percentEncoded: false)] + options(engines, variants))
  }

  /// - Parameter built: a directory of ``build(_:to:engines:variants:)``.
  package func contestants(
    built: URL, workloads: URL, threads: Int, engines: [String], variants: [String]
  ) throws(BenchmarkError) -> [PeerContestant] {
    try ask(
      [PeerContestant].self,
      [
        "contestants", built.path(percentEncoded: false), "--workloads", workloads.path(percentEncoded: false),
        "--threads", "\(threads)",
      ] + options(engines, variants))
  }

  private func options(_ engines: [String], _ variants: [String]) -> [String] {
    ["--engines", engines.joined(separator: ","), "--variants", variants.joined(separator: ",")]
  }

  private func ask<Answer: Decodable>(_ type: Answer.Type, _ arguments: [String]) throws(BenchmarkError) -> Answer {
    let output = try run(Self.script, arguments)
    guard let answer = try? JSONDecoder().decode(type, from: Data(output.utf8)) else {
      throw .malformedReply(name: Self.script, line: output)
    }
    return answer
  }

  private func run(_ script: String, _ arguments: [String]) throws(BenchmarkError) -> String {
    let log = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString).log")
    defer { try? FileManager.default.removeItem(at: log) }
    let path = directory.appending(path: script).path(percentEncoded: false)
    // No network: a library that would ask for something has to say so.
    let child = try ChildProcess(
      script, command: [python, path] + arguments, environment: environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 },
      log: log)
    let result = child.readToEnd()
    guard result.hasSucceeded else { throw .script(name: script, status: result.status, said: child.lastWords) }
    return result.output
  }
}

/// A contestant as `describe.py` tells it.
package struct PeerContestant: Codable, Equatable, Sendable {
  package var name: String
  package var engine: String
  package var precision: String
  package var version: String
  package var isExact: Bool
  package var kinds: [Workload.Kind]
  package var command: [String]
  package var environment: [String: String]
  package var bytes: Int
}
