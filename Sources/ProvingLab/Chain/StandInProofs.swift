package import ByteCodec
package import ChainTypes
import Cryptography
package import ProofField
package import ProvingRules
import SystemState

/// A proof system of hashes behind the rules' port: a proof of an instance is the hash of all that a real one binds, its
/// operator key among it. The bus sums of honest traces cancel; a wrong trace has valid partial proofs too, and another
/// sum, as in the real system.
package struct StandInProofs: ProofVerifying {
    /// Bytes of a partial proof.
    package static let proofBytes = 32

    package init() {}

    /// Root of the instance's honest trace, or of another trace.
    package static func root(_ statement: JobStatement, instance: UInt32, trace: UInt8 = 0) -> Digest {
        digest(
            Keccak256.hash(
                parts: [
                    Array("lab trace".utf8), statement.operationsDigest.bytes, statement.before.bytes,
                    [trace] + word(instance),
                ]))
    }

    package static func proof(
        _ statement: JobStatement, root: Digest, challenge: Digest, instance: UInt32, operatorKey: Address
    ) -> [UInt8] {
        Keccak256.hash(
            parts: [
                Array("lab proof".utf8), statement.id.bytes, root.bytes, challenge.bytes, word(instance),
                operatorKey.bytes,
            ]
        ).bytes
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value >> 24), UInt8(truncatingIfNeeded: value >> 16),
            UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value),
        ]
    }

    static func digest(_ hash: Bytes32) -> Digest {
        var stream = SeedStream(seed: hash)
        return Digest(elements: (0..<8).map { _ in Felt(UInt32(stream.next(below: 1 << 30))) }) ?? .zero
    }

    package func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest {
        Self.digest(
            Keccak256.hash(
                parts: [Array("lab challenge".utf8), statement.id.bytes, roots.flatMap(\.bytes)]))
    }

    package func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<Ext, ProofRefusal> {
        guard plan.indices.contains(instance), roots.indices.contains(instance) else { return .failure(.malformed) }
        let index = UInt32(clamping: instance)
        let expected = Self.proof(
            statement, root: roots[instance], challenge: challenge, instance: index, operatorKey: operatorKey)
        guard proof == expected else { return .failure(.unsound) }
        let isHonest = roots[instance] == Self.root(statement, instance: index)
        let isLast = instance == plan.count - 1
        let sum = isLast ? Ext(-Felt(UInt32(clamping: plan.count - 1))) : .one
        return .success(isHonest ? sum : sum + Ext(Felt(7)))
    }

    package func isBalanced(statement: JobStatement, challenge: Digest, sums: [Ext]) -> Bool {
        sums.reduce(.zero, +).isZero
    }

    /// Root of a whole block's operations, which the lab knows by their number.
    package static func operationsRoot(_ count: UInt32) -> Digest {
        digest(Keccak256.hash(parts: [Array("lab operations root".utf8), word(count)]))
    }

    package func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool {
        parts.reduce(UInt32(0)) { $0 + $1.operationCount } == block.operationCount
            && block.operationsRoot == Self.operationsRoot(block.operationCount)
    }

    package func maxProofBytes(_ instance: PlannedInstance) -> Int { Self.proofBytes }
}

/// Plans jobs of the lab: a number of instances that grows with the operations, up to a bound.
package struct StandInPlanner: JobPreparing {
    /// Changing it is an upgrade of the circuits: unproven jobs are planned anew.
    package var programHash: Digest
    /// Instances of a job over one block, at least.
    package var instances: Int
    package var maxInstances: Int

    package init(instances: Int, maxInstances: Int, generation: UInt8 = 0) {
        self.instances = instances
        self.maxInstances = maxInstances
        programHash = StandInProofs.digest(Keccak256.hash(Array("lab program".utf8) + [generation]))
    }

    package func prepare(firstHeight: UInt64, lastHeight: UInt64) -> PreparedJob? {
        guard firstHeight <= lastHeight else { return nil }
        let blocks = Int(min(lastHeight - firstHeight, 1_000))
        let digest = Keccak256.hash(utf8: "lab operations \(firstHeight) \(lastHeight)")
        return PreparedJob(
            operationCount: UInt32(blocks) + 1, operationsDigest: digest, operationsRoot: StandInProofs.digest(digest),
            plan: plan(min(instances + blocks, maxInstances)))
    }

    package func prepare(height: UInt64, operations: Range<UInt32>) -> PreparedJob? {
        let digest = Keccak256.hash(utf8: "lab operations \(operations) of \(height)")
        return PreparedJob(
            operationCount: UInt32(operations.count), operationsDigest: digest,
            operationsRoot: StandInProofs.digest(digest), plan: plan(instances))
    }

    package func fits(_ load: OperationLoad) -> Bool { true }

    private func plan(_ count: Int) -> [PlannedInstance] {
        (0..<count).map { PlannedInstance(circuit: UInt32($0 % 3), logHeight: 11, weight: 10) }
    }
}
