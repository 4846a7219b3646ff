import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Consensus
import Cryptography
import ProofField
import Replica
import SystemState

/// Records of a node's own to begin with.
enum RecordSeeds {
    private static let hash = Bytes32(UInt128(7))
    private static let owner = Address(words: 1, 2, 3)
    private static let keys = try? ValidatorKeys(seed: [UInt8](repeating: 7, count: 32))

    static func of(_ target: FuzzTarget) -> [[UInt8]] {
        switch target {
        case .signState: signState.map { [Array($0.encoded.dropLast(32))] } ?? []
        case .jobInput:
            [JobInput(statement: statement, plan: plan, operations: operations, witness: .empty).encoded]
        case .record: [job.encoded, prover.encoded] + (validator.map { [$0.encoded] } ?? [])
        default: []
        }
    }

    /// Of a lone validator that proposed the first block.
    private static var signState: SignState? {
        guard let keys,
            let validators = ValidatorSet([
                Validator(
                    address: keys.address, signingKey: keys.signing.publicKey, vrfKey: keys.vrf.publicKey, power: 1)
            ])
        else { return nil }
        var core = ConsensusCore(
            height: 1, chainId: 20_261, validators: validators, own: keys.address, timeouts: .standard, signState: nil)
        for effect in core.step(.start) + core.step(.proposedValue(round: 0, blockHash: hash)) {
            guard case .sign(let request) = effect else { continue }
            return .recording(request.signed(chainId: 20_261, key: keys.signing), for: request, after: nil)
        }
        return nil
    }

    private static let statement = JobStatement(
        chainId: 20_261, programHash: .zero, firstHeight: 4, lastHeight: 4, lastBlockHash: hash, subBlock: 0,
        subBlockCount: 1, operationCount: 1, operationsDigest: hash, operationsRoot: .zero, before: .zero, after: .zero,
        attempt: 0)

    private static let plan = [PlannedInstance(circuit: 1, logHeight: 8, weight: 20)]

    private static let operations = [
        AccountOperation(
            index: LeafIndex(5), address: owner, incrementsNonce: true, amount: 9, isDebit: true, creates: false)
    ]

    private static var job: Job {
        var job = Job(number: 1, id: hash, statement: statement, plan: plan, planRoot: hash, phase: .t2)
        let inclusion = Inclusion(
            owner: owner, operatorKey: owner, phase: .t1, height: 6, proposer: owner, transactionHash: hash,
            payloadDigest: hash)
        job.selectedAt = 5
        job.windows = [
            PhaseWindow(phase: .t1, openedAt: 5, endsAt: 8), PhaseWindow(phase: .t2, openedAt: 8, endsAt: 12),
        ]
        job.selected = [SelectedProver(owner: owner, operatorKey: owner, instances: [0])]
        job.commitments = [Commitment(inclusion: inclusion, roots: [InstanceRoot(instance: 0, root: .zero)])]
        job.canonicalRoots = [.zero]
        job.challenge = .zero
        job.submissions = [Submission(inclusion: inclusion, entries: [InstanceSum(instance: 0, busSum: .zero)])]
        return job
    }

    private static var prover: Prover {
        Prover(owner: owner, operatorKey: owner, recipient: owner, stake: 100, registeredAt: 1, activeFrom: 3)
    }

    private static var validator: RegisteredValidator? {
        keys.map {
            RegisteredValidator(
                signingKey: $0.signing.publicKey, vrfKey: $0.vrf.publicKey, owner: owner, recipient: owner, stake: 100,
                registeredAt: 1, activeFrom: 3)
        }
    }
}
