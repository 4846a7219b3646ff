import AccountTree
import ByteCodec
import ChainTypes
import Foundation
import ProofField
import Testing

/// `Tests/Vectors/account_tree.json`, written by a second implementation (`generate_account_tree.py`).
struct AccountTreeVectorTests {
    private struct Vectors: Decodable {
        struct AccountVector: Decodable {
            let address: String
            let nonce: String
            let balance: String
            let leaf: String
        }
        struct OperationVector: Decodable {
            let index: UInt32
            let address: String
            let flags: UInt8
            let amount: String
        }
        struct ListVector: Decodable {
            let root: String
            let digest: String
        }
        let accounts: [AccountVector]
        let rootsByAccountCount: [String]
        let operations: [OperationVector]
        let operationsByCount: [ListVector]
    }

    private func load() throws -> Vectors {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Vectors/account_tree.json"))
        return try JSONDecoder().decode(Vectors.self, from: data)
    }

    private func digest(_ hex: String) throws -> Digest {
        let bytes = try #require(Hex.decode(hex))
        return try #require(Digest(bytes: bytes))
    }

    @Test func leavesAndRoots() throws {
        let vectors = try load()
        var accounts: [Account] = []
        #expect(AccountTree().root == (try digest(vectors.rootsByAccountCount[0])))
        for (vector, root) in zip(vectors.accounts, vectors.rootsByAccountCount.dropFirst()) {
            let account = Account(
                address: try #require(Address(hex: vector.address)), nonce: try #require(UInt64(vector.nonce)),
                balance: try #require(UInt128(vector.balance)))
            accounts.append(account)
            #expect(LeafHalves(account).digest == (try digest(vector.leaf)))
            #expect(AccountTree(accounts: accounts).root == (try digest(root)))
        }
        #expect(accounts.count == 7)
    }

    @Test func operationRootsAndDigests() throws {
        let vectors = try load()
        let operations = try vectors.operations.map { vector in
            AccountOperation(
                index: vector.index, address: try #require(Address(hex: vector.address)),
                incrementsNonce: vector.flags & 1 != 0, amount: try #require(UInt128(vector.amount)),
                isDebit: vector.flags & 2 != 0, creates: vector.flags & 4 != 0)
        }
        #expect(vectors.operationsByCount.count == operations.count + 1)
        for (count, vector) in vectors.operationsByCount.enumerated() {
            let tree = OperationsTree(Array(operations[..<count]))
            #expect(tree.root == (try digest(vector.root)))
            #expect(tree.digest == Bytes32(hex: vector.digest))
        }
    }
}
