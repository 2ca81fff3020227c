/// How long contestants are measured.
package struct Effort: Codable, Equatable, Sendable {
  /// Of measuring, for each contestant in each cell, once there are the least rounds.
  package var secondsPerRow: Double
  package var leastRounds: Int
  /// Seconds of timed runs in a turn, where a run is shorter: short, so that one round's turns lie close together, long
  /// beside what stopping and going on costs.
  package var turn: Double
  /// Seconds of runs that aren't timed at the start of a turn, where a run is shorter: they bring caches and threads back.
  package var untimed: Double
  /// Seconds after which a turn begins no further run.
  package var most: Double
  /// A contestant is warm when two turns running differ by no more than this share, or after `mostWarmUps` turns.
  package var steady: Double
  package var mostWarmUps: Int
  package var longestWarmUp: Double
  /// Whether caches are emptied before each run.
  package var coldCaches: Bool

  package init(
    secondsPerRow: Double = 5, leastRounds: Int = 5, turn: Double = 0.1, untimed: Double = 0.01, most: Double = 0.5,
    steady: Double = 0.05, mostWarmUps: Int = 8, longestWarmUp: Double = 5, coldCaches: Bool = false
  ) {
    self.secondsPerRow = secondsPerRow
    self.leastRounds = leastRounds
    self.turn = turn
    self.untimed = untimed
    self.most = most
    self.steady = steady
    self.mostWarmUps = mostWarmUps
    self.longestWarmUp = longestWarmUp
    self.coldCaches = coldCaches
  }

  /// The runs of a turn.
  func runs(of seconds: Double) -> Int { count(turn, seconds) }

  /// A run before the timed ones; none where a run is as long as a turn, and that lies within the noise.
  func untimedRuns(of seconds: Double) -> Int { seconds < turn ? count(untimed, seconds) : 0 }

  private func count(_ budget: Double, _ seconds: Double) -> Int {
    max(1, min(1000, Int((budget / max(seconds, 1e-6)).rounded())))
  }
}
