/// Byte strings with a number each, as a tree over their bytes.
///
/// The children of a node lie side by side, with their bytes in an array of their own, so that most nodes are searched
/// within one cache line; a node with many children has a table of 256. Memory is about 13 bytes a node.
struct ByteTrie: Sendable {
  /// Of more children than this, a table is kept.
  private static let searched = 8

  private struct Node: Sendable {
    /// The first child, or where the table starts.
    var children: UInt32 = 0
    var count: UInt16 = 0
    /// -1 where no string ends.
    var value: Int32 = -1
  }

  private var nodes: [Node]
  private var labels: [UInt8]
  /// Tables of 256 children; 0, the root, is no child of any node.
  private var tables: [UInt32] = []

  static let root = 0

  /// - Parameter strings: their values are at least 0; of two alike, the later one counts. Empty ones are left out.
  init(_ strings: [(bytes: [UInt8], value: Int32)]) {
    var edges = Edges()
    var values: [Int32] = [-1]
    for (bytes, value) in strings where !bytes.isEmpty {
      var node: UInt32 = 0
      for byte in bytes {
        node = edges.child(of: node, byte)
        if node == values.count { values.append(-1) }
      }
      values[Int(node)] = value
    }
    // In the order of their parents, the children of each lie side by side.
    var counts = [UInt32](repeating: 0, count: values.count)
    for parent in edges.parents { counts[Int(parent)] += 1 }
    var next = [UInt32](repeating: 0, count: values.count)
    var first: UInt32 = 1
    for node in counts.indices {
      next[node] = first
      first += counts[node]
    }
    let starts = next
    var place = [UInt32](repeating: 0, count: values.count)
    for (edge, parent) in edges.parents.enumerated() {
      place[edge + 1] = next[Int(parent)]
      next[Int(parent)] += 1
    }
    nodes = [Node](repeating: Node(), count: values.count)
    labels = [UInt8](repeating: 0, count: values.count)
    for (old, new) in place.enumerated() {
      nodes[Int(new)] = Node(children: starts[old], count: UInt16(counts[old]), value: values[old])
      if old > 0 { labels[Int(new)] = edges.labels[old - 1] }
    }
    for node in nodes.indices where Int(nodes[node].count) > Self.searched {
      let start = Int(nodes[node].children)
      nodes[node].children = UInt32(tables.count)
      tables += [UInt32](repeating: 0, count: 256)
      for child in start..<start + Int(nodes[node].count) {
        tables[Int(nodes[node].children) + Int(labels[child])] = UInt32(child)
      }
    }
  }

  var isEmpty: Bool { nodes.count == 1 }

  @inline(__always)
  func child(of node: Int, _ byte: UInt8) -> Int? {
    let node = nodes[node]
    if Int(node.count) > Self.searched {
      let child = tables[Int(node.children) + Int(byte)]
      return child == 0 ? nil : Int(child)
    }
    var child = Int(node.children)
    let end = child + Int(node.count)
    while child < end {
      if labels[child] == byte { return child }
      child += 1
    }
    return nil
  }

  /// The value of the string that ends at a node, -1 if none does.
  @inline(__always)
  func value(of node: Int) -> Int32 { nodes[node].value }

  /// The longest string that starts at `start`: its end and value.
  func longest(in bytes: borrowing Span<UInt8>, from start: Int) -> (end: Int, value: Int32)? {
    var node = Self.root
    var position = start
    var found: (end: Int, value: Int32)?
    while position < bytes.count, let child = child(of: node, bytes[position]) {
      node = child
      position += 1
      if value(of: node) >= 0 { found = (position, value(of: node)) }
    }
    return found
  }

  /// The value of exactly these bytes.
  func value(of bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int32? {
    var node = Self.root
    for position in start..<end {
      guard let child = child(of: node, bytes[position]) else { return nil }
      node = child
    }
    return value(of: node) < 0 ? nil : value(of: node)
  }

  /// The tree while it grows: a hash table from node and byte to the next node.
  private struct Edges {
    /// Of edge `n`, which leads to node `n + 1`.
    var parents: [UInt32] = []
    var labels: [UInt8] = []
    /// Node numbers, 0 for a free slot; at most half full.
    private var slots = [UInt32](repeating: 0, count: 1 << 10)

    mutating func child(of node: UInt32, _ byte: UInt8) -> UInt32 {
      var slot = Self.hash(node, byte) & (slots.count - 1)
      while slots[slot] != 0 {
        let edge = Int(slots[slot]) - 1
        if parents[edge] == node, labels[edge] == byte { return slots[slot] }
        slot = (slot + 1) & (slots.count - 1)
      }
      parents.append(node)
      labels.append(byte)
      slots[slot] = UInt32(parents.count)
      let child = slots[slot]
      if parents.count * 2 > slots.count { grow() }
      return child
    }

    private mutating func grow() {
      slots = [UInt32](repeating: 0, count: slots.count * 4)
      for edge in parents.indices {
        var slot = Self.hash(parents[edge], labels[edge]) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(edge + 1)
      }
    }

    private static func hash(_ node: UInt32, _ byte: UInt8) -> Int {
      Int(truncatingIfNeeded: ((UInt64(node) << 8 | UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15) >> 24)
    }
  }
}
