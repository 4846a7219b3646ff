package import ByteCodec

/// Whom a payment concerns.
package enum PaymentAccount: Hashable, Sendable, RecordCodable {
    /// A prover, by its owner's address.
    case prover(Address)
    /// A validator, by the address of its signing key.
    case validator(Address)

    /// The owner's address or the signing key's, whichever names the account.
    package var address: Address {
        switch self {
        case .prover(let owner): owner
        case .validator(let address): address
        }
    }

    /// Record: 0 for a prover or 1 for a validator (u8), address (20 bytes).
    package func encode(to writer: inout ByteWriter) {
        if case .prover = self { writer.u8(0) } else { writer.u8(1) }
        writer.address(address)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another tag.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let tag = try reader.u8()
        let address = try reader.address()
        switch tag {
        case 0: self = .prover(address)
        case 1: self = .validator(address)
        default: throw .unknownCase(tag)
        }
    }
}

/// Why money is paid or burned. The names are the source's, in camel case.
package enum PaymentReason: UInt8, Hashable, Sendable, CaseIterable {
    case rewardFullProofProverT1 = 0
    case rewardFullProofSenderT1 = 1
    case rewardFullProofValidatorT1 = 2
    case rewardT1Validator = 3
    case penaltyT1Prover = 4
    case rewardFullProofProverT2 = 5
    case rewardFullProofSenderT2 = 6
    case rewardFullProofValidatorT2 = 7
    case rewardT2Prover = 8
    case rewardT2Validator = 9
    case penaltyT2Prover = 10
    case rewardProverReusingT3 = 11
    case rewardProverReusedT3 = 12
    case rewardProverT3 = 13
    case rewardValidatorT3 = 14
    case penaltyProverT3 = 15
    case penaltyProverNotReusedT3 = 16
    case rewardProverReusingT4 = 17
    case rewardProverReusedT4 = 18
    case rewardProverT4 = 19
    case rewardValidatorT4 = 20
    case penaltyProverT4 = 21
    case penaltyProverNotReusedT4 = 22
    case rewardProverReusingT5 = 23
    case rewardProverReusedT5 = 24
    case rewardProverT5 = 25
    case rewardValidatorT5 = 26
    case penaltyProverT5 = 27
    case penaltyProverNotReusedT5 = 28
    case rewardAggProofProver = 29
    case rewardAggProofValidator = 30
    case openReward = 31
    case penaltyInvalidProof = 32

    /// As events and ledgers show it: the name of the case.
    package var name: String { "\(self)" }
}

/// One line of a settlement, in wei. A penalty's amount is positive and burned from the prover's stake.
package struct Payment: Hashable, RecordCodable {
    /// Who is paid or penalised.
    package var account: PaymentAccount
    /// Wei. A penalty may burn less when the stake does not hold it.
    package var amount: UInt128
    /// Burned from stake instead of minted as a claim.
    package var isPenalty: Bool
    /// Which amount of the genesis it is.
    package var reason: PaymentReason

    package init(account: PaymentAccount, amount: UInt128, isPenalty: Bool, reason: PaymentReason) {
        self.account = account
        self.amount = amount
        self.isPenalty = isPenalty
        self.reason = reason
    }

    /// Record: account (21 bytes), amount (u128), isPenalty (u8), reason (u8).
    package func encode(to writer: inout ByteWriter) {
        account.encode(to: &writer)
        writer.u128(amount)
        writer.bool(isPenalty)
        writer.u8(reason.rawValue)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another tag or reason.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(
            account: try PaymentAccount(from: &reader), amount: try reader.u128(), isPenalty: try reader.bool(),
            reason: try reader.tag())
    }
}
