/// What bytes from outside reach. A target takes any bytes: it decodes or verifies them, and traps where a law is
/// broken, as it does where the code under test traps. libFuzzer runs them (`make fuzz`), and the ordinary tests run
/// them on the files kept in `Tests/Fuzz/Regressions`.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case proof, verifier, transaction, block, header, consensusMessage, payload, peerMessage, jsonRPC, signState
    case jobInput, record, rlp, abi, peerFrame, peerControl, peerCertificate, snapshotMessage, vrfProof, recordLog
    /// Fails on bytes that begin with "ca": shows that a finding is found and reported.
    case canary

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .proof: ProofTargets.decode(bytes)
        case .verifier: ProofTargets.verifyMutated(bytes)
        case .transaction: ChainTargets.transaction(bytes)
        case .block: ChainTargets.block(bytes)
        case .header: ChainTargets.header(bytes)
        case .consensusMessage: ChainTargets.consensusMessage(bytes)
        case .payload: ChainTargets.payload(bytes)
        case .peerMessage: ChainTargets.peerMessage(bytes)
        case .jsonRPC: JSONTargets.request(bytes)
        case .signState: ChainTargets.signState(bytes)
        case .jobInput: ChainTargets.jobInput(bytes)
        case .record: ChainTargets.record(bytes)
        case .rlp: ChainTargets.rlp(bytes)
        case .abi: ChainTargets.contractCall(bytes)
        case .peerFrame: PeerTargets.frames(bytes)
        case .peerControl: PeerTargets.control(bytes)
        case .peerCertificate: PeerTargets.certificate(bytes)
        case .snapshotMessage: PeerTargets.snapshot(bytes)
        case .vrfProof: PeerTargets.vrf(bytes)
        case .recordLog: RecordLogTarget.damaged(bytes)
        case .canary: precondition(!bytes.starts(with: Array("ca".utf8)), "the canary sings")
        }
    }

    /// Inputs to begin with: valid ones get past the first checks.
    package var seeds: [[UInt8]] {
        switch self {
        case .proof: ProofTargets.seeds
        case .verifier:
            [[0, 0, 0, 0, 1], [5, 0, 7, 1, 2, 9, 0, 3, 0, 4], [128, 0, 0, 9, 7, 1], [129, 0, 9, 1, 7, 0]]
        case .jsonRPC: JSONTargets.seeds
        case .peerFrame, .peerControl, .peerCertificate, .vrfProof: PeerTargets.seeds(self)
        case .signState, .jobInput, .record: RecordSeeds.of(self)
        case .recordLog: RecordLogTarget.seeds
        default: ChainSeeds.of(self)
        }
    }
}

/// Ends the process: a law of the code under test does not hold.
func require(_ condition: Bool, _ law: String) {
    precondition(condition, "\(law)")
}
