// Who is accused, what a block reports, and what a disk may say.
extension MutantCatalogue {
    /// Which evidence counts.
    static let accusing = [
        Mutant(
            "evidenceSignatureUnchecked", "Execution/Validators/EvidenceRules.swift",
            "guard equivocation.isSigned(chainId: state.genesis.chainId) else",
            .template("guard $on || equivocation.isSigned(chainId: state.genesis.chainId) else")),
        Mutant(
            "evidenceOfAnyAge", "Execution/Validators/EvidenceRules.swift",
            "height - fault.height <= state.genesis.validating.evidenceAge", "true"),
        Mutant(
            "evidenceAgainstAnybody", "Execution/Validators/EvidenceRules.swift",
            "set.index(of: fault.validator) != nil else", .template("$on || set.index(of: fault.validator) != nil else")
        ),
        Mutant(
            "accusedTwice", "Execution/Validators/EvidenceRules.swift",
            "guard !verified.contains(where: { $0.fault.validator == next.fault.validator }) else",
            .template("guard $on || !verified.contains(where: { $0.fault.validator == next.fault.validator }) else")),
        Mutant(
            "twoStepsContradict", "ChainTypes/Equivocation.swift", "guard first.type == second.type else",
            .template("guard $on || first.type == second.type else")),
    ]

    /// What headers say of receipts and sets.
    static let reporting = [
        Mutant(
            "anyReceipts", "Replica/BlockAssembly.swift",
            "guard header.receiptsRoot == executed.receiptsRoot, header.logsBloom == executed.logsBloom else",
            .template(
                "guard $on || (header.receiptsRoot == executed.receiptsRoot && "
                    + "header.logsBloom == executed.logsBloom) else")),
        Mutant(
            "topicsNotInBloom", "ChainTypes/LogsBloom.swift", "for topic in log.topics {",
            .template("for topic in log.topics where !$on {")),
        Mutant(
            "systemLogsNotInReceipts", "Replica/BlockAssembly.swift",
            "Receipt.root(receipts + [Receipt.system(logs: systemLogs, cumulativeGasUsed: gasUsed)])",
            "Receipt.root(receipts)"),
        Mutant(
            "newcomersActAtOnce", "Execution/Validators/ValidatorElection.swift", "validator.activeFrom <= height",
            "true"),
        Mutant(
            "signaturesBeyondQuorumUnchecked", "ChainTypes/CertificateVerification.swift",
            "guard let signature else { continue }",
            .template("guard let signature, !($on && isQuorum(power)) else { continue }")),
    ]

    /// What a node believes of its disk.
    static let restoring = [
        Mutant(
            "storedRecordsUnchecked", "Replica/RestoredChainCheck.swift", "guard systemRoot == header.systemRoot else",
            .template("guard $on || systemRoot == header.systemRoot else")),
        Mutant(
            "storedAccountsUnchecked", "Replica/RestoredChainCheck.swift",
            "guard ledger.tree.root == header.accountsRoot, ledger.accounts.accountCount == header.accountCount else",
            .template(
                "guard $on || (ledger.tree.root == header.accountsRoot && "
                    + "ledger.accounts.accountCount == header.accountCount) else")),
        Mutant(
            "storedCertificateUnchecked", "Replica/RestoredChainCheck.swift", "if header.height > 0 {",
            .template("if header.height > 0, !$on {")),
        Mutant(
            "storedProposalUnchecked", "Replica/RestoredChainCheck.swift", "proposed.map({ $0.isWhole }) ?? true",
            "true"),
        Mutant(
            "storedOperationsUnchecked", "Replica/RestoredChainCheck.swift",
            "guard hash == header.hash, tree.count == Int(header.operationCount), tree.digest == header.operationsDigest",
            .template(
                "guard $on || (hash == header.hash && tree.count == Int(header.operationCount) "
                    + "&& tree.digest == header.operationsDigest)")),
        Mutant(
            "anyBlockServed", "Replica/RestoredChainCheck.swift",
            "block.header.height == height && certificate.height == height && certificate.blockHash == block.hash\n"
                + "            && block.hasOwnBody && block.describes(evidence)", "true"),
    ]
}
