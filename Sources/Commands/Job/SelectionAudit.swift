import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC
import NodeRuntime
import ProvingRules
import SystemState

/// A job's selection recomputed from public data, with what each datum rests on. A node that lies is caught, or the
/// datum is named as its word.
struct SelectionAudit: Sendable {
    struct Request: Sendable {
        let node: RemoteNode
        let job: JSONValue
        /// Owner, or operator key.
        let prover: Address
        /// The genesis that the caller trusts.
        let genesis: Genesis?
    }

    let job: Job
    let selectedAt: UInt64
    let owner: Address
    let explanation: Assignment.Explanation
    let checks: [AuditCheck]

    static func run(_ request: Request) async throws(CommandFailure) -> SelectionAudit {
        let node = request.node
        let answer = try await node.call("cairn_selection", [request.job])
        let bytes = try answer["job"].bytes()
        let job: Job
        do { job = try Job(record: bytes) } catch {
            throw CommandFailure("the node's answer cannot be read: the job's record: \(error)")
        }
        guard let height = job.selectedAt, height > 0 else {
            throw CommandFailure("job \(job.number) has no provers yet: it waits for enough to be available")
        }
        guard let list = answer["roster"].ifPresent else {
            throw CommandFailure(
                "the node does not hold the provers that job \(job.number) chose from; ask a node that executed block "
                    + "\(height)")
        }
        var audit = ChainAudit(node: node)
        let genesis = try await audit.genesis(request.genesis)
        let header = try await audit.decided(height)
        try await audit.randomness(header)
        let head = try await audit.decided(try answer["proof"]["height"].count())
        audit.record(of: job, bytes, try proof(answer["proof"]), under: head)
        let roster = try audit.roster(try list.bytes(), of: job)
        let owner = roster.entries.first { $0.owner == request.prover || $0.operatorKey == request.prover }?.owner
        let explanation = Assignment.explain(
            owner ?? request.prover, job: job, roster: roster, parameters: genesis.proving, mix: header.mix)
        audit.add(
            "draw and dealing", explanation.agrees,
            explanation.agrees
                ? "drawn again from seed \(Rendering.short("\(explanation.seed)")): the same provers, the same instances"
                : "the job's record has other provers or instances than the draw gives")
        return SelectionAudit(
            job: job, selectedAt: height, owner: owner ?? request.prover, explanation: explanation,
            checks: audit.checks)
    }

    private static func proof(_ answer: Answer) throws(CommandFailure) -> RecordProof {
        var path: [Bytes32] = []
        for sibling in try answer["path"].list() { path.append(try sibling.hash()) }
        return RecordProof(index: try answer["index"].count(), count: try answer["count"].count(), path: path)
    }
}

/// Checks what a node says of blocks against the validators of the genesis, and those who came after them.
struct ChainAudit {
    private(set) var checks: [AuditCheck] = []
    let node: RemoteNode
    /// Those known so far, the genesis's first.
    var sets: [Validators] = []
    /// The genesis's: what signatures bind, whatever a header says.
    private(set) var chainId: UInt64 = 0

    init(node: RemoteNode) { self.node = node }

    mutating func add(_ name: String, _ holds: Bool, _ detail: String) {
        checks.append(AuditCheck(name: name, result: holds ? .verified : .failed, detail: detail))
    }

    mutating func nodesWord(_ name: String, _ detail: String) {
        checks.append(AuditCheck(name: name, result: .nodesWord, detail: detail))
    }

    /// The caller's genesis, else the node's.
    mutating func genesis(_ trusted: Genesis?) async throws(CommandFailure) -> Genesis {
        let answer = try await node.call("cairn_genesis")
        let stated: Genesis
        do { stated = try GenesisFile.parse(answer.value.serialized) } catch {
            throw CommandFailure("the node's answer cannot be read: the genesis: \(error)")
        }
        if let trusted {
            add(
                "genesis", trusted.hash == stated.hash,
                trusted.hash == stated.hash
                    ? "the file given is the node's, \(Rendering.short("\(stated.hash)"))"
                    : "the node's chain has the genesis \(stated.hash), the file given is \(trusted.hash)")
        } else {
            nodesWord("genesis", "\(stated.hash); give --genesis to rest on your own copy")
        }
        let genesis = trusted ?? stated
        chainId = genesis.chainId
        // Changes act two heights on: block 1 has the validators of the genesis.
        sets = genesis.validatorSet.map { [Validators(height: 1, set: $0)] } ?? []
        return genesis
    }

    /// A header whose block more than two thirds of the validators decided.
    mutating func decided(_ height: UInt64) async throws(CommandFailure) -> BlockHeader {
        let header = try await node.header(height)
        guard height > 0 else { return header }
        let certificate = try await node.certificate(height)
        guard let set = try await validators(of: header) else { return header }
        do {
            try certificate.verify(
                chainId: chainId, validators: set, height: height, blockHash: header.hash)
            let signed = certificate.signatures.count { $0 != nil }
            add("block \(height)", true, "decided: \(signed) of \(set.validators.count) validators signed")
        } catch {
            add("block \(height)", false, "its certificate does not hold: \(error)")
        }
        return header
    }

    /// Whether a header's mix is its parent's with the output of the proposer's VRF.
    mutating func randomness(_ header: BlockHeader) async throws(CommandFailure) {
        let name = "randomness of block \(header.height)"
        let parent = try await node.header(header.height - 1)
        guard parent.hash == header.parentHash else {
            return add(name, false, "block \(parent.height) is not its parent")
        }
        guard let set = try await validators(of: header) else {
            return nodesWord(name, "the VRF key of its proposer is not known")
        }
        guard let validator = set.validators.first(where: { $0.address == header.proposer }) else {
            return add(name, false, "its proposer is none of its validators")
        }
        let alpha = Randao.alpha(chainId: header.chainId, height: header.height, parentMix: parent.mix)
        let output = try? VRF.verify(publicKey: validator.vrfKey, alpha: alpha, proof: header.vrfProof)
        let holds = output.map { Randao.nextMix(parent.mix, vrfOutput: $0) == header.mix } ?? false
        add(
            name, holds,
            holds
                ? "its mix is that of block \(parent.height) with the VRF output of \(header.proposer.checksummed)"
                : "its mix does not follow from its parent's by the proposer's VRF")
    }

    mutating func record(of job: Job, _ bytes: [UInt8], _ proof: RecordProof, under header: BlockHeader) {
        let holds = proof.shows(job: job.number, value: bytes, under: header.systemRoot)
        add(
            "record of job \(job.number)", holds,
            holds
                ? "in the system state of block \(header.height)"
                : "not in the system state of block \(header.height)")
    }

    mutating func roster(_ bytes: [UInt8], of job: Job) throws(CommandFailure) -> SelectionRoster {
        let roster: SelectionRoster
        do { roster = try SelectionRoster(record: bytes) } catch {
            throw CommandFailure("the node's answer cannot be read: the list of provers: \(error)")
        }
        let holds = SelectionRoster.digest(of: bytes) == job.rosterDigest
        add(
            "list of provers", holds,
            holds
                ? "\(Rendering.count(roster.entries.count, "prover")), bound by the job's record"
                : "not the one that the job's record binds")
        return roster
    }
}
