import ChainTypes

/// The provers of a devnet by what they do: a number of honest ones, or strategies with numbers.
struct ProverRoster: Hashable, Sendable {
    /// By prover index.
    let strategies: [ProverStrategy]

    static let most = 64

    init(honest count: Int) { strategies = [ProverStrategy](repeating: .honest, count: count) }

    /// `4`, or `honest:3,withholding:1,crash:t2:1`. Nil when it is neither, or names a strategy that there is not.
    init?(_ argument: String) {
        if let count = Int(argument) {
            guard (0...Self.most).contains(count) else { return nil }
            strategies = [ProverStrategy](repeating: .honest, count: count)
            return
        }
        var all: [ProverStrategy] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let colon = part.lastIndex(of: ":"), let count = Int(part[part.index(after: colon)...]),
                (1...Self.most).contains(count), let strategy = ProverStrategy(name: String(part[..<colon]))
            else { return nil }
            all += [ProverStrategy](repeating: strategy, count: count)
        }
        guard all.count <= Self.most else { return nil }
        strategies = all
    }

    var count: Int { strategies.count }
    var isHonest: Bool { strategies.allSatisfy { $0 == .honest } }

    /// Whether the prover is expected to end by itself.
    func crashes(_ index: Int) -> Bool {
        if strategies.indices.contains(index), case .crash = strategies[index] { true } else { false }
    }
}
