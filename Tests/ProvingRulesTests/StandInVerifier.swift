import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProvingRules

/// A proof system of hashes: a proof of an instance is the hash of all that a real one would bind. The bus sums of
/// honest traces cancel; a wrong trace has valid partial proofs too, but another sum.
struct StandInVerifier: ProofVerifying {
    var proofBytes = 32

    static func digest(_ parts: [UInt8]...) -> Digest {
        var stream = SeedStream(seed: Keccak256.hash(parts: parts))
        return Digest(elements: (0..<8).map { _ in Felt(UInt32(stream.next(below: 1 << 30))) }) ?? .zero
    }

    /// Root of the instance's trace; variant 0 is the honest one.
    static func root(_ statement: JobStatement, instance: Int, variant: UInt8 = 0) -> Digest {
        digest(statement.operationsDigest.bytes, statement.before.bytes, [UInt8(instance), variant])
    }

    static func proof(
        _ statement: JobStatement, root: Digest, challenge: Digest, instance: Int, operatorKey: Address
    ) -> [UInt8] {
        Keccak256.hash(
            parts: [statement.id.bytes, root.bytes, challenge.bytes, [UInt8(instance)], operatorKey.bytes]
        ).bytes
    }

    func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest {
        Self.digest(statement.id.bytes, [UInt8(plan.count)], roots.flatMap(\.bytes))
    }

    func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<Ext, ProofRefusal> {
        let expected = Self.proof(
            statement, root: roots[instance], challenge: challenge, instance: instance, operatorKey: operatorKey)
        guard proof == expected else { return .failure(.unsound) }
        let isHonest = roots[instance] == Self.root(statement, instance: instance)
        let isLast = instance == plan.count - 1
        let sum = isLast ? Ext(-Felt(UInt32(plan.count - 1))) : .one
        return .success(isHonest ? sum : sum + Ext(Felt(7)))
    }

    func isBalanced(statement: JobStatement, challenge: Digest, sums: [Ext]) -> Bool {
        sums.reduce(.zero, +).isZero
    }

    /// The stand-in's operations of a block have the root of their number.
    static func operationsRoot(_ count: UInt32) -> Digest { digest([UInt8(truncatingIfNeeded: count), 7]) }

    func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool {
        parts.reduce(0) { $0 + $1.operationCount } == block.operationCount
            && block.operationsRoot == Self.operationsRoot(block.operationCount)
    }

    func maxProofBytes(_ instance: PlannedInstance) -> Int { proofBytes }
}

/// Plans a fixed number of instances, or as many as the blocks' operations need.
struct StandInPreparer: JobPreparing {
    var instances: Int
    var programHash = StandInVerifier.digest([9])
    /// Ranges longer than this have no plan.
    var maxBlocks: UInt64 = .max

    func prepare(firstHeight: UInt64, lastHeight: UInt64) -> PreparedJob? {
        guard lastHeight - firstHeight < maxBlocks else { return nil }
        return PreparedJob(
            operationCount: 5, operationsDigest: Keccak256.hash(utf8: "operations \(firstHeight) \(lastHeight)"),
            operationsRoot: StandInVerifier.digest([1]),
            plan: plan)
    }

    private var plan: [PlannedInstance] {
        (0..<instances).map { PlannedInstance(circuit: UInt32($0 % 3), logHeight: 5, weight: 10) }
    }

    func prepare(height: UInt64, operations: Range<UInt32>) -> PreparedJob? {
        PreparedJob(
            operationCount: UInt32(operations.count),
            operationsDigest: Keccak256.hash(utf8: "operations \(operations) of \(height)"),
            operationsRoot: StandInVerifier.digest([2]), plan: plan)
    }

    func fits(_ load: OperationLoad) -> Bool { true }
}
