import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

@Suite("Jobs")
struct JobRejectionTests {
    let job: SampleJob

    init() throws {
        job = try Fixture.small.get()
    }

    private func verdict(
        _ statement: InstanceListStatement? = nil, _ proofs: [SampleJob.PartialProof]? = nil
    ) -> SampleJob.Rejection? {
        job.rejection(statement ?? job.statement, proofs ?? job.proofs)
    }

    private func statement(
        programHash: Digest? = nil, chainId: UInt64? = nil, jobId: [UInt8]? = nil, planRoot: [UInt8]? = nil,
        publicInputs: [UInt8]? = nil,
        publicMessages: [PublicMessage]? = nil, instances: [GlobalChallenge.Commitment]? = nil
    ) -> InstanceListStatement {
        let own = job.statement
        return InstanceListStatement(
            programHash: programHash ?? own.programHash, chainId: chainId ?? own.chainId, jobId: jobId ?? own.jobId,
            planRoot: planRoot ?? own.planRoot,
            publicInputs: publicInputs ?? own.publicInputs, publicMessages: publicMessages ?? own.publicMessages,
            instances: instances ?? own.instances)
    }

    private func isInstance(_ rejection: SampleJob.Rejection?) -> Bool {
        if case .instance = rejection { return true }
        return false
    }

    @Test("The valid job passes")
    func valid() {
        #expect(verdict() == nil)
    }

    @Test("Instances swapped")
    func swapped() {
        #expect(isInstance(verdict(nil, job.proofs.reversed())))
        #expect(isInstance(verdict(statement(instances: job.statement.instances.reversed()), job.proofs.reversed())))
    }

    @Test("An instance dropped, doubled or without a proof")
    func dropped() {
        #expect(verdict(nil, [job.proofs[0]]) == .instanceCount)
        #expect(verdict(nil, []) == .instanceCount)
        #expect(verdict(nil, job.proofs + [job.proofs[0]]) == .instanceCount)
        #expect(isInstance(verdict(nil, [job.proofs[0], job.proofs[0]])))
        let one = statement(instances: [job.statement.instances[0]])
        #expect(isInstance(verdict(one, [job.proofs[0]])))
    }

    @Test("Any other input of the global challenge")
    func otherStatement() {
        #expect(isInstance(verdict(statement(programHash: .zero))))
        #expect(isInstance(verdict(statement(chainId: 1))))
        #expect(isInstance(verdict(statement(jobId: [7]))))
        #expect(isInstance(verdict(statement(planRoot: [7]))))
        #expect(isInstance(verdict(statement(publicInputs: [7]))))
        var instances = job.statement.instances
        instances[0] = GlobalChallenge.Commitment(circuit: 1, logHeight: 8, root: .zero)
        #expect(isInstance(verdict(statement(instances: instances))))
    }

    @Test("Another operator's key on a proof")
    func otherOperator() {
        var proofs = job.proofs
        proofs[0] = SampleJob.PartialProof(operatorKey: [UInt8](repeating: 9, count: 20), proof: proofs[0].proof)
        #expect(isInstance(verdict(nil, proofs)))
    }

    @Test("Public messages that do not balance")
    func publicMessages() {
        #expect(verdict(statement(publicMessages: [])) == .unbalanced)
        let own = job.statement.publicMessages[0]
        #expect(verdict(statement(publicMessages: [own, own])) == .unbalanced)
        let negative = PublicMessage(bus: own.bus, tuple: own.tuple, multiplicity: -1)
        #expect(verdict(statement(publicMessages: [negative])) == .unbalanced)
        #expect(verdict(statement(publicMessages: [own, own, negative])) == nil)
        let other = PublicMessage(bus: own.bus, tuple: [own.tuple[0], own.tuple[1], .one], multiplicity: 1)
        #expect(verdict(statement(publicMessages: [other])) == .unbalanced)
        let otherBus = PublicMessage(
            bus: Bus(id: 9, name: "OTHER", width: 3), tuple: own.tuple, multiplicity: 1)
        #expect(verdict(statement(publicMessages: [otherBus])) == .unbalanced)
    }

    @Test("Public messages of the wrong form")
    func malformedPublicMessages() {
        let short = PublicMessage(bus: productBus, tuple: [.one], multiplicity: 1)
        #expect(verdict(statement(publicMessages: [short])) == .plan(.publicMessage))
        #expect(JobVerifier.busContribution(short, seed: job.seed) == nil)
        #expect(!JobVerifier.isBalanced([.zero], publicMessages: [short], seed: job.seed))
        for multiplicity in [Int(Felt.modulus), Int.min, Int.max] {
            let message = PublicMessage(
                bus: productBus, tuple: [.one, .one, .one], multiplicity: multiplicity)
            #expect(verdict(statement(publicMessages: [message])) == .plan(.publicMessage))
        }
    }

    @Test("Valid proofs of traces whose buses do not balance")
    func unbalanced() throws {
        let job = try Fixture.unbalanced.get()
        #expect(job.rejection(job.statement, job.proofs) == .unbalanced)
    }

    @Test("Plans beyond the bounds of the bus argument")
    func plans() {
        func rejection(_ instances: [(UInt32, Int)], _ messages: [PublicMessage] = []) -> JobRejection? {
            JobVerifier.checkPlan(
                instances.map { (circuit: $0.0, logHeight: $0.1) }, publicMessages: messages, circuits: job.circuits,
                parameters: job.parameters)
        }
        #expect(rejection([(7, 8)]) == .unknownCircuit(7))
        #expect(rejection([(1, 9)]) == .heightNotAllowed)
        #expect(rejection([(1, 64)]) == .heightNotAllowed)
        // Four messages a row: eight instances of 2^17 rows are exactly 2^22.
        let full = Array(repeating: (UInt32(2), 17), count: 8)
        #expect(rejection(full) == nil)
        #expect(rejection(full + [(1, 8)]) == .tooManyMessages)
        let message = PublicMessage(bus: productBus, tuple: [.one, .one, .one], multiplicity: 1)
        #expect(rejection(full, [message]) == .tooManyMessages)
        let heavy = PublicMessage(
            bus: productBus, tuple: [.one, .one, .one], multiplicity: Int(Felt.modulus) - 256)
        #expect(rejection([(1, 8)], [heavy]) == .multiplicityBound(bus: 1))
        #expect(rejection([], [heavy, heavy]) == .multiplicityBound(bus: 1))
    }
}
