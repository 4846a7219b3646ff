extension UnverifiedTransaction.Body {
    /// The EIP-2718 type.
    package var kind: TransactionKind {
        switch self {
        case .ordinary(let transaction): transaction.kind
        case .proving: .proving
        }
    }

    /// Nil for a proving transaction.
    package var ordinary: OrdinaryTransaction? {
        if case .ordinary(let transaction) = self { transaction } else { nil }
    }

    /// Nil for an ordinary transaction.
    package var proving: ProvingTransaction? {
        if case .proving(let transaction) = self { transaction } else { nil }
    }

    /// Wei per gas.
    package var maxFeePerGas: UInt128 {
        switch self {
        case .ordinary(let transaction): transaction.maxFeePerGas
        case .proving(let transaction): transaction.maxFeePerGas
        }
    }

    /// Wei per gas; for types 0 and 1 the gas price.
    package var maxPriorityFeePerGas: UInt128 {
        switch self {
        case .ordinary(let transaction): transaction.maxPriorityFeePerGas
        case .proving(let transaction): transaction.maxPriorityFeePerGas
        }
    }

    /// What a unit of gas costs at `baseFee`: min(maxFee, baseFee + priorityFee) (EIP-1559); nil when the maximum
    /// fee is below the base fee. For types 0 and 1 it is the gas price.
    package func effectiveGasPrice(baseFee: UInt128) -> UInt128? {
        guard let tip = priorityFee(baseFee: baseFee) else { return nil }
        return baseFee + tip
    }

    /// The part of the effective gas price that goes to the proposer; nil when the maximum fee is below the base fee.
    package func priorityFee(baseFee: UInt128) -> UInt128? {
        guard maxFeePerGas >= baseFee else { return nil }
        return min(maxPriorityFeePerGas, maxFeePerGas - baseFee)
    }

    /// Gas that the transaction may use at most: the limit that its sender set, or the whole fixed cost of a proving
    /// transaction.
    package func gasLimit(_ schedule: GasSchedule) -> UInt64 {
        switch self {
        case .ordinary(let transaction): transaction.gasLimit
        case .proving(let transaction): schedule.intrinsicGas(of: transaction)
        }
    }
}

extension VerifiedTransaction {
    /// See `UnverifiedTransaction.Body.kind`.
    package var kind: TransactionKind { body.kind }
    /// See `UnverifiedTransaction.Body.ordinary`.
    package var ordinary: OrdinaryTransaction? { body.ordinary }
    /// See `UnverifiedTransaction.Body.proving`.
    package var proving: ProvingTransaction? { body.proving }
    /// See `UnverifiedTransaction.Body.chainId`.
    package var chainId: UInt64 { body.chainId }
    /// See `UnverifiedTransaction.Body.maxFeePerGas`.
    package var maxFeePerGas: UInt128 { body.maxFeePerGas }
    /// See `UnverifiedTransaction.Body.maxPriorityFeePerGas`.
    package var maxPriorityFeePerGas: UInt128 { body.maxPriorityFeePerGas }

    /// See `UnverifiedTransaction.Body.effectiveGasPrice(baseFee:)`.
    package func effectiveGasPrice(baseFee: UInt128) -> UInt128? { body.effectiveGasPrice(baseFee: baseFee) }

    /// See `UnverifiedTransaction.Body.priorityFee(baseFee:)`.
    package func priorityFee(baseFee: UInt128) -> UInt128? { body.priorityFee(baseFee: baseFee) }

    /// See `UnverifiedTransaction.Body.gasLimit(_:)`.
    package func gasLimit(_ schedule: GasSchedule) -> UInt64 { body.gasLimit(schedule) }
}

extension OrdinaryTransaction {
    /// gasLimit · maxFeePerGas + value, what the sender's balance must cover; nil above 2^128 - 1, which no balance
    /// covers.
    package var maxCost: UInt128? {
        let (fee, feeOverflow) = maxFeePerGas.multipliedReportingOverflow(by: UInt128(gasLimit))
        let (cost, costOverflow) = fee.addingReportingOverflow(value)
        return feeOverflow || costOverflow ? nil : cost
    }
}
