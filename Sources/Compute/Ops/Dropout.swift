extension Tape {
  /// Inverted dropout: each element is zero with the given probability, and divided by its complement otherwise.
  ///
  /// The identity when the tape has no random stream. The mask is remade in the VJP, not kept.
  ///
  /// - SeeAlso: Srivastava et al., "Dropout", JMLR 15, 2014.
  public mutating func dropout(_ x: Variable, probability: Double) throws(TensorError) -> Variable {
    guard probability > 0, let stream = random?.next(probability: probability) else { return x }
    let backend = backend
    return record(try backend.dropout(x.tensor, stream), from: [x]) { (dy) throws(TensorError) in
      [try backend.dropout(dy, stream)]
    }
  }
}
