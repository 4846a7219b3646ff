// swift-tools-version: 6.2
import PackageDescription

// The fuzz targets, with every source of Cairn's that they reach compiled for libFuzzer and the address sanitizer. A
// package of its own, because the flags that this takes are not allowed in a package that others may depend on;
// `Sources` and `Support` are links into the repository's own folders. Built and run by `make fuzz`.

let instrumented: [String] = ["-sanitize=fuzzer,address"]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(), .unsafeFlags(instrumented),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Support/\(name)", swiftSettings: settings)
}

let base: [Target.Dependency] = ["ByteCodec", "Cryptography", "ProofField"]
let domain: [Target.Dependency] = base + ["ChainTypes", "AccountTree", "SystemState"]
let proofs: [Target.Dependency] = ["STARKCore", "STARKVerifier", "Circuits"]
let rules: [Target.Dependency] = ["ProvingRules", "Execution", "Consensus", "Mempool"]
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
    .product(name: $0, package: "swift-nio")
}

let package = Package(
    name: "cairn-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CSecp256k1", path: "Sources/CSecp256k1", pkgConfig: "libsecp256k1"),
        .systemLibrary(name: "CBotan", path: "Sources/CBotan", pkgConfig: "botan-2"),
        .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
        .target(
            name: "CKernels", path: "Sources/CKernels",
            cSettings: [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]),

        module("ByteCodec"),
        module("Cryptography", ["ByteCodec", "CSecp256k1", "CBotan"]),
        module("ProofField", ["CKernels"]),
        module("ChainTypes", base),
        module("AccountTree", base + ["ChainTypes", "CKernels"]),
        module("SystemState", base + ["ChainTypes"]),
        module("STARKCore", ["ProofField", "CKernels"]),
        module("STARKVerifier", ["STARKCore", "ProofField"]),
        module("STARKProver", ["STARKCore", "STARKVerifier", "ProofField", "CKernels"]),
        module("Circuits", base + ["ChainTypes", "AccountTree", "STARKCore", "STARKVerifier"]),
        module("ProvingRules", base + ["ChainTypes", "SystemState"]),
        module("Execution", domain + ["ProvingRules"]),
        module("Consensus", ["ByteCodec", "Cryptography", "ChainTypes"]),
        module("Mempool", ["ByteCodec", "ChainTypes", .product(name: "HeapModule", package: "swift-collections")]),
        module("Replica", domain + proofs + rules),
        module("JSONRPC", ["ByteCodec"] + nio),
        // What reads bytes; sockets and TLS are none of a fuzzer's.
        .target(
            name: "PeerNetwork",
            dependencies: [
                "ByteCodec", "Cryptography", "CBotan", .product(name: "SwiftASN1", package: "swift-asn1"),
            ], path: "Sources/PeerNetwork",
            sources: [
                "EphemeralKey.swift", "Frame.swift", "NodeCertificate.swift", "PeerAddress.swift", "PeerChannel.swift",
                "PeerHello.swift", "PeerRefusal.swift", "TransportLimits.swift",
            ], swiftSettings: settings),
        // The record log; the database is none of a fuzzer's either.
        .target(
            name: "Storage", dependencies: ["ByteCodec", "Cryptography", "ChainTypes"], path: "Sources/Storage",
            sources: ["RecordLog.swift"], swiftSettings: settings),
        support("STARKSamples", ["STARKCore", "STARKVerifier", "STARKProver", "ProofField"]),
        support(
            "FuzzTargets",
            domain + proofs + rules + ["Replica", "JSONRPC", "PeerNetwork", "Storage", "STARKSamples"]),

        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets", "CFuzzer"], path: "Fuzzer",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(instrumented + ["-use-ld=lld"])]),
    ]
)
