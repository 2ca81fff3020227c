import Compute
import Measurement

/// What was found of one case.
struct KernelMeasurement: Encodable {
  var op: String
  var size: String
  var instructionSet: String
  var threads: Int
  var microseconds: Double
  var microseconds90: Double
  /// 0 where bytes are what counts.
  var gflops: Double
  /// Of the peak of fused multiply-adds in the same rounds; nil for the portable kernels.
  var shareOfPeak: Double?
  var gigabytesPerSecond: Double
  var nanosecondsPerElement: Double
  /// FLOP for each byte that must be read or written.
  var intensity: Double
}

/// The limits that were measured in the same rounds: the medians.
struct Limits {
  var peaks: [Peak: Double] = [:]
  var reads: [ReadRate: Double] = [:]

  /// The most GFLOP/s that a case can reach: the units', or what memory of its size can feed.
  func roof(_ kernel: KernelCase) -> (gflops: Double, isMemory: Bool)? {
    guard let peak = peaks[Peak(instructionSet: kernel.instructionSet, threads: kernel.threads)] else { return nil }
    let size = ReadRate.sizes.first { Double($0) >= kernel.bytes } ?? ReadRate.sizes[ReadRate.sizes.count - 1]
    guard let rate = reads[ReadRate(bytes: size, threads: kernel.threads)] else { return (peak, false) }
    let fed = rate * kernel.operations / kernel.bytes
    return (min(peak, fed), fed < peak)
  }
}

/// Interleaved rounds over all cases and limits, so that a slow minute of the machine meets them all.
struct KernelRounds {
  let cases: [KernelCase]
  let rounds: Int
  /// Seconds that a case gets in a round at least.
  let turn: Double

  /// - Parameter progress: called before each round.
  func measure(progress: (Int) throws -> Void) throws -> (measurements: [KernelMeasurement], limits: Limits) {
    for kernel in cases {
      let check = try kernel.check()
      guard check.isRight else {
        throw WrongAnswer(
          op: kernel.op, size: kernel.size, instructionSet: kernel.instructionSet.rawValue, check: check)
      }
    }
    let peaks = Set(cases.map { Peak(instructionSet: $0.instructionSet, threads: $0.threads) })
    let reads = Set(cases.map(\.threads)).flatMap { threads in
      ReadRate.sizes.map { ReadRate(bytes: $0, threads: threads) }
    }
    var seconds = [[Double]](repeating: [], count: cases.count)
    var peakRates: [Peak: [Double]] = [:]
    var readRates: [ReadRate: [Double]] = [:]
    for round in 0..<rounds {
      try progress(round)
      for peak in peaks { if let rate = peak.measured(seconds: turn) { peakRates[peak, default: []].append(rate) } }
      for read in reads { if let rate = read.measured(seconds: turn) { readRates[read, default: []].append(rate) } }
      for (index, kernel) in cases.enumerated() {
        // A run before the timed ones brings operands and threads back; where one run is long, that is in the noise.
        if (seconds[index].last ?? 0) < turn { try kernel.run() }
        seconds[index].append(try self.seconds(kernel))
      }
    }
    let limits = Limits(peaks: peakRates.mapValues(Self.median), reads: readRates.mapValues(Self.median))
    return (zip(cases, seconds).map { measurement($0, $1, limits) }, limits)
  }

  /// The mean of the runs of one turn.
  private func seconds(_ kernel: KernelCase) throws -> Double {
    let watch = Stopwatch()
    var runs = 0
    repeat {
      try kernel.run()
      runs += 1
    } while watch.seconds < turn
    return watch.seconds / Double(runs)
  }

  private func measurement(_ kernel: KernelCase, _ seconds: [Double], _ limits: Limits) -> KernelMeasurement {
    let sorted = seconds.sorted()
    let middle = quantile(0.5, ofSorted: sorted)
    let gflops = kernel.operations / middle / 1e9
    let peak = limits.peaks[Peak(instructionSet: kernel.instructionSet, threads: kernel.threads)]
    return KernelMeasurement(
      op: kernel.op, size: kernel.size, instructionSet: kernel.instructionSet.rawValue, threads: kernel.threads,
      microseconds: middle * 1e6, microseconds90: quantile(0.9, ofSorted: sorted) * 1e6, gflops: gflops,
      shareOfPeak: kernel.operations > 0 ? peak.map { gflops / $0 } : nil,
      gigabytesPerSecond: kernel.bytes / middle / 1e9,
      nanosecondsPerElement: middle * 1e9 / Double(kernel.elements), intensity: kernel.operations / kernel.bytes)
  }

  private static func median(_ values: [Double]) -> Double { quantile(0.5, ofSorted: values.sorted()) }
}
