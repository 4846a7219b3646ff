package import ByteCodec
import ChainTypes

/// What the engine has heard in its round: why a height is not decided yet, for people who ask.
package struct RoundView: Hashable, Sendable {
    /// A vote as it was heard.
    package enum Heard: Hashable, Sendable {
        case nothing
        /// A vote for no block.
        case none
        case block(Bytes32)

        init(_ vote: Vote?) {
            self = vote.map { vote in vote.blockHash.map { .block($0) } ?? .none } ?? .nothing
        }
    }

    /// One validator of the height's set.
    package struct Voter: Hashable, Sendable {
        package let validator: Address
        package let power: UInt64
        package let prevote: Heard
        package let precommit: Heard
    }

    package let height: UInt64
    package let round: UInt32
    package let step: ConsensusCore.Step
    /// Of this round, and whether its proposal is here.
    package let proposer: Address
    package let hasProposal: Bool
    /// In the order of the set.
    package let voters: [Voter]
}

extension ConsensusCore {
    /// This round, as far as it was heard.
    package var view: RoundView {
        let messages = table[round]
        return RoundView(
            height: height, round: round, step: step, proposer: proposer.address,
            hasProposal: messages.proposal != nil,
            voters: validators.validators.enumerated().map { index, validator in
                RoundView.Voter(
                    validator: validator.address, power: validator.power,
                    prevote: .init(messages.prevotes.vote(of: index)),
                    precommit: .init(messages.precommits.vote(of: index)))
            })
    }
}
