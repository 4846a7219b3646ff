import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

/// What the debug checker finds wrong with traces.
struct Findings {
    /// The first violated constraint.
    let violation: String?
    let imbalances: [TraceChecker.Imbalance]

    /// The buses that do not balance.
    var buses: Set<String> { Set(imbalances.map(\.bus)) }
}

extension BlockTraces {
    /// Three operations on two of four accounts.
    static func transfer() throws -> BlockTraces {
        var scenario = LedgerScenario(balances: [100, 20, 0, 7])
        try scenario.debit(0, 30)
        try scenario.credit(1, 30)
        try scenario.debit(1, 5)
        return try BlockTraces(scenario)
    }

    /// Proves the traces as they are and has the verifier judge: it refuses what the checker finds, where it has to.
    ///
    /// A violated constraint fails at zeta in the first instance that has one, and a quotient made up to fit fails in
    /// the final polynomial. Buses that do not balance leave every proof valid and fail the sum over the job.
    func judged(sourceLocation: SourceLocation = #_sourceLocation) throws -> Findings {
        let violations = try instances.map { TraceChecker.firstViolation($0)?.constraint }
        let imbalances = try imbalances
        let job = try ProvenJob(input, program, traces: matrices)
        let refusal = job.refusal(of: job.claim)
        if let instance = violations.firstIndex(where: { $0 != nil }) {
            #expect(refusal == .instance(instance, .constraints), sourceLocation: sourceLocation)
            let forced = try job.verdictOnForcedIdentity(instance, matrices[instance])
            #expect(forced == .failure(.finalPolynomial), sourceLocation: sourceLocation)
        } else {
            #expect(refusal == (imbalances.isEmpty ? nil : .unbalanced), sourceLocation: sourceLocation)
        }
        return Findings(violation: violations.lazy.compactMap(\.self).first, imbalances: imbalances)
    }
}
