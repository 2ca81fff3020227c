import Benchmarking
import Foundation
import Testing

@Suite("Shapes and names") struct ShapeTests {
  @Test func lists() throws {
    let shapes = try BatchShape.list("1x16,32x64,1x16")
    #expect(shapes.map(\.batch) == [1, 32])
    #expect(shapes.map(\.tokens) == [16, 64])
    #expect(try BatchShape.list("none").isEmpty)
  }

  @Test(
    "What is no shape is named",
    arguments: ["", "8", "8x", "x8", "0x8", "8x1", "8x8x8", "-1x8", "1x16,", "8X8", "9999999999x8"])
  func wrong(_ text: String) {
    let error = #expect(throws: BenchmarkError.self) { try BatchShape.list(text) }
    #expect(error?.description.contains("such as 8x128") == true)
  }

  @Test("Directories are called by as many of their last parts as tell them apart") func names() {
    let directories = ["/runs/a/models/baseline", "/runs/b/models/baseline", "/runs/a/models/pruned"].map {
      URL(filePath: $0, directoryHint: .isDirectory)
    }
    #expect(BenchmarkedModel.names(of: directories) == ["a/models/baseline", "b/models/baseline", "pruned"])
  }

  @Test("Ids of a fixed shape stay below the vocabulary, and rows differ") func fixedWorkload() {
    let bert = Workload.fixed(batch: 4, tokens: 16)
    #expect(bert.sentences.allSatisfy { $0.first == 101 && $0.last == 102 && $0.count == 16 })
    #expect(bert.sentences.joined().allSatisfy { $0 < 30_522 })
    #expect(Set(bert.sentences).count == 4)
    let small = Workload.fixed(batch: 4, tokens: 16, vocabularySize: 97)
    #expect(small.sentences.joined().allSatisfy { (0..<97).contains($0) })
    #expect(Set(small.sentences).count == 4)
  }
}
