/// What `body` returns, or `error` where it takes longer than `limit`; it is cancelled then.
func withTimeLimit<Value: Sendable>(
  _ limit: Duration, orElse error: @escaping @Sendable () -> any Error,
  _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask(operation: body)
    group.addTask {
      try await Task.sleep(for: limit)
      throw error()
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw error() }
    return value
  }
}
