// What a node does around the engine: disk, signatures, blocks, peers, money.
extension MutantCatalogue {
    /// What is on the disk before a signature leaves.
    static let signing = [
        Mutant(
            "lockNotRecorded", "Consensus/SignState.swift", "next.lock = request.lock ?? state.lock",
            .template("next.lock = $on ? request.lock : request.lock ?? state.lock")),
        Mutant(
            "lockWithoutPolka", "Consensus/ConsensusRules.swift", "precommit(hash, lock: polka(block), &effects)",
            .template("precommit(hash, lock: $on ? nil : polka(block), &effects)")),
        Mutant(
            "signStateNotPersisted", "Replica/Replica+Consensus.swift",
            "effects.append(.persistSignState(state, proposed: block.flatMap { known($0) }))",
            .template(
                "if !$on { effects.append(.persistSignState(state, proposed: block.flatMap { known($0) })) }")),
        Mutant(
            "onlyProposalsPersisted", "Replica/Replica+Consensus.swift",
            "effects.append(.persistSignState(state, proposed: block.flatMap { known($0) }))",
            .template(
                "if !$on || state.prevote == nil {\n"
                    + "effects.append(.persistSignState(state, proposed: block.flatMap { known($0) })) }")),
        Mutant(
            "checksumOfSignStateIgnored", "Consensus/SignStateCodec.swift",
            "Keccak256.hash(Array(bytes.dropLast(32))).bytes == Array(bytes.suffix(32))",
            .template("($on || Keccak256.hash(Array(bytes.dropLast(32))).bytes == Array(bytes.suffix(32)))")),
    ]

    /// Who is believed.
    static let verifying = [
        Mutant(
            "anySignerFillsASlot", "ChainTypes/CertificateVerification.swift", "guard signer == member.address else",
            .template("guard $on || signer == member.address else")),
        Mutant(
            "certificateOfTooFew", "ChainTypes/CertificateVerification.swift", "guard isQuorum(power) else {",
            .template("guard $on || isQuorum(power) else {")),
        Mutant(
            "certificateOfAnyLength", "ChainTypes/CertificateVerification.swift",
            "guard signatures.count == validators.count else {",
            .template("guard $on || signatures.count == validators.count else {")),
        Mutant(
            "unreadableSignatureCounts", "ChainTypes/CertificateVerification.swift",
            "throw .invalidSignature(slot: slot)",
            .template("if !$on { throw .invalidSignature(slot: slot) }\npower += member.power\ncontinue")),
        Mutant(
            "voteSignatureUnchecked", "Consensus/MessageVerification.swift",
            "guard vote.isSigned(chainId: chainId) else", .template("guard $on || vote.isSigned(chainId: chainId) else")
        ),
        Mutant(
            "proposalSignatureUnchecked", "Consensus/MessageVerification.swift",
            "guard proposal.isSigned(chainId: chainId) else",
            .template("guard $on || proposal.isSigned(chainId: chainId) else")),
        Mutant(
            "chainIdNotSigned", "ChainTypes/VoteSigning.swift",
            "var message = DomainHash(\"cairn/vote/v1\")\n        message.append(chainId)",
            .template("var message = DomainHash(\"cairn/vote/v1\")\n        message.append($on ? 0 : chainId)")),
    ]

    /// What a block must satisfy.
    static let blocks = [
        Mutant(
            "anyParent", "Replica/BlockAssembly.swift", "guard header.parentHash == tip.hash else",
            .template("guard $on || header.parentHash == tip.hash else")),
        Mutant(
            "timeMayFall", "Replica/BlockAssembly.swift", "guard header.timestamp > tip.header.timestamp else",
            .template("guard $on || header.timestamp > tip.header.timestamp else")),
        Mutant(
            "anyBaseFee", "Replica/BlockAssembly.swift", "guard header.baseFee == nextBaseFee else",
            .template("guard $on || header.baseFee == nextBaseFee else")),
        Mutant(
            "anyMix", "Replica/BlockAssembly.swift",
            "guard header.mix == Randao.nextMix(tip.header.mix, vrfOutput: output) else",
            .template("guard $on || header.mix == Randao.nextMix(tip.header.mix, vrfOutput: output) else")),
        Mutant(
            "anyGasUsed", "Replica/BlockAssembly.swift", "guard header.gasUsed == executed.gasUsed else",
            .template("guard $on || header.gasUsed == executed.gasUsed else")),
        Mutant(
            "anyAccountsRoot", "Replica/BlockAssembly.swift",
            "guard header.accountsRoot == executed.accountsRoot, header.accountCount == executed.accountCount else",
            .template(
                "guard $on || (header.accountsRoot == executed.accountsRoot && "
                    + "header.accountCount == executed.accountCount) else")),
        Mutant(
            "anySystemRoot", "Replica/BlockAssembly.swift", "guard header.systemRoot == executed.systemRoot else",
            .template("guard $on || header.systemRoot == executed.systemRoot else")),
        Mutant(
            "blocksNotExecutedBeforeVotes", "Replica/Replica+Consensus.swift",
            "inputs.append(try validated(hash) ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash))",
            .template(
                "let verdict = try validated(hash)\n"
                    + "inputs.append(verdict || $on ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash))")),
    ]

