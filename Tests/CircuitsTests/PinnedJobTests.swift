import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import ProofField
import STARKCore
import STARKProver
import Testing

/// The roots of a fixed job. They change only with the tree, the circuits, the row order or the commitment's layout:
/// each of these changes what provers of one job agree on.
struct PinnedJobTests {
    private func input() throws -> JobInput {
        var scenario = LedgerScenario(
            (0..<9).map { index in
                Account(
                    address: LedgerScenario.address(index), nonce: index % 2 == 0 ? 1 << 30 - 2 : UInt64(index),
                    balance: 1 << UInt128(12 * index + 20))
            })
        for step in 0..<20 {
            let amount = scenario.accounts[step % 9].balance >> UInt128(step % 3 + 1)
            try scenario.debit(step % 9, amount)
            if step % 7 == 6 {
                try scenario.create(LedgerScenario.address(100 + step), amount)
            } else {
                try scenario.credit(step * step % 9, amount)
            }
        }
        return try scenario.input(BlockProgram(parameters: .profileA), maxInstanceLogHeight: 8)
    }

    private func hex(_ digest: Digest) -> String { Hex.encode(digest.bytes) }

    @Test func statement() throws {
        let input = try input()
        let (before, after) = (hex(input.statement.before), hex(input.statement.after))
        #expect(before == "0x1d84a70ee423b948599de934cc39a40a275e1161d63bbf149924d436e6cc005c")
        #expect(after == "0x0038402483bf1557bf4a156dedcf4a2f7fc2111f47c03918ba459b476e51db78")
        let digest = input.statement.operationsDigest.description
        #expect(digest == "0x8f6f7a3b8fde832ffb3492faffdc1bbc28e1f7e4b2147ac538b4840864d8de41")
        var writer = ByteWriter()
        input.witness.encode(to: &writer)
        let witness = Keccak256.hash(writer.bytes).description
        #expect(witness == "0x8529f103e9f612cecfebbb98d37248394cf64e114971c2d42c1d69b6734e6abb")
    }

    /// Binds the compiled form of every constraint, so each change of a circuit or of its recording shows here.
    @Test func programHashes() throws {
        let (profileA, test) = (
            hex(try BlockProgram(parameters: .profileA).programHash),
            hex(try BlockProgram(parameters: .insecureTest).programHash)
        )
        #expect(profileA == "0xa3e7a4348c53b36db05c50533a40bb00870a141a9f014d2a9249606e23e0ef6f")
        #expect(test == "0x22fd6758ce093b063929e25051f5bb2a8df7cd01543d33772899697446bfb027")
    }

    @Test func instanceRoots() throws {
        let input = try input()
        let program = try BlockProgram(parameters: .profileA)
        let generator = TraceGenerator(try input.validated(program: program).get())
        var roots: [String] = []
        for (position, planned) in input.plan.enumerated() {
            let circuit = try #require(program.circuits.circuit(id: planned.circuit))
            let prover = InstanceProver(circuit: circuit, parameters: program.parameters, threads: 1)
            let root = try prover.commit(try #require(generator.trace(instance: position))).root
            roots.append("\(planned.circuit) 2^\(planned.logHeight) \(hex(root))")
        }
        #expect(
            roots == [
                "1 2^8 0xabdfdc16949993071302fa10d8fe561f0de1534c9b98b503bbd73463ba3a7850",
                "2 2^8 0xb1f865717cf16e41066c8a50a46b530475fd50575ac0917b2e9988361cf0f449",
            ])
    }
}
