import ArgumentParser
import Foundation
import Pipeline

/// What the pipeline starts to measure one model in a fresh process: a request on the standard input, a reply on the output.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures one model by a request on the standard input.", shouldDisplay: false)

  func run() throws {
    let request = try JSONDecoder().decode(
      MeasurementRequest.self, from: FileHandle.standardInput.readToEnd() ?? Data())
    let reply = try Measurer.measure(request)
    try FileHandle.standardOutput.write(contentsOf: try JSONEncoder().encode(reply))
  }
}
