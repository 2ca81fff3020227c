extension Tape {
  /// a + b, of one shape.
  public mutating func add(_ a: Variable, _ b: Variable) throws(TensorError) -> Variable {
    try check("add", b.shape, is: a.shape)
    return record(try backend.add(a.tensor, b.tensor), from: [a, b]) { (dy) throws(TensorError) in [dy, dy] }
  }

  /// factor * x.
  public mutating func scale(_ x: Variable, by factor: Float) throws(TensorError) -> Variable {
    let backend = backend
    return record(try backend.scale(x.tensor, by: factor), from: [x]) { (dy) throws(TensorError) in
      [try backend.scale(dy, by: factor)]
    }
  }
}
