// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for every Swift target.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // `any` marks every existential: its cost is visible where it is paid.
    .enableUpcomingFeature("ExistentialAny"),
    // Imports are internal unless a signature needs them: layers do not leak.
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // Every use of an unsafe pointer is marked where it stands.
    .strictMemorySafety(),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// What several test targets share.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: settings)
}

let base: [Target.Dependency] = ["ByteCodec", "Cryptography", "ProofField"]
let domain: [Target.Dependency] = base + ["ChainTypes", "AccountTree", "SystemState"]
let proofs: [Target.Dependency] = ["STARKCore", "STARKVerifier", "Circuits"]
let rules: [Target.Dependency] = ["ProvingRules", "Execution", "Consensus", "Mempool"]

let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
    .product(name: $0, package: "swift-nio")
}
let tls: [Target.Dependency] = [
    .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "cairn",
    products: [
        .executable(name: "cairn", targets: ["cairn"]),
        .executable(name: "cairn-prover", targets: ["cairn-prover"]),
        .executable(name: "cairn-sim", targets: ["cairn-sim"]),
        .executable(name: "cairn-bench", targets: ["cairn-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // C
        .systemLibrary(name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CBotan", pkgConfig: "botan-2", providers: [.apt(["libbotan-2-dev"])]),
        .target(name: "CKernels"),

        // Base
        module("ByteCodec"),
        module("SeededRandom"),
        module("Cryptography", ["ByteCodec", "CSecp256k1", "CBotan"]),
        module("ProofField", ["CKernels"]),

        // Domain
        module("ChainTypes", base),
        module("AccountTree", base + ["ChainTypes", "CKernels"]),
        module("SystemState", base + ["ChainTypes"]),

        // Proofs
        module("STARKCore", ["ProofField", "CKernels"]),
        module("STARKVerifier", ["STARKCore", "ProofField"]),
        module("STARKProver", ["STARKCore", "STARKVerifier", "ProofField", "CKernels"]),
        module("Circuits", base + ["ChainTypes", "AccountTree", "STARKCore", "STARKVerifier"]),

        // Rules
        module("ProvingRules", base + ["ChainTypes", "SystemState"]),
        module("Execution", domain + ["ProvingRules"]),
        module("Consensus", ["ByteCodec", "Cryptography", "ChainTypes"]),
        module("Mempool", ["ByteCodec", "ChainTypes", .product(name: "HeapModule", package: "swift-collections")]),

        // Replica
        module("Replica", domain + proofs + rules),

        // Adapters
        module("Storage", ["ByteCodec", "Cryptography", "ChainTypes", "CRocksDB"]),
        module("JSONRPC", ["ByteCodec"] + nio),
        module("PeerNetwork", ["ByteCodec", "Cryptography", "CBotan", logging] + nio + tls),

        // Assembly
        module("NodeRuntime", domain + proofs + rules + ["Replica", "Storage", "JSONRPC", "PeerNetwork", logging]),
        module("ProverRuntime", domain + proofs + ["ProvingRules", "STARKProver", "JSONRPC", logging]),
        module(
            "Simulation",
            domain + proofs + rules + [
                "Replica", "SeededRandom", .product(name: "HeapModule", package: "swift-collections"),
            ]),
        module("ProvingLab", domain + proofs + rules + ["Replica", "STARKProver", "ProverRuntime", "SeededRandom"]),

        // Commands
        module("CommandShell", base + ["JSONRPC", arguments, logging]),
        .target(
            name: "Commands",
            dependencies: domain + proofs + [
                "ProvingRules", "Replica", "Storage", "JSONRPC", "PeerNetwork", "NodeRuntime", "CommandShell",
                "SeededRandom", arguments, logging,
            ], resources: [.embedInCode("Devnet/devnet.json")], swiftSettings: settings),
        module(
            "ProverCommands",
            domain + proofs + [
                "ProverRuntime", "STARKProver", "CKernels", "JSONRPC", "CommandShell", arguments, logging,
            ]),
        module("SimulationCommands", domain + ["Simulation", "ProvingLab", "CommandShell", "JSONRPC", arguments]),
        program("cairn", ["Commands", "CommandShell"]),
        program("cairn-prover", ["ProverCommands", "CommandShell"]),
        program("cairn-sim", ["SimulationCommands", "CommandShell"]),
        program("cairn-bench", domain + proofs + ["Mempool", "NodeRuntime", "PeerNetwork", "Replica", logging]),

        // Test support
        support("STARKSamples", ["STARKCore", "STARKVerifier", "STARKProver", "ProofField"]),
        support(
            "FuzzTargets",
            domain + proofs + rules + ["Replica", "JSONRPC", "PeerNetwork", "Storage", "STARKSamples"]),
        support("SampleChain", domain + proofs + rules + ["Replica", "STARKProver", "ProverRuntime"]),

        // Tests
        tests("ByteCodec", ["SeededRandom"]),
        tests("SeededRandom"),
        tests("Cryptography", ["ByteCodec"]),
        tests("ProofField", ["CKernels", "SeededRandom"]),
        tests("ChainTypes", base + ["SeededRandom"]),
        tests("AccountTree", base + ["ChainTypes", "SeededRandom"]),
        tests("SystemState", base + ["ChainTypes"]),
        tests("STARKCore", ["STARKSamples", "ProofField", "CKernels", "SeededRandom"]),
        tests("STARKVerifier", ["STARKSamples", "STARKCore", "STARKProver", "ProofField", "CKernels", "SeededRandom"]),
        tests("STARKProver", ["STARKSamples", "STARKCore", "STARKVerifier", "ProofField", "CKernels"]),
        tests("Circuits", domain + ["STARKSamples", "STARKCore", "STARKVerifier", "STARKProver", "SeededRandom"]),
        tests("FuzzTargets"),
        tests("ProvingRules", domain),
        tests("Execution", domain + ["ProvingRules", "SampleChain", "SeededRandom"]),
        tests("Consensus", ["ByteCodec", "Cryptography", "ChainTypes", "Simulation"]),
        tests("Mempool", base + ["ChainTypes", "SampleChain", "SeededRandom"]),
        tests("Replica", domain + proofs + rules + ["SampleChain", "SeededRandom", "STARKProver", "ProverRuntime"]),
        tests("Storage", ["ChainTypes"]),
        tests("JSONRPC", ["ByteCodec"] + nio),
        tests("PeerNetwork", ["ByteCodec", "Cryptography", logging] + nio + tls),
        tests("Simulation", domain + proofs + rules + ["Replica", "cairn-sim"]),
        tests("ProvingLab", domain + proofs + rules + ["Replica", "STARKProver", "ProverRuntime"]),
        tests(
            "NodeRuntime",
            domain + proofs + rules + ["Replica", "SampleChain", "Storage", "JSONRPC", "PeerNetwork", logging]),
        tests("ProverRuntime", domain + proofs + rules + ["SampleChain", "Replica", logging]),
        tests(
            "Commands",
            domain + rules + [
                "CommandShell", "JSONRPC", "ProverCommands", "NodeRuntime", "Replica", "SampleChain", arguments,
                logging,
            ]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "cairn", "cairn-prover", "ByteCodec", "Cryptography", "ChainTypes", "Consensus", "Replica",
                "NodeRuntime", "PeerNetwork", "JSONRPC", "SeededRandom", logging,
            ] + nio,
            exclude: ["web3_client.py"], swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)
