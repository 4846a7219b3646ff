import Circuits
import CommandShell
import JSONRPC
import STARKCore

/// The rounds of a program as text and as JSON.
struct SoundnessPage {
    private let soundness: ProgramSoundness

    init(_ soundness: ProgramSoundness) { self.soundness = soundness }

    // MARK: Text

    var text: String {
        let parameters = soundness.parameters
        var facts = FieldList()
        facts.add("profile", parameters.name)
        facts.add(
            "parameters",
            "unique decoding, rate 1/\(parameters.blowup), \(parameters.queryCount) queries, folds by "
                + "\(1 << parameters.foldLog) to 2^\(parameters.finalLog) coefficients, caps of 2^\(parameters.capLog)")
        facts.add("messages", "at most \(soundness.totalMessages) on the buses of a whole job")
        facts.add(
            "digests", "collisions at \(Figure.down(SoundnessReport.digestCollisionBits, decimals: 2)) bits (birthday)")
        var lines = [facts.text]
        for circuit in circuits { lines += ["", circuit, table(entries(of: circuit)).text] }
        lines += ["", conclusion]
        return lines.joined(separator: "\n")
    }

    private var circuits: [String] {
        soundness.entries.reduce(into: []) { names, entry in
            if names.last != entry.circuit { names.append(entry.circuit) }
        }
    }

    private func entries(of circuit: String) -> [ProgramSoundness.Entry] {
        soundness.entries.filter { $0.circuit == circuit }
    }

    /// Rounds downward, heights across; the tallest height has all folds.
    private func table(_ entries: [ProgramSoundness.Entry]) -> TextTable {
        let heights = entries.map { TextTable.Column.right("2^\($0.logHeight) ROWS") }
        var table = TextTable([.left("ROUND"), .right("WORK")] + heights)
        let most = entries.reduce(0) { max($0, folds($1).count) }
        func add(_ name: String, _ round: (ProgramSoundness.Entry) -> SoundnessReport.Round?) {
            let rounds = entries.map(round)
            let work = rounds.compactMap { $0?.workBits }.max() ?? 0
            let cells = rounds.map { $0.map { Figure.down($0.bits, decimals: 2) } ?? "" }
            table.add([name, work == 0 ? "" : "\(work)"] + cells)
        }
        for name in ["buses", "constraint folding", "out-of-domain point", "batching"] {
            add(name) { entry in entry.report.rounds.first { $0.name == name } }
        }
        for fold in 0..<most {
            add("fold \(fold + 1)") { entry in
                let folds = folds(entry)
                return folds.indices.contains(fold) ? folds[fold] : nil
            }
        }
        add("queries") { $0.report.rounds.last }
        table.add(["least", ""] + entries.map { Figure.down($0.report.minimum, decimals: 2) })
        table.add(["sum of errors", ""] + entries.map { Figure.down($0.report.sum, decimals: 2) })
        return table
    }

    private func folds(_ entry: ProgramSoundness.Entry) -> [SoundnessReport.Round] {
        entry.report.rounds.filter { $0.name.hasPrefix("fold ") }
    }

    private var conclusion: String {
        guard let weakest = soundness.weakest else { return "no height is allowed" }
        let round = weakest.report.weakest
        return "\(Figure.down(soundness.minimum, decimals: 2)) bits in the weakest round: \(round.name), "
            + "\(weakest.circuit) at 2^\(weakest.logHeight) rows"
    }

    // MARK: JSON

    var json: JSONValue {
        let parameters = soundness.parameters
        return [
            "profile": .string(parameters.name), "regime": "unique decoding",
            "parameters": [
                "blowup": integer(parameters.blowup), "queries": integer(parameters.queryCount),
                "queryWorkBits": integer(parameters.queryGrindingBits),
                "batchingWorkBits": integer(parameters.batchingGrindingBits),
                "foldArity": integer(1 << parameters.foldLog), "finalCoefficients": integer(1 << parameters.finalLog),
                "capDigests": integer(1 << parameters.capLog),
            ],
            "totalMessages": JSONValue(soundness.totalMessages),
            "digestCollisionBits": bits(SoundnessReport.digestCollisionBits),
            "requiredBits": bits(ProgramSoundness.requiredBits), "isSufficient": .bool(soundness.isSufficient),
            "minimumBits": bits(soundness.minimum), "sumBits": bits(soundness.sum),
            "instances": .array(soundness.entries.map(instance)),
        ]
    }

    private func instance(_ entry: ProgramSoundness.Entry) -> JSONValue {
        [
            "circuit": .string(entry.circuit), "logHeight": integer(entry.logHeight),
            "minimumBits": bits(entry.report.minimum), "sumBits": bits(entry.report.sum),
            "rounds": .array(
                entry.report.rounds.map { round in
                    [
                        "name": .string(round.name), "errorBits": bits(round.errorBits),
                        "workBits": integer(round.workBits), "bits": bits(round.bits),
                    ]
                }),
        ]
    }

    private func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    private func bits(_ value: Double) -> JSONValue { Figure.json(value, decimals: 4) }
}
