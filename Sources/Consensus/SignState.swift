package import ChainTypes

/// What a validator must not forget: what it last signed, in full, and what it needs to continue from there. One
/// record, replaced as a whole and synced to disk before the signature in it leaves the process.
///
/// It is also the consensus log. A lock exists only with an own precommit, so it is recorded with it; the journal
/// holds the votes that led to the round. If all nodes crash at once, what they restore leads them to one round
/// again. Anything else that was known is as if the network had lost it.
package struct SignState: Hashable, Sendable {
    /// What a signer may do with a request.
    package enum Answer: Hashable, Sendable {
        /// Nothing at or after this height, round and step was signed.
        case allowed
        /// The same was signed before: send these very bytes.
        case resend(SignedMessage)
        /// It must never be signed with this key.
        case refused(Refusal)
    }

    /// Why a request must not be signed: it would contradict, or could contradict, what was signed.
    package enum Refusal: Error, Hashable, Sendable {
        /// Below the height of the last signature.
        case lowerHeight
        /// Below its round.
        case lowerRound
        /// An earlier step than the last that was signed, and not signed then.
        case lowerStep
        /// Something else was signed at this height, round and step.
        case contradiction
    }

    /// Height of the last signature; nothing below it is signed.
    package internal(set) var height: UInt64
    /// Round of the last signature; nothing below it in `height` is signed.
    package internal(set) var round: UInt32
    /// What was signed in this height and round; at least one is there.
    package internal(set) var proposal: Proposal?
    /// The prevote that was signed in `height` and `round`.
    package internal(set) var prevote: Vote?
    /// The precommit that was signed in `height` and `round`.
    package internal(set) var precommit: Vote?
    /// The polka of the latest lock in this height.
    package internal(set) var lock: PolkaCertificate?
    /// Votes of all validators that the last `SigningRequest` came with.
    package internal(set) var journal: [Vote]

    /// The record to persist before `signed` leaves. `state` is the one before, nil for a new key; it must have
    /// allowed `request`, of which `signed` is the signed form.
    package static func recording(
        _ signed: SignedMessage, for request: SigningRequest, after state: SignState?
    ) -> SignState {
        var next = SignState(
            height: signed.height, round: signed.content.round, lock: request.lock, journal: request.journal)
        if let state, state.height == next.height {
            next.lock = request.lock ?? state.lock
            if state.round == next.round {
                next.proposal = state.proposal
                next.prevote = state.prevote
                next.precommit = state.precommit
            }
        }
        switch signed {
        case .proposal(let proposal): next.proposal = proposal
        case .vote(let vote) where vote.type == .prevote: next.prevote = vote
        case .vote(let vote): next.precommit = vote
        }
        return next
    }

    init(height: UInt64, round: UInt32, lock: PolkaCertificate?, journal: [Vote]) {
        self.height = height
        self.round = round
        self.lock = lock
        self.journal = journal
    }

    /// Whether a request may be signed.
    package func maySign(_ request: SigningRequest) -> Answer {
        guard request.height >= height else { return .refused(.lowerHeight) }
        guard request.height == height else { return .allowed }
        guard request.content.round >= round else { return .refused(.lowerRound) }
        guard request.content.round == round else { return .allowed }
        if let signed = signed(request.content.step) {
            return signed.content == request.content ? .resend(signed) : .refused(.contradiction)
        }
        return request.content.step > lastStep ? .allowed : .refused(.lowerStep)
    }

    /// The messages signed in the last round, in their order: to be sent again after a restart.
    package var signedMessages: [SignedMessage] {
        [proposal.map { .proposal($0) }, prevote.map { .vote($0) }, precommit.map { .vote($0) }].compactMap { $0 }
    }

    var ownVotes: [Vote] { [prevote, precommit].compactMap { $0 } }

    /// The latest step of the last round that was signed.
    package var lastStep: SigningStep { precommit != nil ? .precommit : prevote != nil ? .prevote : .proposal }

    private func signed(_ step: SigningStep) -> SignedMessage? {
        switch step {
        case .proposal: proposal.map { .proposal($0) }
        case .prevote: prevote.map { .vote($0) }
        case .precommit: precommit.map { .vote($0) }
        }
    }
}
