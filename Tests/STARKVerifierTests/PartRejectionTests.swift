import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

/// A proof taken apart, spoilt and put together again.
@Suite("Proofs refused for one part")
struct PartRejectionTests {
    let job: SampleJob
    let shape: ProofShape
    let header: ProofHeader
    let openings: QueryOpenings
    /// The point that the proof's own transcript draws.
    let zeta: Ext

    init() throws {
        job = try Fixture.tall.get()
        let circuit = job.circuits.circuits[1]
        shape = try #require(ProofShape(circuit: circuit, logHeight: 15, parameters: job.parameters))
        var reader = ProofReader(job.proofs[1].proof)
        header = try reader.header(shape)
        var transcript = InstanceTranscript(binding: job.bindings[1], circuit: circuit, shape: shape)
        _ = transcript.commitStage2(root: MerkleHashing.root(ofCap: header.stage2Cap), busSum: header.busSum)
        let drawn = transcript.commitQuotient(root: MerkleHashing.root(ofCap: header.quotientCap))
        zeta = try #require(drawn)
        transcript.absorb(header.values)
        _ = transcript.checkBatchingWork(header.batchingNonce)
        _ = transcript.batchingChallenge()
        for cap in header.layerCaps { _ = transcript.commitLayer(root: MerkleHashing.root(ofCap: cap)) }
        transcript.absorb(finalPolynomial: header.finalPolynomial)
        _ = transcript.checkQueryWork(header.queryNonce)
        let plan = QueryPlan(shape: shape, positions: transcript.queryPositions())
        openings = try reader.openings(shape, plan)
    }

    private func bytes(_ header: ProofHeader, _ openings: QueryOpenings) -> [UInt8] {
        var writer = ProofWriter(capacity: 0)
        writer.write(header)
        writer.write(openings)
        return writer.bytes
    }

    private func verdict(_ spoil: (inout ProofHeader, inout QueryOpenings) -> Void) -> ProofRejection? {
        var (header, openings) = (header, openings)
        spoil(&header, &openings)
        return job.verdict(bytes(header, openings))
    }

    /// Changes that reach the transcript show as missing work, other positions or a failed identity.
    private static let stale: Set<ProofRejection?> = [.batchingWork, .queryWork, .constraints, .wrongLength]

    @Test("Taken apart and put together it is the same proof")
    func roundTrip() {
        #expect(bytes(header, openings) == job.proofs[1].proof)
        #expect(verdict { _, _ in } == nil)
    }

    @Test("A cap that is not the committed one")
    func mainCap() {
        #expect(verdict { header, _ in header.mainCap[3][0] += .one } == .rootMismatch)
        #expect(verdict { header, _ in header.mainCap.swapAt(0, 3) } == .rootMismatch)
    }

    @Test("A tampered bus sum")
    func busSum() {
        for coefficient in 0..<4 {
            let delta = Ext.basis(coefficient)
            #expect(Self.stale.contains(verdict { header, _ in header.busSum.value += delta }))
        }
        #expect(Self.stale.contains(verdict { header, _ in header.busSum = .zero }))
    }

    @Test("Values out of the domain, each one")
    func values() {
        for column in header.values.main.indices {
            #expect(Self.stale.contains(verdict { header, _ in header.values.main[column] += .one }))
        }
        for column in header.values.stage2.indices {
            #expect(Self.stale.contains(verdict { header, _ in header.values.stage2[column] += .one }))
        }
        for chunk in header.values.quotient.indices {
            #expect(Self.stale.contains(verdict { header, _ in header.values.quotient[chunk] += .one }))
        }
        #expect(Self.stale.contains(verdict { header, _ in header.values.nextAccumulator += .one }))
    }

