import CommandShell
import JSONRPC
import ProofField
import STARKCore

/// What was measured, as text and as JSON (`Docs/Spec/Benchmarks.md`).
struct BenchReport {
    /// Of the JSON: a field may be added within a version, none changed or taken away.
    static let schema = 1

    let parameters: ProofParameters
    let cores: Int
    var kernels: [KernelBenchmark.Result] = []
    var proofs: [ProofBenchmark.Result] = []
    var job: JobBenchmark.Result?

    init(parameters: ProofParameters, cores: Int) {
        self.parameters = parameters
        self.cores = cores
    }

    private var isTest: Bool { parameters.name != ProofParameters.profileA.name }

    // MARK: Text

    var text: String {
        var lines = ["\(cores) cores, \(KernelBenchmark.levelName)", description]
        if !kernels.isEmpty { lines += ["", kernelTable.text] }
        if !proofs.isEmpty { lines += ["", proofTable.text, "", stageTable.text, "", sizeTable.text] }
        if let job { lines += ["", text(job)] }
        return lines.joined(separator: "\n")
    }

    private var description: String {
        let numbers =
            "rate 1/\(parameters.blowup), \(parameters.queryCount) queries, \(parameters.queryGrindingBits) bits "
            + "of work, folds by \(1 << parameters.foldLog)"
        return isTest ? "TEST PARAMETERS, not for any chain: \(numbers)" : "profile \(parameters.name): \(numbers)"
    }

    private var kernelTable: TextTable {
        var table = TextTable([
            .left("KERNEL"), .right("THREADS"), .right("M/S"), .right("M/S OF CPU"), .left("UNIT"),
            .right("× PORTABLE"),
            .left("REFERENCE"),
        ])
        for result in kernels {
            table.add([
                result.name, "\(result.threads)", Figure.nearest(result.perSecond / 1e6, decimals: 2),
                Figure.nearest(result.perCPUSecond / 1e6, decimals: 2), result.unit,
                Figure.nearest(result.ratioToPortable, decimals: 1), result.agrees ? "equal" : "DIFFERS",
            ])
        }
        return table
    }

    private var proofTable: TextTable {
        var table = TextTable([
            .left("PROOF"), .right("THREADS"), .right("MS"), .right("MS OF CPU"), .right("K ROWS/S"),
            .right("K ROWS/S OF CPU"), .right("KB"), .right("VERIFY MS"), .right("PEAK MB"), .right("BOUND MB"),
        ])
        for result in proofs {
            table.add([
                name(result), "\(result.threads)", Figure.nearest(1e3 * result.time.seconds, decimals: 1),
                Figure.nearest(1e3 * result.time.cpuSeconds, decimals: 1),
                Figure.nearest(result.perSecond / 1e3, decimals: 1),
                Figure.nearest(result.perCPUSecond / 1e3, decimals: 1),
                Figure.nearest(Double(result.sizes.total) / 1e3, decimals: 1),
                Figure.nearest(1e3 * result.verification.cpuSeconds, decimals: 1),
                Figure.nearest(Double(result.peakBytes) / 1e6, decimals: 0),
                Figure.nearest(Double(result.memoryBound) / 1e6, decimals: 0),
            ])
        }
        return table
    }

    private func name(_ result: ProofBenchmark.Result) -> String { "\(result.circuit) 2^\(result.logHeight)" }

    /// Shares of the CPU time, in percent.
    private var stageTable: TextTable {
        let names = proofs.first?.stages.map(\.name) ?? []
        var table = TextTable(
            [.left("PERCENT OF CPU"), .right("THREADS")] + names.map { .right($0) }
                + [.right("hashing"), .right("transforms"), .right("outside of both")])
        for result in proofs {
            func percent(_ seconds: Double) -> String {
                Figure.nearest(100 * seconds / max(result.time.cpuSeconds, 1e-9), decimals: 1)
            }
            table.add(
                [name(result), "\(result.threads)"] + result.stages.map { percent($0.cpuSeconds) } + [
                    percent(result.hashSeconds), percent(result.transformSeconds),
                    Figure.nearest(100 * result.shareOutsideHashingAndTransforms, decimals: 1),
                ])
        }
        return table
    }

