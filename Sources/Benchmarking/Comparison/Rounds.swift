package import Measurement

/// The turns of contestants: everyone has one in each round, in an order drawn anew, while all others stand still.
package struct Rounds {
  /// The time of each run, by turn, for each contestant by its place; why there is none, of one that failed.
  package struct Outcome {
    package var turns: [[[Double]]]
    package var problems: [String?]
  }

  package let effort: Effort

  package init(effort: Effort) { self.effort = effort }

  /// - Parameter time: lets a contestant have a turn of so many runs after so many untimed ones.
  package func measure(
    count: Int, random: inout SplitMix64,
    time: (_ contestant: Int, _ runs: Int, _ untimed: Int, _ most: Double) throws(BenchmarkError) -> [Double]
  ) -> Outcome {
    var outcome = Outcome(
      turns: Array(repeating: [], count: count), problems: Array(repeating: nil, count: count))
    var expected = [Double](repeating: 0, count: count)
    func turn(_ contestant: Int, _ body: () throws(BenchmarkError) -> Void) {
      guard outcome.problems[contestant] == nil else { return }
      do throws(BenchmarkError) { try body() } catch {
        outcome.problems[contestant] = "\(error)"
        outcome.turns[contestant] = []
      }
    }
    for contestant in (0..<count).shuffled(using: &random) {
      turn(contestant) { () throws(BenchmarkError) in
        expected[contestant] = try warmUp { (runs, untimed) throws(BenchmarkError) in
          try time(contestant, runs, untimed, effort.most)
        }
      }
    }
    let watch = Stopwatch()
    var round = 0
    while round < effort.leastRounds || watch.seconds < effort.secondsPerRow * Double(count) {
      guard outcome.problems.contains(where: { $0 == nil }) else { break }
      for contestant in (0..<count).shuffled(using: &random) {
        turn(contestant) { () throws(BenchmarkError) in
          let seconds = expected[contestant]
          outcome.turns[contestant].append(
            try time(contestant, effort.runs(of: seconds), effort.untimedRuns(of: seconds), effort.most))
        }
      }
      round += 1
    }
    return outcome
  }

  /// Turns until one's median is that of the turn before.
  ///
  /// - Returns: the seconds of a run.
  private func warmUp(
    _ time: (_ runs: Int, _ untimed: Int) throws(BenchmarkError) -> [Double]
  ) throws(BenchmarkError) -> Double {
    let watch = Stopwatch()
    var last = Self.median(try time(1, 1))
    for _ in 0..<effort.mostWarmUps where watch.seconds < effort.longestWarmUp {
      let seconds = Self.median(try time(effort.runs(of: last), 0))
      if abs(seconds - last) <= effort.steady * last { return seconds }
      last = seconds
    }
    return last
  }

  static func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : quantile(0.5, ofSorted: values.sorted()) }
}
