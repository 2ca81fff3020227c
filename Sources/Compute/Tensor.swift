/// What a backend keeps a tensor's numbers in. Each backend has a subclass of its own.
///
/// Unchecked: a storage is written only while one owner holds it, before it is shared or after its uniqueness was seen.
open class TensorStorage: @unchecked Sendable {
  package init() {}
}

/// An array of real numbers of a fixed shape, held by a backend. A value: nobody who shares it sees it change.
public struct Tensor: Sendable {
  public let shape: Shape
  package var storage: TensorStorage

  package init(shape: Shape, storage: TensorStorage) {
    self.shape = shape
    self.storage = storage
  }
}