    private var sizeTable: TextTable {
        let names = proofs.first?.sizes.components.map(\.name) ?? []
        var table = TextTable([.left("BYTES"), .right("THREADS")] + names.map { .right($0) })
        for result in proofs {
            table.add([name(result), "\(result.threads)"] + result.sizes.components.map { "\($0.bytes)" })
        }
        return table
    }

    private func text(_ job: JobBenchmark.Result) -> String {
        "a block's job of \(job.operations) operations: \(job.instances) instances, \(job.rows) rows, traces "
            + "\(Figure.nearest(1e3 * job.traceSeconds, decimals: 1)) ms, commitment "
            + "\(Figure.nearest(1e3 * job.commitSeconds, decimals: 1)) ms, proofs "
            + "\(Figure.nearest(1e3 * job.proveSeconds, decimals: 1)) ms of CPU (work "
            + "\(Figure.nearest(1e3 * job.workSeconds, decimals: 1)) ms), \(job.bytes) bytes, verification "
            + "\(Figure.nearest(1e3 * job.verifySeconds, decimals: 1)) ms"
    }

    // MARK: JSON

    var json: JSONValue {
        var members = [
            JSONMember("schema", integer(Self.schema)),
            JSONMember("machine", ["cores": integer(cores), "instructions": .string(KernelBenchmark.levelName)]),
            JSONMember(
                "parameters",
                [
                    "name": .string(parameters.name), "isTest": .bool(isTest), "blowup": integer(parameters.blowup),
                    "queries": integer(parameters.queryCount), "queryWorkBits": integer(parameters.queryGrindingBits),
                    "batchingWorkBits": integer(parameters.batchingGrindingBits),
                    "foldArity": integer(1 << parameters.foldLog),
                ]),
            JSONMember("kernels", .array(kernels.map(object))), JSONMember("proofs", .array(proofs.map(object))),
        ]
        if let job { members.append(JSONMember("job", object(job))) }
        return .object(members)
    }

    private func object(_ result: KernelBenchmark.Result) -> JSONValue {
        [
            "name": .string(result.name), "unit": .string(result.unit), "threads": integer(result.threads),
            "perSecond": number(result.perSecond, 0), "perCPUSecond": number(result.perCPUSecond, 0),
            "ratioToPortable": number(result.ratioToPortable, 2), "agrees": .bool(result.agrees),
        ]
    }

    private func object(_ result: ProofBenchmark.Result) -> JSONValue {
        [
            "circuit": .string(result.circuit), "columns": integer(result.columns),
            "logHeight": integer(result.logHeight), "threads": integer(result.threads),
            "seconds": number(result.time.seconds, 6), "cpuSeconds": number(result.time.cpuSeconds, 6),
            "permutationsPerSecond": number(result.perSecond, 0),
            "permutationsPerCPUSecond": number(result.perCPUSecond, 0),
            "stages": .array(
                result.stages.map { stage in
                    [
                        "name": .string(stage.name), "cpuSeconds": number(stage.cpuSeconds, 6),
                        "share": number(stage.cpuSeconds / max(result.time.cpuSeconds, 1e-9), 4),
                    ]
                }),
            "hashCPUSeconds": number(result.hashSeconds, 6),
            "transformCPUSeconds": number(result.transformSeconds, 6),
            "shareOutsideHashingAndTransforms": number(result.shareOutsideHashingAndTransforms, 4),
            "bytes": integer(result.sizes.total),
            "bytesByComponent": .object(
                result.sizes.components.map { JSONMember($0.name, integer($0.bytes)) }),
            "verifyCPUSeconds": number(result.verification.cpuSeconds, 6), "peakBytes": integer(result.peakBytes),
            "memoryBoundBytes": integer(result.memoryBound),
        ]
    }

    private func object(_ job: JobBenchmark.Result) -> JSONValue {
        [
            "operations": integer(job.operations), "instances": integer(job.instances), "rows": integer(job.rows),
            "threads": integer(job.threads), "traceCPUSeconds": number(job.traceSeconds, 6),
            "commitCPUSeconds": number(job.commitSeconds, 6), "proveCPUSeconds": number(job.proveSeconds, 6),
            "workCPUSeconds": number(job.workSeconds, 6), "bytes": integer(job.bytes),
            "verifyCPUSeconds": number(job.verifySeconds, 6),
        ]
    }

    private func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    private func number(_ value: Double, _ decimals: Int) -> JSONValue { Figure.json(value, decimals: decimals) }
}
