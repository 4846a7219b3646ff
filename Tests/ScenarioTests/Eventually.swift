import JSONRPC

/// Asks again and again until there is an answer; a node that cannot be reached has none yet. The limit is no
/// expectation of speed: it ends a test that would wait for ever.
func eventually<Answer>(
    _ what: String, within limit: Duration = .seconds(120), _ answer: () async throws -> Answer?
) async throws -> Answer {
    let start = ContinuousClock.now
    var last = ""
    while ContinuousClock.now - start < limit {
        do {
            if let answer = try await answer() { return answer }
        } catch let error as RPCClientError {
            last = "; last: \(error)"
        }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw ScenarioFailure("waited \(limit.components.seconds) s in vain: \(what)\(last)")
}

/// The same, for something that is true or not yet.
func eventually(
    _ what: String, within limit: Duration = .seconds(120), holds condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await condition() ? () : nil }
}
