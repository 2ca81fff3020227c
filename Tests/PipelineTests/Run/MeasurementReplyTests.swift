import Foundation
import Pipeline
import Testing

@Suite("What measuring processes say") struct MeasurementReplyTests {
  @Test("a reply without lengths, as older runs hold them, is read") func older() throws {
    let text = """
      {"seconds": [0.01], "peakMemoryBytes": 1, "batches": [{"batch": 1, "tokens": 8, "seconds": [0.02]}], "threads": 2,
       "instructionSet": "avx2"}
      """
    let reply = try JSONDecoder().decode(MeasurementReply.self, from: Data(text.utf8))
    #expect(reply.lengths == nil && reply.batches[0].seconds == [0.02])
  }
}
