/// The base fee of the next block (EIP-1559).
package enum BaseFee {
    /// With target = gasLimit / elasticity and d = baseFeeChangeDenominator, all divisions rounding down:
    ///
    ///     used == target:  base
    ///     used >  target:  base + max(base · (used - target) / target / d, 1)
    ///     used <  target:  base - base · (target - used) / target / d
    ///
    /// and not below `minBaseFee`. Products are taken in 256 bits and the result saturates at 2^128 - 1. A target or a
    /// denominator of zero, which `Genesis.validate()` refuses, leaves the fee as it is.
    package static func next(
        after baseFee: UInt128, gasUsed: UInt64, gasLimit: UInt64, parameters: ChainParameters
    ) -> UInt128 {
        max(unbounded(baseFee, gasUsed: gasUsed, gasLimit: gasLimit, parameters), parameters.minBaseFee)
    }

    /// The base fee of the block after `parent`.
    package static func next(after parent: BlockHeader, parameters: ChainParameters) -> UInt128 {
        next(after: parent.baseFee, gasUsed: parent.gasUsed, gasLimit: parent.gasLimit, parameters: parameters)
    }

    private static func unbounded(
        _ baseFee: UInt128, gasUsed: UInt64, gasLimit: UInt64, _ parameters: ChainParameters
    ) -> UInt128 {
        guard parameters.elasticity > 0, parameters.baseFeeChangeDenominator > 0 else { return baseFee }
        let target = gasLimit / parameters.elasticity
        guard target > 0 else { return baseFee }
        // Dividing by target and then by d is dividing by their product, which fits 128 bits.
        let divisor = UInt128(target) * UInt128(parameters.baseFeeChangeDenominator)
        if gasUsed > target {
            let change = max(scaled(baseFee, by: gasUsed - target, over: divisor), 1)
            let (sum, overflow) = baseFee.addingReportingOverflow(change)
            return overflow ? .max : sum
        }
        return baseFee - scaled(baseFee, by: target - gasUsed, over: divisor)
    }

    /// value · numerator / divisor, rounded down, at most 2^128 - 1.
    private static func scaled(_ value: UInt128, by numerator: UInt64, over divisor: UInt128) -> UInt128 {
        let product = value.multipliedFullWidth(by: UInt128(numerator))
        guard product.high < divisor else { return .max }
        return divisor.dividingFullWidth(product).quotient
    }
}
