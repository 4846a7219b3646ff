import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import SeededRandom

/// Values to test with; all are functions of their arguments.
enum Sample {
    static func word(_ text: String) -> Bytes32 { SHA256.hash(Array(text.utf8)) }

    static func key(_ index: Int) throws -> SecretKey { try SecretKey(word("cairn/test-key/\(index)").bytes) }

    static func address(_ text: String) -> Address { Address(lowBytesOf: word(text)) }

    /// Eight elements below 2^30, as the vectors' generator draws them.
    static func digest(_ text: String) throws -> Digest {
        var bytes = word(text).bytes
        for index in stride(from: 3, to: 32, by: 4) { bytes[index] &= 0x3f }
        guard let digest = Digest(bytes: bytes) else { throw MalformedVector(text: text) }
        return digest
    }

    static func validator(_ index: Int, power: UInt64) throws -> Validator {
        let key = try key(index).publicKey
        let vrfKey = try VRFSecretKey(validatorSeed: word("vrf/\(index)").bytes).publicKey
        return Validator(address: key.address, signingKey: key, vrfKey: vrfKey, power: power)
    }

    static func validatorSet(_ powers: [UInt64]) throws -> ValidatorSet {
        let validators = try powers.enumerated().map { try validator($0.offset, power: $0.element) }
        guard let set = ValidatorSet(validators) else { throw MalformedVector(text: "\(powers)") }
        return set
    }

    /// A certificate by the validators at `signers`, indexes as in `validatorSet(_:)`'s argument.
    static func certificate(
        _ set: ValidatorSet, signers: [Int], height: UInt64 = 41, blockHash: Bytes32 = word("block"),
        chainId: UInt64 = 1337
    ) throws -> Certificate {
        var slots = [RecoverableSignature?](repeating: nil, count: set.validators.count)
        for signer in signers {
            let vote = Vote.signed(
                type: .precommit, height: height, round: 2, blockHash: blockHash, chainId: chainId,
                key: try key(signer))
            if let slot = set.index(of: vote.validator) { slots[slot] = vote.signature }
        }
        return Certificate(height: height, round: 2, blockHash: blockHash, signatures: slots)
    }

    static func header(verdicts: [Bool] = [true, false, true]) throws -> BlockHeader {
        BlockHeader(
            chainId: 1337, height: 42, originRound: 3, proposer: address("proposer"), parentHash: word("parent"),
            timestamp: 1_700_000_000_123, gasLimit: 30_000_000, gasUsed: 21_000, baseFee: 7,
            transactionsRoot: word("transactions"), verdicts: verdicts, receiptsRoot: word("receipts"),
            logsBloom: LogsBloom([log]), accountsRoot: try digest("accounts"), accountCount: 10,
            systemRoot: word("system"), operationCount: 2, operationsDigest: word("operations"),
            validatorsHash: word("validators"), nextValidatorsHash: word("next"), lastCertificateHash: word("last"),
            evidenceHash: word("evidence"),
            vrfProof: [UInt8](repeating: 9, count: 81), mix: word("mix"))
    }

    static let log = Log(
        address: address("log"), topics: [word("topic 0"), word("topic 1")], data: [UInt8](repeating: 5, count: 70))

    static func block() throws -> Block {
        let set = try validatorSet([1, 1, 1, 1])
        return Block(
            header: try header(), transactions: [[1], [UInt8](repeating: 2, count: 300), []],
            lastCertificate: try certificate(set, signers: [0, 1, 3]),
            evidence: [try equivocation(.prevote), try equivocation(.precommit), try equivocation(nil)])
    }

    /// Two votes of `type` for different blocks, or two proposals, by the key of `index`.
    static func equivocation(
        _ type: VoteType?, index: Int = 1, height: UInt64 = 40, chainId: UInt64 = 1337
    ) throws -> Equivocation {
        let (key, hashes) = (try key(index), [word("left"), word("right")])
        guard let type else {
            let pair = hashes.map {
                Proposal.signed(
                    height: height, round: 2, validRound: nil, blockHash: $0, chainId: chainId, key: key)
            }
            return Equivocation.proposals(pair[0], pair[1]).canonical
        }
        let pair = hashes.map {
            Vote.signed(type: type, height: height, round: 2, blockHash: $0, chainId: chainId, key: key)
        }
        return Equivocation.votes(pair[0], pair[1]).canonical
    }

    static func genesis(validators: Int = 4) throws -> Genesis {
        Genesis(
            chainId: 1337, timestamp: 1_700_000_000_000, isDevnet: true,
            accounts: (0..<3).map { Account(address: address("account \($0)"), balance: 1_000 * Unit.cairn) },
            validators: try (0..<validators).map { try validator($0, power: 10) },
            provers: (0..<4).map {
                GenesisProver(
                    owner: address("owner \($0)"), operatorKey: address("operator \($0)"),
                    recipient: address("recipient \($0)"), stake: 100 * Unit.cairn)
            },
            chain: ChainParameters.small.with {
                $0.minBaseFee = 7
                $0.maxOperationsPerBlock = 20_000
                $0.gas = schedule
            },
            proving: provingParameters)
    }

    static let schedule = GasSchedule(
        transfer: 21_000, calldataZeroByte: 4, calldataNonZeroByte: 16, accessListAddress: 2_400, accessListKey: 1_900,
        accountCreation: 25_000, systemCall: 30_000, provingBase: 50_000, payloadByte: 1,
        provingWeight: 750)

    static let provingParameters = ProvingParameters.small.with {
        $0.proofProfile = "A"
        $0.maxInstanceLogHeight = 14
        $0.maxInstances = 64
        $0.maxOperationsPerJob = 10_000
        $0.subBlockOperations = 4_096
        $0.proversPerProof = 4
        $0.proversPerAggProof = 1
        $0.maxConcurrentJobs = 4
        $0.windows = PhaseWindows(t1: 8, t1Extension: 6, t2: 10, t3: 10, t4: 8, t5: 8, aggProof: 8)
        $0.minWindowBlocks = 4
        $0.openReward = 100
        $0.openRewardStep = 10
        $0.openRewardCap = 1_000
        $0.minimumStake = 10 * Unit.cairn
        $0.unbondingBlocks = 100
        $0.missesToJail = 3
        $0.jailWindow = 100
        $0.unjailDelay = 10
        $0.jobRetention = 1_000
        $0.proofBytesPerBlock = 8 << 20
        $0.verifyBudgetPerBlock = 1_000
    }
}

/// Mutations that are the same in each run.
struct Mutator {
    private var random: SplitMix64
    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next(below bound: Int) -> Int { random.below(bound) }

    /// `bytes` with one to four bytes changed, taken out or put in, or its end cut off.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...next(below: 4) where !bytes.isEmpty {
            let index = next(below: bytes.count)
            switch next(below: 5) {
            case 0: bytes[index] ^= 1 << UInt8(next(below: 8))
            case 1: bytes[index] = [0x00, 0x7f, 0x80, 0xb8, 0xbf, 0xc0, 0xf8, 0xff][next(below: 8)]
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(UInt8(next(below: 256)), at: index)
            default: bytes.removeSubrange((next(below: 8) == 0 ? index : bytes.count - 1)...)
            }
        }
        return bytes
    }
}
