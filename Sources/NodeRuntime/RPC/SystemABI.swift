package import ChainTypes
package import JSONRPC

/// The ABI of the system contracts: what `Genesis/abi` holds and `cairn_systemContracts` answers. A test holds it
/// against the selectors and topics that the node really reads and writes.
package enum SystemABI {
    /// Name and Solidity type; `isIndexed` counts in events.
    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var type: String
        package var isIndexed = false
    }

    package struct Entry: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case function(outputs: [Parameter], mutability: String)
            case event
        }
        package var kind: Kind
        package var name: String
        package var inputs: [Parameter]

        /// As it is hashed into selectors and topics.
        package var signature: String { "\(name)(\(inputs.map(\.type).joined(separator: ",")))" }
        package var isEvent: Bool { kind == .event }
        package var isView: Bool {
            if case .function(_, "view") = kind { true } else { false }
        }
    }

    /// The contract's name, that of its file too.
    package static func name(of contract: SystemContract) -> String {
        switch contract {
        case .proverRegistry: "ProverRegistry"
        case .claims: "Claims"
        case .provingJobs: "ProvingJobs"
        case .validators: "Validators"
        }
    }

    package static func entries(of contract: SystemContract) -> [Entry] {
        switch contract {
        case .proverRegistry: registry
        case .claims: claims
        case .provingJobs: jobs
        case .validators: validators
        }
    }

    /// The contract's ABI in the form of Solidity's compiler.
    package static func json(of contract: SystemContract) -> JSONValue {
        .list(entries(of: contract)) { entry in
            let inputs = JSONValue.list(entry.inputs) { json($0, inEvent: entry.isEvent) }
            switch entry.kind {
            case .event:
                return ["type": "event", "name": .string(entry.name), "inputs": inputs, "anonymous": false]
            case .function(let outputs, let mutability):
                return [
                    "type": "function", "name": .string(entry.name), "inputs": inputs,
                    "outputs": .list(outputs) { json($0, inEvent: false) }, "stateMutability": .string(mutability),
                ]
            }
        }
    }

    private static func json(_ parameter: Parameter, inEvent: Bool) -> JSONValue {
        let fields: JSONValue = [
            "name": .string(parameter.name), "type": .string(parameter.type), "internalType": .string(parameter.type),
        ]
        return inEvent ? fields.merging(["indexed": .bool(parameter.isIndexed)]) : fields
    }

    // MARK: - Contracts

    private static let registry =
        [
            call("register", "address operatorKey, address recipient", mutability: "payable"),
            call("deposit", "address owner", mutability: "payable"), call("setOperator", "address operatorKey"),
            call("setRecipient", "address recipient"), call("pause"), call("resume"), call("leave"),
            call("withdraw"), call("unjail"),
            view(
                "prover", "address owner",
                returns: """
                    address operatorKey, address recipient, uint256 stake, uint256 pendingStake, uint256 unbonding, \
                    uint64 activeFrom, bool active, bool paused, bool leaving, bool jailed
                    """),
            view("ownerOf", "address operatorKey", returns: "address owner"),
            view("proverCount", returns: "uint256 count"), view("proverAt", "uint256 index", returns: "address owner"),
            view("minimumStake", returns: "uint256 stake"),
            event(
                "ProverRegistered",
                "address indexed owner, address indexed operatorKey, address recipient, uint256 stake"),
            event("StakeDeposited", "address indexed owner, uint256 amount, uint64 activeFrom"),
            event("OperatorChanged", "address indexed owner, address operatorKey, uint64 activeFrom"),
            event("RecipientChanged", "address indexed owner, address recipient, uint64 activeFrom"),
            event("ProverPaused", "address indexed owner"),
            event("ProverResumed", "address indexed owner, uint64 activeFrom"),
            event("ProverLeaving", "address indexed owner"),
            event("UnbondingStarted", "address indexed owner, uint256 amount, uint64 releaseAt"),
            event("StakeWithdrawn", "address indexed owner, uint256 amount"),
            event("ProverJailed", "address indexed owner, uint64 until"),
            event("ProverUnjailed", "address indexed owner, uint64 activeFrom"),
        ]

    private static let claims = [
        call("claim"), call("claimFor", "address beneficiary"),
        view("claimable", "address beneficiary", returns: "uint256 amount"),
        event("Claimed", "address indexed beneficiary, uint256 amount"),
    ]

    private static let jobs = [
        view("provenHeight", returns: "uint64 height"), view("jobCount", returns: "uint64 count"),
        view("jobId", "uint64 number", returns: "bytes32 id"),
        view(
            "jobState", "bytes32 id",
            returns:
                "uint64 number, uint8 phase, uint64 firstHeight, uint64 lastHeight, uint32 instances, bool proven, "
                + "uint32 subBlock, uint32 subBlockCount"),
        event(
            "JobSelected",
            "bytes32 indexed jobId, uint64 indexed firstHeight, uint64 lastHeight, uint32 attempt, address[] provers"),
        event("BlockSplit", "uint64 indexed height, uint32 subBlocks"),
        event(
            "SubBlockSelected", "bytes32 indexed jobId, uint64 indexed height, uint32 subBlock, uint32 subBlockCount"),
        event("BlockAggregated", "bytes32 indexed jobId, uint64 indexed height, address owner"),
        event("Committed", "bytes32 indexed jobId, address indexed owner, uint8 phase"),
        event("InstancesReassigned", "bytes32 indexed jobId, uint32 count"),
        event("T1Closed", "bytes32 indexed jobId, uint32 commitments, bool commitGap"),
        event("ChallengeSet", "bytes32 indexed jobId, bytes32 challenge"),
        event("Submitted", "bytes32 indexed jobId, address indexed owner, uint32 instances"),
        event("PartialsComplete", "bytes32 indexed jobId"),
        event("FullProofAccepted", "bytes32 indexed jobId, address indexed owner, uint8 phase, uint32 reused"),
        event("ProofRejected", "bytes32 indexed jobId, address indexed owner, uint8 phase"),
        event("PhaseOpened", "bytes32 indexed jobId, uint8 phase, uint64 endsAt"),
        event("JobProven", "bytes32 indexed jobId, uint64 indexed firstHeight, uint64 lastHeight"),
        event("JobRetried", "bytes32 indexed jobId, bytes32 nextJobId, uint32 attempt"),
        event("JobClosed", "bytes32 indexed jobId, uint8 outcome"),
        event("ProvenHeightAdvanced", "uint64 height"),
        event("RewardPaid", "bytes32 indexed jobId, address indexed account, uint256 amount, string reason"),
        event("Penalised", "bytes32 indexed jobId, address indexed account, uint256 amount, string reason"),
    ]

    private static let validators = [
        call(
            "register", "bytes signingKey, bytes signature, bytes vrfKey, bytes vrfProof, address recipient",
            mutability: "payable"),
        call("deposit", "address validator", mutability: "payable"), call("leave"), call("withdraw"), call("unjail"),
        call("setRecipient", "address recipient"), call("setOwner", "address owner"),
        view(
            "validator", "address validator",
            returns: """
                address owner, address recipient, bytes signingKey, bytes vrfKey, uint256 stake, uint256 unbonding, \
                uint64 activeFrom, bool leaving, bool jailed, bool tombstoned
                """),
        view("validatorOf", "address owner", returns: "address validator"),
        view("validatorCount", returns: "uint256 count"),
        view("validatorAt", "uint256 index", returns: "address validator"),
        view("validatorSet", "uint64 height", returns: "address[] validators, uint64[] powers"),
        view("minimumStake", returns: "uint256 stake"),
        event(
            "ValidatorRegistered",
            "address indexed validator, address indexed owner, address recipient, uint256 stake, uint64 activeFrom"),
        event("StakeDeposited", "address indexed validator, uint256 amount"),
        event("ValidatorLeaving", "address indexed validator, uint256 amount, uint64 releaseAt"),
        event("StakeWithdrawn", "address indexed validator, address indexed owner, uint256 amount"),
        event("RecipientChanged", "address indexed validator, address recipient"),
        event("OwnerChanged", "address indexed validator, address owner"),
        event("ValidatorJailed", "address indexed validator, uint64 until"),
        event("ValidatorUnjailed", "address indexed validator, uint64 activeFrom"),
        event("ProposalMissed", "address indexed validator, uint32 round, uint256 amount"),
        event(
            "ValidatorSlashed",
            "address indexed validator, uint64 height, uint32 round, uint8 kind, uint256 amount"),
        event("ValidatorSetChanged", "uint64 height, bytes32 hash, uint32 validators, uint64 totalPower"),
    ]

    // MARK: - Notation

    private static func call(_ name: String, _ inputs: String = "", mutability: String = "nonpayable") -> Entry {
        Entry(kind: .function(outputs: [], mutability: mutability), name: name, inputs: parameters(inputs))
    }

    private static func view(_ name: String, _ inputs: String = "", returns outputs: String) -> Entry {
        Entry(
            kind: .function(outputs: parameters(outputs), mutability: "view"), name: name, inputs: parameters(inputs))
    }

    private static func event(_ name: String, _ inputs: String) -> Entry {
        Entry(kind: .event, name: name, inputs: parameters(inputs))
    }

    /// Reads Solidity's notation: "address indexed owner, uint256 amount".
    private static func parameters(_ text: String) -> [Parameter] {
        text.split(separator: ",").map { item in
            let words = item.split(separator: " ")
            return Parameter(
                name: words.last.map(String.init) ?? "", type: words.first.map(String.init) ?? "",
                isIndexed: words.count == 3)
        }
    }
}
