import Foundation
import Testing

extension ScenarioTests {
    private static let python = ProcessInfo.processInfo.environment["CAIRN_PYTHON"]

    /// web3.py and eth-account, which know nothing of Cairn, talk to a node as they do to Ethereum's.
    @Test(
        .enabled(if: python != nil, "CAIRN_PYTHON names no Python with the packages of Tests/requirements.txt"),
        .timeLimit(.minutes(10)))
    func aWalletLibraryWorks() async throws {
        let python = try #require(Self.python)
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let abis = here.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Genesis/abi")
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.5")
            _ = try await chain.runNode()
            for index in 0..<4 { _ = try chain.startProver(index) }
            // No traffic: what is proven are the script's own transfers.
            let script = try scenario.start(
                path: python, [here.appending(path: "web3_client.py").path, chain.node.url, abis.path], name: "web3.py")
            #expect(try await script.exit(within: .seconds(400)) == 0)
            try #require(script.output.contains("everything held"))
        }
    }
}