    @Test("Stage-2, quotient and layer caps, final polynomial")
    func commitments() {
        let stale = Self.stale
        #expect(stale.contains(verdict { header, _ in header.stage2Cap[1][2] += .one }))
        #expect(stale.contains(verdict { header, _ in header.quotientCap[1][2] += .one }))
        for layer in header.layerCaps.indices {
            let verdict = verdict { header, _ in header.layerCaps[layer][3][4] += .one }
            #expect(stale.contains(verdict) || verdict == .mainOpening)
        }
        for coefficient in header.finalPolynomial.indices {
            let verdict = verdict { header, _ in header.finalPolynomial[coefficient] += .one }
            #expect(stale.contains(verdict) || verdict == .mainOpening)
        }
    }

    @Test("Nonces without the work")
    func nonces() throws {
        var rejections: Set<ProofRejection?> = []
        for step in 1...40 {
            let nonce = Felt(UInt32(step))
            let batching = verdict { header, _ in header.batchingNonce += nonce }
            #expect(batching != nil)
            let query = verdict { header, _ in header.queryNonce += nonce }
            #expect(query != nil)
            rejections.formUnion([batching, query])
        }
        #expect(rejections.isSuperset(of: [.batchingWork, .queryWork]))
    }

    @Test("Opened rows and siblings of every tree by name")
    func openedRows() {
        #expect(verdict { _, openings in openings.main.values[3] += .one } == .mainOpening)
        #expect(verdict { _, openings in openings.main.siblings[0][0] += .one } == .mainOpening)
        #expect(verdict { _, openings in openings.stage2.values[3] += .one } == .stage2Opening)
        #expect(verdict { _, openings in openings.stage2.siblings[0][0] += .one } == .stage2Opening)
        #expect(verdict { _, openings in openings.quotient.values[3] += .one } == .quotientOpening)
        #expect(verdict { _, openings in openings.quotient.siblings[0][0] += .one } == .quotientOpening)
        for layer in openings.layers.indices {
            #expect(verdict { _, openings in openings.layers[layer].values[1] += .one } == .layerOpening(layer))
            if !openings.layers[layer].siblings.isEmpty {
                #expect(
                    verdict { _, openings in openings.layers[layer].siblings[0][0] += .one } == .layerOpening(layer))
            }
        }
    }

    @Test("Rows of two queries swapped")
    func swappedRows() {
        let width = shape.mainWidth
        let verdict = verdict { _, openings in
            for column in 0..<width { openings.main.values.swapAt(column, width + column) }
        }
        #expect(verdict == .mainOpening)
    }

    /// In a domain the vanishing polynomial or an opened row's denominator is zero: the identity would say nothing.
    @Test("A point out of the domain that lies in one")
    func pointInDomain() {
        func verdict(at point: Ext) -> Result<BusSum, ProofRejection> {
            InstanceVerifier.verify(
                job.proofs[1].proof, binding: job.bindings[1], circuit: job.circuits.circuits[1],
                parameters: job.parameters, drawing: point)
        }
        #expect(verdict(at: zeta) == .success(job.sums[1]))
        // Another point changes no challenge before the queries: only the identity sees it.
        #expect(verdict(at: zeta + .one) == .failure(.constraints))
        let last = (1 << shape.domainLog) - 1
        let points =
            EvaluationDomain(log: 15, shift: .one).points([0, 1, 77, 1 << 15 - 1])
            + EvaluationDomain(shape).points([0, 1, 1 << 15, last])
        for point in points {
            #expect(verdict(at: Ext(point)) == .failure(.pointInDomain))
            var transcript = InstanceTranscript(
                binding: job.bindings[1], circuit: job.circuits.circuits[1], shape: shape)
            #expect(transcript.commitQuotient(root: .zero, drawing: Ext(point)) == nil)
        }
    }

    @Test("An element moved from one part to the next")
    func shiftedParts() {
        let verdict = verdict { _, openings in
            let moved = openings.main.values.removeLast()
            openings.stage2.values.append(moved)
        }
        #expect(verdict != nil)
    }
}
