import CommandShell
import Cryptography

/// One job with its plan, its provers and its money.
enum JobDetails {
    static func render(_ job: Answer) throws(CommandFailure) -> String {
        [
            try head(job), try siblings(job), try plan(job["plan"]), try provers(job["provers"]),
            try fullProofs(job["fullProofDetails"]),
            try history(job["history"]), try payments(job["payments"]),
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func head(_ job: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("job", "\(try job["number"].count()), attempt \(try job["attempt"].count() + 1)")
        fields.add("id", try job["id"].text())
        fields.add(
            "blocks",
            Rendering.heights(try job["firstHeight"].count(), try job["lastHeight"].count())
                + ", \(Rendering.count(try job["operations"].count(), "operation"))")
        let (kind, count) = (try job["kind"].text(), try job["subBlockCount"].count())
        if kind == "subBlock" {
            let first = try job["firstOperation"].count()
            fields.add(
                "sub-block",
                "\(try job["subBlock"].count() + 1) of \(count), operations from \(first + 1) on")
        } else if kind == "aggregation" {
            fields.add("aggregates", "the proofs of \(count) sub-blocks")
        }
        let end = try job["windowEndsAt"].ifPresent.map { (end) throws(CommandFailure) in
            ", open until block \(try end.count())"
        }
        fields.add("phase", try job["phase"].text() + (end ?? ""))
        fields.add("state", try job["state"].text())
        let statement = job["statement"]
        fields.add("accounts root", "\(try statement["before"].text()) before")
        fields.add("", "\(try statement["after"].text()) after")
        fields.add("program", try statement["programHash"].text())
        fields.add("challenge", try job["challenge"].ifPresent?.text() ?? "not yet")
        if try job["commitGap"].flag() { fields.add("commit gap", "an instance was committed by nobody") }
        if let height = job["provenAt"].ifPresent {
            fields.add("proven", "in block \(try height.count())")
        }
        return fields.text
    }

    /// The other jobs over the same split block: its sub-blocks and their aggregation.
    private static func siblings(_ job: Answer) throws(CommandFailure) -> String {
        var table = TextTable([
            .right("job"), .left("same block"), .left("phase"), .left("state"), .left("proven in"),
        ])
        for sibling in try job["siblings"].list() {
            let isAggregation = try sibling["kind"].text() == "aggregation"
            table.add([
                "\(try sibling["number"].count())",
                isAggregation ? "aggregation" : "sub-block \(try sibling["subBlock"].count() + 1)",
                try sibling["phase"].text(), try sibling["state"].text(), try place(sibling["provenAt"]),
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    private static func plan(_ plan: Answer) throws(CommandFailure) -> String {
        var table = TextTable([.right("instance"), .left("circuit"), .right("rows"), .right("weight")])
        for (index, instance) in try plan.list().enumerated() {
            table.add([
                "\(index)", try instance["name"].text(), "2^\(try instance["logHeight"].count())",
                "\(try instance["weight"].count())",
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    private static func provers(_ provers: Answer) throws(CommandFailure) -> String {
        var table = TextTable([
            .left("prover"), .left("instances"), .left("committed"), .left("submitted"), .left("verdict"),
        ])
        for prover in try provers.list() {
            var instances: [String] = []
            for instance in try prover["instances"].list() { instances.append("\(try instance.count())") }
            let verdict = try prover["valid"].ifPresent.map { (v) throws(CommandFailure) in
                try v.flag() ? "valid" : "INVALID"
            }
            table.add([
                try prover["owner"].address().checksummed, instances.joined(separator: " "),
                try place(prover["committedAt"]), try place(prover["submittedAt"]), verdict ?? "",
            ])
        }
        return table.isEmpty ? "no provers selected" : table.text
    }

    private static func place(_ height: Answer) throws(CommandFailure) -> String {
        guard let height = height.ifPresent else { return "" }
        return "block \(try height.count())"
    }

    private static func fullProofs(_ proofs: Answer) throws(CommandFailure) -> String {
        var table = TextTable([
            .left("full proof by"), .left("phase"), .left("kind"), .right("block"), .right("reused"), .right("inline"),
            .left("verdict"),
        ])
        for proof in try proofs.list() {
            table.add([
                try proof["owner"].address().checksummed, try proof["phase"].text(),
                try proof["kind"].ifPresent?.text() ?? "", "\(try proof["height"].count())",
                "\(try proof["reused"].list().count)", "\(try proof["inline"].list().count)",
                try proof["valid"].flag() ? "valid" : "INVALID",
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    private static func history(_ history: Answer) throws(CommandFailure) -> String {
        var table = TextTable([.right("block"), .left("time"), .left("reached")])
        for milestone in try history.list() {
            let time = try milestone["time"].ifPresent.map { (t) throws(CommandFailure) in
                UnixTime.text(seconds: try t.count() / 1_000)
            }
            table.add(["\(try milestone["height"].count())", time ?? "", try milestone["state"].text()])
        }
        return table.isEmpty ? "" : table.text
    }

    /// The settlement of a job; empty text while there is none.
    static func payments(_ payments: Answer) throws(CommandFailure) -> String {
        var table = TextTable([.left("account"), .left("role"), .right("amount"), .left("for")])
        for payment in try payments.list() {
            let isPenalty = try payment["kind"].text() == "penalty"
            table.add([
                try payment["account"].address().checksummed, try payment["role"].text(),
                (isPenalty ? "-" : "+") + Rendering.amount(try payment["amount"].amount()),
                try payment["reason"].text(),
            ])
        }
        return table.isEmpty ? "" : table.text
    }
}