    private static let syncedCertificateArguments =
        "                chainId: chainId, validators: core.validators, height: tip.header.height + 1, "
        + "blockHash: block.hash)"

    /// Peers that lose, lag and lie.
    static let network = [
        Mutant(
            "blockAskedOfOnePeerOnly", "Replica/BlockFetch.swift",
            "let isDue = wanted[index].asked == nil ||", .template("let isDue = wanted[index].asked == nil || !$on &&")),
        // `BlockSync` compares hash and height first, so that it keeps nothing that cannot hold; this is the check.
        Mutant(
            "syncedCertificateUnchecked", "Replica/Replica+Sync.swift",
            "try synced.certificate.verify(\n" + syncedCertificateArguments,
            .template("if !$on { try synced.certificate.verify(\n" + syncedCertificateArguments + " }")),
        Mutant(
            "syncedBodyUnchecked", "Replica/Replica+Sync.swift",
            "guard block.hasOwnBody, block.describes(synced.evidence) else",
            .template("guard $on || (block.hasOwnBody && block.describes(synced.evidence)) else")),
        Mutant(
            "heightNotStartedAfterSync", "Replica/Replica+Sync.swift",
            "if sync.endsCatchingUp(tip: tip.header.height) {",
            .template("if sync.endsCatchingUp(tip: tip.header.height), !$on {")),
        Mutant(
            "lateAnswerIsALie", "Replica/BlockSync.swift", "guard match else { return .unrequestedBlocks }",
            .template("guard match else { return $on ? .nonContiguousBlocks : .unrequestedBlocks }")),
        Mutant(
            "proposalPassedOnWithoutBlock", "Replica/Replica+Peers.swift", "case nil where !canServe(message):",
            .template("case nil where !$on && !canServe(message):")),
        Mutant(
            "invalidMessagesPassedOn", "Replica/Replica+Peers.swift",
            "default: return effects.append(.penalise(peer, .invalidMessage(error)))",
            .template(
                "default:\nif $on { effects.append(.broadcast(.consensus(message), except: peer)) }\n"
                    + "return effects.append(.penalise(peer, .invalidMessage(error)))")),
    ]

    /// Money and state.
    static let money = [
        Mutant(
            "burnNotRecorded", "Execution/BlockExecutor.swift", "state.recordBurn(UInt128(gas) * context.baseFee)",
            .template("if !$on { state.recordBurn(UInt128(gas) * context.baseFee) }")),
        Mutant(
            "tipPaidTwice", "Execution/BlockExecutor.swift",
            "state.creditClaimable(UInt128(gas) * (price - context.baseFee), to: payee)",
            .template(
                "state.creditClaimable(UInt128(gas) * (price - context.baseFee), to: payee)\n"
                    + "if $on { state.creditClaimable(UInt128(gas) * (price - context.baseFee), to: payee) }"
            )),
        Mutant(
            "nonceNotStepped", "Execution/AccountsOverlay.swift", "if incrementingNonce { found.account.nonce += 1 }",
            .template("if incrementingNonce, !$on { found.account.nonce += 1 }")),
        Mutant(
            "nothingDebited", "Execution/AccountsOverlay.swift", "found.account.balance -= amount",
            .template("if !$on { found.account.balance -= amount }")),
        Mutant(
            "treeNotUpdated", "Replica/Ledger.swift", "tree.apply(executed.treeUpdates)",
            .template("if !$on { tree.apply(executed.treeUpdates) }")),
        Mutant(
            "accountsNotUpdated", "Replica/Ledger.swift", "accounts.apply(executed.accounts)",
            .template("if !$on { accounts.apply(executed.accounts) }")),
    ]
}
