/// The special tokens around a text, and around a pair of texts, and the type ids of both.
struct Frame: Sendable {
  enum Part: Sendable {
    case specials([Int32], typeID: Int32)
    case first(typeID: Int32)
    case second(typeID: Int32)
  }

  /// One `first` and no `second`.
  var single: [Part]
  /// One of each.
  var pair: [Part]

  /// A text of no specials.
  static let none = Frame(single: [.first(typeID: 0)], pair: [.first(typeID: 0), .second(typeID: 1)])

  /// `[CLS] first [SEP] second [SEP]`
  static func bert(classID: Int32, separatorID: Int32) -> Frame {
    let single: [Part] = [
      .specials([classID], typeID: 0), .first(typeID: 0), .specials([separatorID], typeID: 0),
    ]
    return Frame(single: single, pair: single + [.second(typeID: 1), .specials([separatorID], typeID: 1)])
  }

  /// `<s> first </s></s> second </s>`, all of type 0.
  static func roberta(classID: Int32, separatorID: Int32) -> Frame {
    let single: [Part] = [
      .specials([classID], typeID: 0), .first(typeID: 0), .specials([separatorID], typeID: 0),
    ]
    let second: [Part] = [
      .specials([separatorID], typeID: 0), .second(typeID: 0), .specials([separatorID], typeID: 0),
    ]
    return Frame(single: single, pair: single + second)
  }

  /// The encoding of a text or a pair whose ids are given.
  ///
  /// - Parameter maximumLength: of the result, specials included; the longer text is cut first.
  func encoding(_ first: [Int32], _ second: [Int32]?, maximumLength: Int?) -> Encoding {
    let parts = second == nil ? single : pair
    let specials = parts.reduce(0) { count, part in
      if case .specials(let ids, _) = part { count + ids.count } else { count }
    }
    var (firstCount, secondCount) = (first.count, second?.count ?? 0)
    if let maximumLength {
      (firstCount, secondCount) = Self.truncated(first.count, second?.count, room: max(0, maximumLength - specials))
    }
    var ids: [Int32] = []
    var types: [Int32] = []
    ids.reserveCapacity(firstCount + secondCount + specials)
    types.reserveCapacity(firstCount + secondCount + specials)
    for part in parts {
      let typeID: Int32
      switch part {
      case .specials(let specials, let type):
        ids += specials
        typeID = type
      case .first(let type):
        ids += first[..<firstCount]
        typeID = type
      case .second(let type):
        ids += (second ?? [])[..<secondCount]
        typeID = type
      }
      types.append(contentsOf: repeatElement(typeID, count: ids.count - types.count))
    }
    return Encoding(ids: ids, typeIDs: types)
  }

  /// The lengths of both texts after `longest_first` truncation; of two that must both be cut, the second keeps the odd
  /// token unless it is the shorter one.
  private static func truncated(_ first: Int, _ second: Int?, room: Int) -> (first: Int, second: Int) {
    guard let second else { return (min(first, room), 0) }
    guard first + second > room else { return (first, second) }
    var (shorter, longer) = (min(first, second), max(first, second))
    longer = shorter > room ? shorter : max(shorter, room - shorter)
    if shorter + longer > room {
      shorter = room / 2
      longer = shorter + room % 2
    }
    return first > second ? (longer, shorter) : (shorter, longer)
  }
}
