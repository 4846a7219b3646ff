package import ByteCodec
package import ChainTypes
package import Circuits
import Cryptography
package import ProofField
package import ProvingRules
import STARKCore
import STARKVerifier
import Synchronization

/// The node's verifier behind the port of the proving rules. Remembers its verdicts, which depend on nothing but the
/// question: a proof that was checked when it arrived is not checked again when its block is built or voted on.
package final class ProofChecker: ProofVerifying {
    /// Circuits and parameters of the chain.
    package let program: BlockProgram
    private let verifier: BlockJobVerifier
    private let verdicts = Mutex<[Bytes32: Result<Ext, ProofRefusal>]>([:])
    /// Entries kept; when the memory is full it is emptied, and what is still needed is checked once more.
    private static let capacity = 16_384

    /// Remembers nothing yet.
    package init(program: BlockProgram) {
        self.program = program
        verifier = BlockJobVerifier(program: program)
    }

    /// The program's hash, which statements must name.
    package var programHash: Digest { program.programHash }

    /// See `ProofVerifying`. Not remembered.
    package func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest {
        verifier.challenge(statement: statement, plan: plan, roots: roots)
    }

    /// See `ProofVerifying`. Remembered by challenge, job, instance, operator key and proof bytes.
    package func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<Ext, ProofRefusal> {
        guard plan.indices.contains(instance), roots.indices.contains(instance) else {
            return .failure(.wrongRoot)
        }
        guard proof.count <= verifier.maxProofBytes(plan[instance]) else { return .failure(.tooLarge) }
        // The challenge covers statement, plan and all roots.
        var key = ByteWriter()
        key.raw(challenge.bytes)
        key.bytes32(statement.id)
        key.u32(UInt32(truncatingIfNeeded: instance))
        key.address(operatorKey)
        let question = Keccak256.hash(key.bytes, proof)
        if let known = verdicts.withLock({ $0[question] }) { return known }
        let verdict: Result<Ext, ProofRefusal> =
            switch verifier.verifyPartial(
                statement: statement, plan: plan, roots: roots, challenge: challenge, instance: instance,
                operatorKey: operatorKey, proof: proof)
            {
            case .success(let sum): .success(sum.value)
            case .failure(let rejection): .failure(ProofRefusal(rejection))
            }
        verdicts.withLock {
            if $0.count >= Self.capacity { $0.removeAll(keepingCapacity: true) }
            $0[question] = verdict
        }
        return verdict
    }

    /// See `ProofVerifying`. Not remembered.
    package func isBalanced(statement: JobStatement, challenge: Digest, sums: [Ext]) -> Bool {
        verifier.isBalanced(statement: statement, challenge: challenge, sums: sums.map { BusSum($0) })
    }

    /// See `ProofVerifying`.
    package func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool { verifier.joins(parts, into: block) }

    /// See `ProofVerifying`; 0 for an instance that the program does not have.
    package func maxProofBytes(_ instance: PlannedInstance) -> Int { verifier.maxProofBytes(instance) }
}

extension ProofRefusal {
    /// The rules' reading of the engine's named rejections.
    fileprivate init(_ rejection: ProofRejection) {
        switch rejection {
        case .wrongLength, .nonCanonicalElement, .circuitMismatch, .heightNotAllowed: self = .malformed
        case .rootMismatch: self = .wrongRoot
        default: self = .unsound
        }
    }
}
