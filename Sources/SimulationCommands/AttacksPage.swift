import ProvingLab

/// `Docs/Attacks.md`: the tables of one run, and what they say in words. Every figure in the words is read from them.
struct AttacksPage {
    /// The command that made it.
    let command: String
    let tables: [LabTable]

    var text: String {
        let words = "## What the tables say\n\n" + findings.map { "- \($0)" }.joined(separator: "\n")
        return ([Self.introduction(command), words] + tables.map(Self.section)).joined(separator: "\n\n")
    }

    private static func introduction(_ command: String) -> String {
        """
        # Attacks

        What attacks on the proving rules earn and cost. This whole page is the output of

        ```
        \(command)
        ```

        All amounts are read from the ledger: rewards and penalties from settlements, fees from stakes. \
        [Lab.md](Lab.md) says what the strategies do and how the lab works. A reward unit is `rewardUnit`, 0.001 CAIRN \
        on the devnet; gas is 1.1 gwei unless a table says otherwise, with the sizes of real proofs.

        "than honest" is what all attackers together had a job, less what the same provers have when they are honest; \
        "others lost" is what the other provers had less than in that run. Where it is negative they gained, since \
        they are paid in the attackers' place. Selections differ between runs: with 1,000 jobs that is noise of a few \
        units, with 5 jobs more than that.
        """
    }

    private static func section(_ table: LabTable) -> String {
        let rule = table.columns.indices.map { index in
            table.rows.first.map { if case .text = $0[index] { "---" } else { "---:" } } ?? "---"
        }
        let lines = [table.columns, rule] + table.rows.map { $0.map(\.shown) }
        let body = lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
        return "## \(table.title)\n\n\(body)"
    }

    // MARK: - Findings

    private var findings: [String] {
        [
            """
            **No strategy keeps a block from being proven**, as long as somebody can prove a whole job alone. What \
            attackers cost is time: p95 from \(strategy("honest", "devnet", "p95 delay")) blocks to at most \
            \(largest("strategies", "p95 delay")).
            """,
            """
            **A thief earns \(strategy("copied-proof", "devnet", "attacker reward")) units a job under `devnet`**, in \
            \(strategy("copied-proof", "devnet", "jobs")) simulated jobs\(realThief("devnet")). Its copies of partial \
            proofs are refused (`invalidPartial`: a proof is bound to its operator key), its copies of full proofs are \
            accepted and unpaid, because they are references. Under `source` the same copies pay \
            \(strategy("copied-proof", "source", "attacker reward")) a job\(realThief("source")), where honest work in \
            its place pays \(strategy("honest", "source", "attacker reward")): proving is then a race to send the \
            references.
            """,
            """
            **Whoever aggregates by reference under `devnet` works for others.** It is not paid for the references, \
            and its own submission is not "reused by others": it forgoes 40 units that it would have had if somebody \
            else had aggregated. `late`, which never aggregates first, has \
            \(strategy("late", "devnet", "than honest")) more than honest provers for that reason. The preset trades \
            the thief's reward for a volunteer's dilemma; a recursive proof, which is paid in both presets, would end \
            it.
            """,
            """
            **An aggregator that censors** has \(strategy("censoring", "devnet", "than honest")) units a job against \
            honest ones under `devnet`, and takes \(strategy("censoring", "devnet", "others lost")) from the others. \
            Under `source` it has \(strategy("censoring", "source", "than honest")) more, as everyone does who sends \
            references first, and costs the others \(strategy("censoring", "source", "others lost")), where a free \
            rider costs them \(strategy("free-rider", "source", "others lost")).
            """,
            """
            **Invalid proofs never reach a block whose proposer verifies**; where proposers include them, they cost \
            their signers \(strategy("garbage, included", "devnet", "penalty")) units a job.
            """,
            """
            **Roots are captured** by 5 % of the provers in \(roots(2, "selected again", "with a captured root")) of \
            all attempts at redundancy 2 and in \(roots(4, "selected again", "with a captured root")) at redundancy 4. \
            With suspects left out of all further attempts that becomes \
            \(roots(2, "left out", "with a captured root")) and \(roots(4, "left out", "with a captured root")), and \
            of the further attempts, the only ones that the rule changes, \(roots(2, "left out", "captured again")) \
            and \(roots(4, "left out", "captured again")) are captured in place of \
            \(roots(2, "selected again", "captured again")) and \(roots(4, "selected again", "captured again")). \
            (Roots of no trace.) A root of another trace has valid partial proofs: nobody can say whose root was \
            wrong, so both sides of the disputed instance are left out.
            """,
            """
            **Silent provers** take \(figure("silentSybils", ["source"], "share")) of what early full proofs pay under \
            `source`, and \(figure("silentSybils", ["devnet"], "share")) under `devnet`.
            """,
            """
            **A withheld proposal** gains a fifth of the stake \(withheld(10, "gain of one bit")) of a selected prover \
            of 10, and \(withheld(200, "gain of one bit")) of 200. At T3's pay (20 + 40 units a prover) \
            `missedProposalPenalty` has to pass \(withheld(200, "units at 60 a prover")) units for 200 selected \
            provers; where early full proofs are usual (9,000 units each, under `source`), \
            \(withheld(200, "units at 9,000 a prover")).
            """,
            """
            **Censorship** needs every proposer of a window: 2 blocks are enough against one censor of four validators \
            and not against two of seven, who follow each other; 2(f + 1) blocks are enough for both.
            """,
            """
            **Fees above rewards** stop provers that refuse losses. A flat open reward leaves the block unproven for \
            as long as fees stay; the rising one passes them. The provers' loss until then is the penalties of the \
            attempts that nobody found worth while.
            """,
        ]
    }

    private func strategy(_ name: String, _ preset: String, _ column: String) -> String {
        figure("strategies", [name, preset], column)
    }

    /// The thief's reward with real proofs; nothing when there were none.
    private func realThief(_ preset: String) -> String {
        guard let table = tables.first(where: { $0.name == "realProofs" }) else { return "" }
        let row = ["copied-proof", preset]
        return " and \(Self.cell(table, row, "attacker reward")) in \(Self.cell(table, row, "jobs")) with real proofs"
    }

    private func roots(_ redundancy: Int, _ suspects: String, _ column: String) -> String {
        figure("capturedRoots", ["of none", "\(redundancy)", suspects], column)
    }

    private func withheld(_ selected: Int, _ column: String) -> String {
        guard let table = tables.first(where: { $0.name == "withheldProposals" }),
            let index = table.columns.firstIndex(of: "selected"),
            let row = table.rows.first(where: { $0[index] == .count(selected) })
        else { return "-" }
        return table.columns.firstIndex(of: column).map { row[$0].shown } ?? "-"
    }

    private func largest(_ name: String, _ column: String) -> String {
        guard let table = tables.first(where: { $0.name == name }),
            let index = table.columns.firstIndex(of: column)
        else { return "-" }
        let counts = table.rows.compactMap { if case .count(let count) = $0[index] { count } else { nil } }
        return counts.max().map { "\($0)" } ?? "-"
    }

    private func figure(_ name: String, _ row: [String], _ column: String) -> String {
        tables.first { $0.name == name }.map { Self.cell($0, row, column) } ?? "-"
    }

    /// The cell of a column in the first row that begins with these.
    private static func cell(_ table: LabTable, _ row: [String], _ column: String) -> String {
        guard let index = table.columns.firstIndex(of: column),
            let found = table.rows.first(where: { $0.prefix(row.count).map(\.shown) == row })
        else { return "-" }
        return found[index].shown
    }
}
