internal import CKernels

/// How long this process lives.
public enum ProcessLifetime {
  /// Has this process killed when the thread that started it ends: one that is made to stand still can't notice by
  /// itself. Linux alone has that.
  public static func endWithParent() { _ = ck_end_with_parent() }
}
