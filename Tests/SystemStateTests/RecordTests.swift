import ByteCodec
import SystemState
import Testing

struct RecordTests {
    @Test func everyFieldOfAJobSurvives() throws {
        let job = Sample.job(3)
        #expect(try Job(record: job.encoded) == job)
    }

    @Test func everyFieldOfAProverSurvives() throws {
        let prover = Sample.prover(3)
        #expect(try Prover(record: prover.encoded) == prover)
    }

    @Test func noPrefixOfARecordIsARecord() {
        let bytes = Sample.job(3).encoded
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: RecordError.self) { try Job(record: Array(bytes.prefix(count))) }
        }
        let prover = Sample.prover(3).encoded
        for count in 0..<prover.count {
            #expect(throws: RecordError.malformed(.truncated)) {
                try Prover(record: Array(prover.prefix(count)))
            }
        }
    }

    @Test func bytesBehindARecordAreRefused() {
        #expect(throws: RecordError.malformed(.trailingBytes)) {
            try Prover(record: Sample.prover(1).encoded + [0])
        }
    }

    @Test func unknownTagsAreRefused() {
        var window = PhaseWindow(phase: .t1, openedAt: 1, endsAt: 2).encoded
        window[0] = 200
        #expect(throws: RecordError.unknownCase(200)) { try PhaseWindow(record: window) }
        var payment = Payment(account: .prover(.zero), amount: 1, isPenalty: false, reason: .openReward).encoded
        payment[0] = 2
        #expect(throws: RecordError.unknownCase(2)) { try Payment(record: payment) }
    }

    @Test func fieldElementsAboveTheModulusAreRefused() {
        var root = InstanceRoot(instance: 1, root: Sample.digest(1)).encoded
        for index in 4..<8 { root[index] = 0xff }
        #expect(throws: RecordError.nonCanonicalElement) { try InstanceRoot(record: root) }
    }

    @Test func aCountAboveTheBytesIsRefusedBeforeAnythingIsReserved() {
        var writer = ByteWriter()
        writer.u32(.max)
        var reader = RecordReader(writer.bytes)
        #expect(throws: RecordError.malformed(.truncated)) { _ = try reader.addresses() }
    }
}
