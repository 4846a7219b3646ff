import ByteCodec
import ChainTypes
import Circuits
import Foundation
import ProofField
import STARKCore
import STARKSamples
import STARKVerifier
import Testing

/// A block's proven job, claimed otherwise than it was proven.
@Suite("Claims about a proven job", .serialized)
struct ClaimRejectionTests {
    private static let job = Result { try ProvenJob(input(), testProgram.get()) }
    private let job: ProvenJob

    init() throws { job = try Self.job.get() }

    private static func input() throws -> JobInput {
        var scenario = LedgerScenario(balances: [100, 20, 7])
        try scenario.debit(0, 30)
        try scenario.credit(1, 25)
        try scenario.credit(2, 5)
        try scenario.create(LedgerScenario.address(50), 45)
        return try scenario.input(testProgram.get(), maxInstanceLogHeight: 8)
    }

    private func isAccepted(_ change: (inout ProvenJob.Claim) -> Void) -> Bool {
        var claim = job.claim
        change(&claim)
        return job.accepts(claim)
    }

    @Test func theClaimAsProven() {
        #expect(isAccepted { _ in })
    }

    @Test func swappedInstances() {
        let (first, last) = (0, job.proofs.count - 1)
        #expect(!isAccepted { $0.proofs.swapAt(first, last) })
        #expect(
            !isAccepted {
                $0.proofs.swapAt(first, last)
                $0.roots.swapAt(first, last)
            })
        #expect(
            !isAccepted {
                $0.proofs.swapAt(first, last)
                $0.roots.swapAt(first, last)
                $0.plan.swapAt(first, last)
            })
    }

    @Test func instancesLeftOutOrTwice() {
        for instance in job.proofs.indices {
            #expect(
                !isAccepted {
                    $0.proofs.remove(at: instance)
                    $0.roots.remove(at: instance)
                    $0.plan.remove(at: instance)
                    $0.keys.remove(at: instance)
                })
            #expect(
                !isAccepted {
                    $0.proofs.append($0.proofs[instance])
                    $0.roots.append($0.roots[instance])
                    $0.plan.append($0.plan[instance])
                    $0.keys.append($0.keys[instance])
                })
        }
        #expect(
            !isAccepted {
                $0.proofs = []
                $0.roots = []
                $0.plan = []
            })
    }

    @Test func anotherAddress() {
        for instance in job.proofs.indices {
            for byte in [0, 7, 19] {
                var bytes = ProvenJob.operatorKey.bytes
                bytes[byte] ^= 0x80
                #expect(!isAccepted { $0.keys[instance] = Address(bytes) ?? .zero })
            }
        }
    }

    /// Every field of the statement says what job, block and chain the proof is about.
    @Test func anotherJobBlockOrChain() {
        let changes: [(inout JobStatement) -> Void] = [
            { $0.chainId += 1 }, { $0.firstHeight -= 1 }, { $0.lastHeight += 1 }, { $0.lastBlockHash = .zero },
            { $0.subBlock += 1 }, { $0.subBlockCount += 1 }, { $0.attempt += 1 }, { $0.before = $0.after },
            { $0.after = $0.before }, { $0.operationsRoot = $0.before }, { $0.operationsDigest = .zero },
            { $0.operationCount -= 1 }, { $0.programHash = $0.before },
        ]
        for (number, change) in changes.enumerated() {
            let isRefused = !isAccepted { change(&$0.statement) }
            #expect(isRefused, "change \(number)")
        }
    }

    @Test func anotherRootOrPlan() {
        for instance in job.proofs.indices {
            #expect(!isAccepted { $0.roots[instance][3] += .one })
            #expect(!isAccepted { $0.plan[instance].weight += 1 })
            #expect(!isAccepted { $0.plan[instance].logHeight = 11 })
            #expect(!isAccepted { $0.plan[instance].circuit = 3 - $0.plan[instance].circuit })
        }
    }

    @Test func anotherProgramsProofs() throws {
        let program = try BlockProgram(parameters: .profileA)
        let input = try Self.input()
        var other = input
        other.statement.programHash = program.programHash
        let foreign = try ProvenJob(other, program)
        #expect(foreign.accepts(foreign.claim))
        #expect(!isAccepted { $0.proofs = foreign.proofs })
        #expect(!isAccepted { $0 = foreign.claim })
    }

    /// One in sixteen elements of every proof; `make soak-verifier` takes all, in every way, under every profile.
    @Test func fieldElementsOfBothCircuitsProofs() {
        for instance in job.proofs.indices {
            let proof = job.proofs[instance]
            for element in stride(from: instance, to: PackedProof.count(proof), by: 16) {
                guard let bytes = ProofMutation.plusOne.applied(to: proof, element: element) else { continue }
                let verdict = job.verify(instance, proof: bytes)
                #expect(throws: ProofRejection.self, "element \(element)") { try verdict.get() }
            }
        }
    }

    /// x + p where it fits into the 31 bits of an element.
    @Test func everyElementOfBothCircuitsProofsPlusP() {
        for instance in job.proofs.indices {
            let proof = job.proofs[instance]
            var count = 0
            for element in 0..<PackedProof.count(proof) {
                guard let bytes = ProofMutation.plusModulus.applied(to: proof, element: element) else { continue }
                count += 1
                let verdict = job.verify(instance, proof: bytes)
                #expect(verdict == .failure(.nonCanonicalElement), "element \(element)")
            }
            #expect(count > 0)
        }
    }

    static let isSoak = ProcessInfo.processInfo.environment["CAIRN_SOAK"] != nil

    @Test(.enabled(if: isSoak), arguments: ProofParameters.profiles, [8, 11] as [UInt8])
    func everyFieldElementOfBothCircuitsProofs(_ parameters: ProofParameters, _ limit: UInt8) throws {
        let program = try BlockProgram(parameters: parameters)
        var scenario = LedgerScenario(balances: Array(repeating: 100, count: limit == 8 ? 3 : 130))
        for account in scenario.accounts.indices { try scenario.debit(account, 30) }
        let input = try scenario.input(program, maxInstanceLogHeight: limit)
        #expect(input.plan.map(\.logHeight) == [limit, limit])
        let job = try ProvenJob(input, program)
        var count = 0
        for instance in job.proofs.indices {
            let proof = job.proofs[instance]
            for element in 0..<PackedProof.count(proof) {
                for mutation in ProofMutation.allCases {
                    guard let bytes = mutation.applied(to: proof, element: element) else { continue }
                    count += 1
                    if case .success = job.verify(instance, proof: bytes) {
                        Issue.record("instance \(instance), element \(element), \(mutation)")
                    }
                }
            }
            // A proof is its elements end to end: what is left are the bits behind the last one.
            for bit in (31 * PackedProof.count(proof))..<(8 * proof.count) {
                var bytes = proof
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                count += 1
                if case .success = job.verify(instance, proof: bytes) {
                    Issue.record("instance \(instance), bit \(bit)")
                }
            }
        }
        print("refused \(count) mutations of \(job.proofs.count) proofs of profile \(parameters.name)")
    }
}
