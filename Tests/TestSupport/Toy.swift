/// Sentences of ids for a vocabulary of 97: the label is whether the id 50 is among them.
public enum Toy {
  public struct Sentence: Sendable {
    public var ids: [Int32]
    public var label: Int32
  }

  public static func sentences(_ count: Int, seed: UInt64) -> [Sentence] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { index in
      let length = Int.random(in: 3...12, using: &random)
      var ids = (0..<length).map { _ in Int32.random(in: 5..<50, using: &random) }
      if index % 2 == 1 { ids[Int.random(in: 1..<length, using: &random)] = 50 }
      ids[0] = 2
      return Sentence(ids: ids, label: Int32(index % 2))
    }
  }
}
