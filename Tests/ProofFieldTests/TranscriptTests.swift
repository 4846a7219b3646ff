import ProofField
import SeededRandom
import Testing

@Suite struct TranscriptTests {
    private func challenge(_ body: (inout Transcript) -> Void) -> Digest {
        var transcript = Transcript()
        body(&transcript)
        return transcript.squeezeDigest()
    }

    /// The duplex of the type's definition, on the reference permutation.
    @Test func followsItsDefinition() {
        var random = SplitMix64(seed: 11)
        let elements = random.felts(13)
        var state = Poseidon2State(repeating: .zero)
        for index in 0..<8 { state[index] = elements[index] }
        state[8] += Felt(8)
        Poseidon2.referencePermute(&state)
        for index in 0..<8 { state[index] = index < 5 ? elements[8 + index] : .zero }
        state[8] += Felt(5)
        Poseidon2.referencePermute(&state)
        var transcript = Transcript()
        transcript.absorb(elements)
        let rate = transcript.squeezeDigest()
        for index in 0..<8 { #expect(rate[index] == state[index]) }
        Poseidon2.referencePermute(&state)
        let value = transcript.squeezeExt()
        #expect(value == Ext(state[0], state[1], state[2], state[3]))
        let bits = transcript.squeezeBits(24)
        #expect(bits == state[4].canonical & 0xff_ffff)
        transcript.absorb(elements[0])
        for index in 0..<8 { state[index] = index == 0 ? elements[0] : .zero }
        state[8] += Felt(1)
        Poseidon2.referencePermute(&state)
        let last = transcript.squeezeFelt()
        #expect(last == state[0])
    }

    @Test func trailingZerosAreNotAbsorbedForNothing() {
        let digests = (0...20).map { count in
            challenge { $0.absorb([Felt](repeating: .zero, count: count)) }
        }
        #expect(Set(digests).count == digests.count)
    }

    @Test func everyElementAndItsPlaceCount() {
        var random = SplitMix64(seed: 12)
        let elements = random.felts(19)
        var seen: Set<Digest> = [challenge { $0.absorb(elements) }]
        for index in elements.indices {
            var changed = elements
            changed[index] += .one
            let isNew = seen.insert(challenge { $0.absorb(changed) }).inserted
            #expect(isNew)
        }
        let isNew = seen.insert(challenge { $0.absorb(Array(elements.reversed())) }).inserted
        #expect(isNew)
    }

    @Test func bytesEnterInjectively() {
        var inputs: [[UInt8]] = [[], [0], [0, 0], [0, 0, 0], [0, 0, 0, 0], [1], [1, 0], [0, 1]]
        inputs.append([UInt8](repeating: 0xff, count: 4))
        inputs.append([UInt8](repeating: 0xff, count: 15))
        inputs.append([UInt8](repeating: 0xff, count: 16))
        // p and 0 as four bytes: a reduction mod p would make them equal.
        inputs.append([0x01, 0x00, 0x00, 0x7f])
        for bit in 0..<128 {
            var bytes = [UInt8](repeating: 0, count: 16)
            bytes[bit / 8] = 1 << UInt8(bit % 8)
            inputs.append(bytes)
        }
        let digests = inputs.map { bytes in challenge { transcript in transcript.absorb(bytes: bytes) } }
        #expect(Set(digests).count == inputs.count)
    }

    @Test func bytesBecomeLengthAndThirtyBitLimbs() {
        let bytes: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0x01]
        let limbs: [Felt] = [Felt(5), .zero, Felt(0x3fff_ffff), Felt(0b111)]
        let (left, right) = (challenge { $0.absorb(bytes: bytes) }, challenge { $0.absorb(limbs) })
        #expect(left == right)
    }

    @Test func digestsAndExtensionElementsAreTheirCoefficients() {
        var random = SplitMix64(seed: 13)
        let (digest, value) = (random.digest(), random.ext())
        let whole = challenge {
            $0.absorb(digest)
            $0.absorb(value)
        }
        let parts = challenge { $0.absorb(digest.elements + value.coefficients) }
        #expect(whole == parts)
    }

    @Test func aCopyGoesItsOwnWay() {
        var original = Transcript()
        original.absorb(Felt(7))
        var copy = original
        copy.absorb(Felt(8))
        let (left, right) = (original.squeezeFelt(), copy.squeezeFelt())
        #expect(left != right)
    }

    /// Every fill of the buffer, also the one in which the nonce completes a block.
    @Test(arguments: 0..<9)
    func theSmallestNonceIsFoundAndChecked(absorbed: Int) {
        var random = SplitMix64(seed: UInt64(20 + absorbed))
        var base = Transcript()
        base.absorb(random.felts(absorbed))
        if absorbed == 8 { _ = base.squeezeFelt() }
        var prover = base
        let nonce = prover.grind(bits: 6)
        var smallest: UInt32 = 0
        while true {
            var attempt = base
            if attempt.checkWitness(Felt(smallest), bits: 6) { break }
            smallest += 1
        }
        #expect(nonce.canonical == smallest)
        var verifier = base
        let honest = verifier.checkWitness(nonce, bits: 6)
        #expect(honest)
        let (proverNext, verifierNext) = (prover.squeezeDigest(), verifier.squeezeDigest())
        #expect(proverNext == verifierNext)
        if smallest > 0 {
            var cheat = base
            let accepted = cheat.checkWitness(nonce - .one, bits: 6)
            #expect(!accepted)
        }
    }

    @Test func theNonceIsAbsorbedEvenWithoutWork() {
        var (with, without) = (Transcript(), Transcript())
        let accepted = (with.checkWitness(Felt(5), bits: 0), without.checkWitness(Felt(6), bits: 0))
        #expect(accepted == (true, true))
        let (left, right) = (with.squeezeFelt(), without.squeezeFelt())
        #expect(left != right)
        let nonce = without.grind(bits: 0)
        #expect(nonce == .zero)
    }
}
