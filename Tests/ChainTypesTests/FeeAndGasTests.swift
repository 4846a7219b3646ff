import ByteCodec
import ChainTypes
import Testing

@Suite struct BaseFeeTests {
    @Test func `the next base fee is EIP-1559's`() throws {
        let vectors = try ChainTypesVectors.load().baseFees
        #expect(vectors.count > 100)
        var parameters = try Sample.genesis().chain
        for vector in vectors {
            parameters.elasticity = vector.elasticity
            parameters.baseFeeChangeDenominator = vector.denominator
            parameters.minBaseFee = try vector.minimum.integer()
            let next = BaseFee.next(
                after: try vector.parent.integer(), gasUsed: try vector.used.integer(),
                gasLimit: try vector.limit.integer(), parameters: parameters)
            #expect(next == (try vector.next.integer()))
        }
    }

    /// EIP-1559's numbers: a full block raises the fee by an eighth, an empty one lowers it by an eighth.
    @Test func `full, empty, on target, header`() throws {
        let parameters = try Sample.genesis().chain
        var header = try Sample.header()
        header.baseFee = 1_000_000_000
        for (used, next) in [(30_000_000, 1_125_000_000), (0, 875_000_000), (15_000_000, 1_000_000_000)]
            as [(UInt64, UInt128)]
        {
            header.gasUsed = used
            #expect(BaseFee.next(after: header, parameters: parameters) == next)
        }
    }

    @Test func `no parameters and no usage trap`() throws {
        var parameters = try Sample.genesis().chain
        parameters.minBaseFee = 0
        for elasticity in [0, 1, 2, UInt64.max] {
            for denominator in [0, 1, UInt64.max] {
                for limit in [0, 1, UInt64.max] {
                    for used in [0, 1, UInt64.max] {
                        parameters.elasticity = elasticity
                        parameters.baseFeeChangeDenominator = denominator
                        for fee in [0, 1, UInt128.max] {
                            let next = BaseFee.next(after: fee, gasUsed: used, gasLimit: limit, parameters: parameters)
                            if elasticity == 0 || denominator == 0 { #expect(next == fee) }
                        }
                    }
                }
            }
        }
    }
}

@Suite struct TransactionFeeTests {
    private func body(priority: UInt128, max: UInt128) -> UnverifiedTransaction.Body {
        .ordinary(
            OrdinaryTransaction(
                kind: .dynamicFee, chainId: 1, nonce: 0, maxPriorityFeePerGas: priority, maxFeePerGas: max,
                gasLimit: 30_000, to: nil, value: 7))
    }

    @Test func `the effective price is min(max, base + priority)`() {
        #expect(body(priority: 2, max: 20).effectiveGasPrice(baseFee: 10) == 12)
        #expect(body(priority: 2, max: 20).effectiveGasPrice(baseFee: 19) == 20)
        #expect(body(priority: 2, max: 20).priorityFee(baseFee: 19) == 1)
        #expect(body(priority: 2, max: 20).effectiveGasPrice(baseFee: 20) == 20)
        #expect(body(priority: 2, max: 20).effectiveGasPrice(baseFee: 21) == nil)
        #expect(body(priority: .max, max: .max).effectiveGasPrice(baseFee: .max) == .max)
        #expect(body(priority: .max, max: .max).effectiveGasPrice(baseFee: 0) == .max)
    }

    @Test func `the largest cost, nil above 128 bits`() {
        #expect(body(priority: 2, max: 20).ordinary?.maxCost == 600_007)
        #expect(body(priority: 2, max: .max).ordinary?.maxCost == nil)
        var largest = body(priority: 0, max: UInt128.max / 30_000).ordinary
        largest?.value = UInt128.max % 30_000
        #expect(largest?.maxCost == .max)
        largest?.value += 1
        #expect(largest?.maxCost == nil)
    }
}

@Suite struct IntrinsicGasTests {
    @Test func `calldata, access list and system calls`() {
        var transaction = OrdinaryTransaction(
            kind: .dynamicFee, chainId: 1, nonce: 0, maxPriorityFeePerGas: 0, maxFeePerGas: 0, gasLimit: 0,
            to: .zero, value: 0)
        let schedule = Sample.schedule
        #expect(schedule.intrinsicGas(of: transaction) == 21_000)
        transaction.data = [0, 1, 0, 2, 3]
        #expect(schedule.intrinsicGas(of: transaction) == 21_000 + 2 * 4 + 3 * 16)
        transaction.accessList = [
            AccessListEntry(address: .zero, storageKeys: [.zero, .zero]),
            AccessListEntry(address: .zero, storageKeys: []),
        ]
        #expect(schedule.intrinsicGas(of: transaction) == 21_056 + 2 * 2_400 + 2 * 1_900)
        transaction.to = SystemContract.claims.address
        #expect(schedule.intrinsicGas(of: transaction) == 21_056 + 8_600 + 30_000)
    }

    @Test func `a proving transaction costs its base and its payload`() {
        var schedule = Sample.schedule
        let transaction = ProvingTransaction(
            chainId: 1, jobId: .zero, phase: .t1, maxPriorityFeePerGas: 0, maxFeePerGas: 0, payloadDigest: .zero,
            payloadLength: 1_000)
        #expect(schedule.intrinsicGas(of: transaction) == 51_000)
        #expect(UnverifiedTransaction.Body.proving(transaction).gasLimit(schedule) == 51_000)
        schedule.payloadByte = .max
        #expect(schedule.intrinsicGas(of: transaction) == .max)
    }

    @Test func `system contracts stand where the documents say`() {
        #expect(SystemContract.proverRegistry.address.description == "0x0000000000000000000000000000000000c0de01")
        for contract in SystemContract.allCases { #expect(SystemContract(address: contract.address) == contract) }
        #expect(SystemContract(address: .zero) == nil)
        #expect(Address(lowBytes: .max).description == "0x000000000000000000000000ffffffffffffffff")
    }
}
