import Benchmarking
import Measurement
import Testing

@Suite("Interleaved rounds") struct RoundsTests {
  private static let effort = Effort(secondsPerRow: 0, leastRounds: 20)

  @Test("Everyone has one turn in each round, in orders that differ") func interleaving() {
    var random = SplitMix64(seed: 1)
    var order: [Int] = []
    let outcome = Rounds(effort: Self.effort).measure(count: 3, random: &random) { contestant, runs, untimed, most in
      order.append(contestant)
      #expect(most == 0.5 && untimed <= runs)
      return [Double](repeating: 0.001, count: runs)
    }
    #expect(outcome.turns.map(\.count) == [20, 20, 20])
    // A run of 1 ms: a hundred of them are a turn.
    #expect(outcome.turns.joined().allSatisfy { $0.count == 100 })
    let rounds = order.suffix(60)
    let starts = stride(from: rounds.startIndex, to: rounds.endIndex, by: 3)
    let orders = starts.map { Array(rounds[$0..<$0 + 3]) }
    #expect(orders.allSatisfy { Set($0) == [0, 1, 2] })
    #expect(Set(orders).count >= 4)
  }

  @Test("A contestant warms up until its turns agree") func warmUp() {
    var random = SplitMix64(seed: 1)
    var turns = 0
    _ = Rounds(effort: Effort(secondsPerRow: 0, leastRounds: 1)).measure(count: 1, random: &random) {
      _, runs, _, _ in
      turns += 1
      // 8, 4, 2, 1, 1 ms: steady at the fifth.
      return [Double](repeating: max(0.001, 0.016 / Double(1 << turns)), count: runs)
    }
    #expect(turns == 6)
  }

  @Test("One that fails is left out with its reason; the others go on") func failure() {
    var random = SplitMix64(seed: 2)
    var count = 0
    let outcome = Rounds(effort: Self.effort).measure(count: 2, random: &random) {
      (contestant, runs, _, _) throws(BenchmarkError) in
      if contestant == 1 {
        count += 1
        if count == 7 { throw .ended(name: "b", status: "was ended by signal 9", said: "") }
      }
      return [0.2]
    }
    #expect(outcome.problems == [nil, "b was ended by signal 9 before it answered"])
    #expect(outcome.turns.map(\.count) == [20, 0])
  }
}
