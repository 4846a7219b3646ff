import ByteCodec
import ChainTypes
import Testing

@Suite struct DerivationTests {
    static func statement() throws -> JobStatement {
        JobStatement(
            chainId: 1337, programHash: try Sample.digest("program"), firstHeight: 40, lastHeight: 42,
            lastBlockHash: Sample.word("block"), subBlock: 1, subBlockCount: 4, operationCount: 9,
            operationsDigest: Sample.word("output"), operationsRoot: try Sample.digest("operations"),
            before: try Sample.digest("before"), after: try Sample.digest("after"), attempt: 2)
    }

    @Test func `ids, seeds and mixes are the second implementation's`() throws {
        let vectors = try ChainTypesVectors.load()
        #expect(try Self.statement().id == (try vectors.jobId.bytes32()))
        let mix = Sample.word("mix")
        #expect(
            SelectionSeed.of(chainId: 1337, firstHeight: 42, subBlock: 1, attempt: 2, mix: mix)
                == (try vectors.selectionSeed.bytes32()))
        #expect(Randao.alpha(chainId: 1337, height: 42, parentMix: mix) == (try vectors.randaoAlpha.bytes()))
        #expect(Randao.nextMix(mix, vrfOutput: Sample.word("output")) == (try vectors.nextMix.bytes32()))
        let plan = [(3, 10, 5), (3, 10, 5), (7, 20, UInt32.max)].map {
            PlannedInstance(circuit: UInt32($0.0), logHeight: UInt8($0.1), weight: $0.2)
        }
        #expect(PlannedInstance.planRoot(plan) == (try vectors.planRoot.bytes32()))
    }

    @Test func `each field that a job's id binds changes it`() throws {
        let other = try Sample.digest("other")
        let changes: [(inout JobStatement) -> Void] = [
            { $0.chainId += 1 }, { $0.programHash = other }, { $0.firstHeight += 1 }, { $0.lastHeight += 1 },
            { $0.lastBlockHash = .zero }, { $0.subBlock += 1 }, { $0.subBlockCount += 1 },
            { $0.operationsDigest = .zero }, { $0.before = other }, { $0.after = other }, { $0.attempt += 1 },
        ]
        var ids: Set<Bytes32> = [try Self.statement().id]
        for change in changes {
            var statement = try Self.statement()
            change(&statement)
            #expect(ids.insert(statement.id).inserted)
        }
    }
}

@Suite struct SeedStreamTests {
    @Test func `draws and shuffles are the second implementation's`() throws {
        for vector in try ChainTypesVectors.load().streams {
            let seed = try vector.seed.bytes32()
            var stream = SeedStream(seed: seed, purpose: vector.purpose)
            let bound: UInt64 = try vector.bound.integer()
            for value in vector.values { #expect(stream.next(below: bound) == (try value.integer())) }
            var items = Array(0..<25)
            stream = SeedStream(seed: seed, purpose: vector.purpose)
            stream.shuffle(&items)
            #expect(items == vector.shuffled)
        }
    }

    /// Pearson's chi-squared over six cells: the 0.9999 quantile with five degrees of freedom is 25.7.
    @Test(arguments: [0, 1, 2] as [UInt32])
    func `draws are uniform`(purpose: UInt32) {
        var stream = SeedStream(seed: Sample.word("uniform"), purpose: purpose)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[Int(stream.next(below: 6))] += 1 }
        let deviations = counts.map { ($0 - 10_000) * ($0 - 10_000) }
        #expect(deviations.reduce(0, +) < 25 * 10_000)
    }

    /// With a modulus of 3·2^62, words taken modulo it would be below 2^62 half of the time instead of a third.
    @Test func `there is no modulo bias`() {
        var stream = SeedStream(seed: Sample.word("bias"))
        let low = (0..<30_000).count { _ in stream.next(below: 3 << 62) < 1 << 62 }
        #expect((9_500...10_500).contains(low))
    }

    @Test func `bounds of 0 and 1 draw nothing`() {
        var stream = SeedStream(seed: .zero)
        var untouched = stream
        #expect(stream.next(below: 0) == 0)
        #expect(stream.next(below: 1) == 0)
        #expect(stream.next() == untouched.next())
    }
}
