import Testing
import Training

@Suite("The learning rate") struct ScheduleTests {
  @Test func risesFromZeroAndFallsToZero() {
    let schedule = Schedule(peak: 8, warmupSteps: 4, totalSteps: 12)
    #expect((0...12).map { schedule.rate(at: $0) } == [0, 2, 4, 6, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    #expect(schedule.rate(at: 1000) == 0)
  }

  @Test func withoutWarmUpItBeginsAtThePeak() {
    let schedule = Schedule(peak: 4, warmupSteps: 0, totalSteps: 4)
    #expect((0..<4).map { schedule.rate(at: $0) } == [4, 3, 2, 1])
  }

  @Test("Warm-up alone, and no steps at all, divide by nothing") func extremes() {
    let rising = Schedule(peak: 4, warmupSteps: 4, totalSteps: 4)
    #expect((0...4).map { rising.rate(at: $0) } == [0, 1, 2, 3, 0])
    #expect(Schedule(peak: 1, warmupSteps: 0, totalSteps: 0).rate(at: 0) == 0)
  }
}
