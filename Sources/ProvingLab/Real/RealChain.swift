import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Mempool
import Replica
import STARKCore
import SystemState

/// Why a chain with real proofs cannot go on.
package enum RealChainFailure: Error, Sendable {
    case unknownProfile(String)
    case badGenesis
    case halted(String)
    case noBlock(UInt64)
    case noInput(job: UInt64)
}

/// A production replica, alone as its only validator, with everything in memory and a clock that it advances itself.
struct RealChain: Sendable {
    private(set) var replica: Replica
    private var now: UInt64
    private var next: (height: UInt64, milliseconds: UInt64)?
    private var operations: [UInt64: [AccountOperation]] = [:]
    private var witnesses: [UInt64: BlockWitness] = [:]
    /// Transfers that were sent, which make the blocks that are proven.
    private var transfers: UInt64 = 0

    static let timestamp: UInt64 = 1_700_000_000_000

    var system: SystemState { replica.ledger.system }
    var height: UInt64 { replica.tip.header.height }
    var program: BlockProgram { replica.checker.program }

    static func key(_ name: String) throws -> SecretKey {
        try SecretKey(Keccak256.hash(utf8: "cairn lab key \(name)").bytes)
    }

    /// A chain with `provers` provers, whose keys are `owner N`, `operator N` and `recipient N`.
    init(parameters: ProvingParameters, provers: Int, seed: UInt64) throws {
        guard let profile = ProofParameters.named(parameters.proofProfile) else {
            throw RealChainFailure.unknownProfile(parameters.proofProfile)
        }
        // The seed is in the validator's key, and so in every selection.
        let validator = try ValidatorKeys(seed: Keccak256.hash(utf8: "cairn lab validator \(seed)").bytes)
        var genesis = LabGenesis.make(parameters: parameters, provers: 0, stake: 0, balance: 0)
        genesis.timestamp = Self.timestamp
        genesis.accounts = [
            Account(address: try Self.key("user").publicKey.address, balance: 1_000_000 * Unit.cairn)
        ]
        genesis.validators = [
            Validator(
                address: validator.address, signingKey: validator.signing.publicKey,
                vrfKey: validator.vrf.publicKey, power: 1)
        ]
        genesis.provers = try (0..<provers).map { index in
            GenesisProver(
                owner: try Self.key("owner \(index)").publicKey.address,
                operatorKey: try Self.key("operator \(index)").publicKey.address,
                recipient: try Self.key("recipient \(index)").publicKey.address,
                stake: 10 * parameters.minimumStake)
        }
        var state = try SystemState(genesis: genesis, mix: Randao.genesisMix(genesis.hash))
        let root = state.root()
        guard let accounts = MemoryAccounts(genesis.accounts),
            let header = genesis.header(
                accountsRoot: AccountTree(accounts: genesis.accounts).root, systemRoot: root,
                operationsDigest: OperationsTree([]).digest)
        else { throw RealChainFailure.badGenesis }
        replica = Replica(
            genesis: genesis, keys: validator,
            restored: RestoredChain(
                tip: ChainTip(header: header, certificate: nil),
                ledger: Ledger(accounts: accounts, system: state, operations: [:]), signState: nil, proposed: nil),
            checker: ProofChecker(program: try BlockProgram(parameters: profile)))
        now = Self.timestamp + 1_000
    }

    /// Makes the next block from the pool.
    mutating func produce() throws {
        let input: ReplicaInput
        if let next {
            now += next.milliseconds
            input = .beginHeight(next.height, now: now)
        } else {
            input = .start(now: now)
        }
        let before = height
        for effect in try replica.step(input) {
            switch effect {
            case .commit(let block):
                operations[block.block.header.height] = block.operations
                witnesses[block.block.header.height] = block.witness
            case .scheduleHeight(let height, let milliseconds): next = (height, milliseconds)
            case .halt(let reason): throw RealChainFailure.halted(reason)
            default: break
            }
        }
        guard height == before + 1 else { throw RealChainFailure.noBlock(before + 1) }
    }

    /// Offers a transaction to the pool; nil when it was taken.
    mutating func submit(_ transaction: VerifiedTransaction, payload: [UInt8]? = nil) throws -> MempoolRefusal? {
        for effect in try replica.step(.submit(transaction, payload: payload)) {
            if case .refused(_, let refusal) = effect { return refusal }
        }
        return nil
    }

    /// A transfer of one wei to a new account: three operations to prove.
    mutating func transfer() throws {
        let transaction = try OrdinaryTransaction(
            kind: .dynamicFee, chainId: LabGenesis.chainId, nonce: transfers, maxPriorityFeePerGas: Unit.gwei,
            maxFeePerGas: 100 * Unit.gwei, gasLimit: 100_000,
            to: try Self.key("recipient of \(transfers)").publicKey.address, value: 1, data: []
        ).sign(with: try Self.key("user"))
        transfers += 1
        if let refusal = try submit(transaction) { throw RealChainFailure.halted("\(refusal)") }
    }

    /// What a prover asks a node for.
    func jobInput(_ job: Job) throws -> JobInput {
        let heights = job.statement.firstHeight...max(job.statement.firstHeight, job.statement.lastHeight)
        let blocks = heights.compactMap { height in operations[height].map { (height, $0) } }
        guard blocks.count == heights.count else { throw RealChainFailure.noInput(job: job.number) }
        return JobInput(
            statement: job.statement, plan: job.plan, operations: blocks.flatMap(\.1),
            witness: BlockWitness.merge(heights.compactMap { witnesses[$0] }))
    }
}
