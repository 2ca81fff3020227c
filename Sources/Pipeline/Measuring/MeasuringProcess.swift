import FoundationEssentials
import Subprocess
import SystemPackage

/// Starts this program anew to measure one model, so that nothing of another one is in its memory.
package struct MeasuringProcess: Sendable {
  private let executable: String

  /// - Parameter executable: the path of the program `espalier`.
  package init(executable: String) { self.executable = executable }

  func measure(_ request: MeasurementRequest, variant: String) async throws -> MeasurementReply {
    let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    let output: String
    let errors: String
    let status: TerminationStatus
    do {
      let result = try await Subprocess.run(
        .path(FilePath(executable)), arguments: ["measure"], input: .string(text), output: .string(limit: 1 << 28),
        error: .string(limit: 1 << 20))
      output = result.standardOutput
      errors = result.standardError
      status = result.terminationStatus
    } catch {
      throw PipelineError.measuring(variant: variant, reason: "\(executable) can't be started: \(error)")
    }
    guard status.isSuccess else {
      throw PipelineError.measuring(variant: variant, reason: errors.isEmpty ? "\(status)" : errors)
    }
    do {
      return try JSONDecoder().decode(MeasurementReply.self, from: Data(output.utf8))
    } catch {
      throw PipelineError.measuring(variant: variant, reason: "unexpected reply: \(error)")
    }
  }
}
