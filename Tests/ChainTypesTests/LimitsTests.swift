import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct LimitsTests {
    @Test func `three times the total power fits 64 bits`() {
        #expect(!Limits.maxTotalPower.multipliedReportingOverflow(by: 3).overflow)
    }

    @Test func `the largest proving transaction is within its limit`() throws {
        let transaction = ProvingTransaction(
            chainId: .max, jobId: .zero, phase: .aggregate, maxPriorityFeePerGas: .max, maxFeePerGas: .max,
            payloadDigest: .zero, payloadLength: Limits.maxPayloadBytes)
        #expect(try transaction.sign(with: Sample.key(0)).encoded.count <= Limits.maxProvingTransactionBytes)
    }

    @Test func `a block holds the largest transaction, certificate and header`() throws {
        var block = try Sample.block()
        let signature = try Sample.key(0).sign(.zero)
        block.header.verdicts = [Bool](repeating: true, count: Limits.maxBlockTransactions)
        block.transactions = [[UInt8](repeating: 1, count: Limits.maxTransactionBytes)]
        block.lastCertificate?.signatures = [RecoverableSignature?](repeating: signature, count: Limits.maxValidators)
        block.evidence = [Equivocation](
            repeating: try Sample.equivocation(nil, height: .max), count: Limits.maxBlockEvidence)
        #expect(block.encoded.count <= Limits.maxBlockBytes)
        #expect(try Block(decoding: block.encoded) == block)
    }

    /// A false-positive rate of 1e-6 takes ln(1e6) / ln(2)^2 = 28.76 bits an element.
    @Test func `the bloom of all selected provers is within its limit`() {
        #expect(Limits.maxReuseBloomBytes * 8 >= 29 * Limits.maxSelectedProvers)
    }

    @Test func `a job's operations and accounts are within the tree and the record list`() {
        #expect(Limits.maxAccounts == 1 << UInt64(Limits.accountTreeDepth))
        #expect(Limits.maxOperationsPerJob <= Limits.maxOperationsPerBlock)
        #expect(Limits.maxInstancesPerJob * 100 <= Int(Limits.maxPayloadBytes))
    }
}
