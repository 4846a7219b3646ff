import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import ProofField

/// Blocks, transactions, receipts and logs with every key that execution-apis names.
enum EthereumJSON {
    /// Keccak-256 of rlp([]), which is what a header without uncles holds.
    static let noUncles: JSONValue = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"

    /// Seconds, as Ethereum's headers have them.
    static func timestamp(_ milliseconds: UInt64) -> JSONValue { .quantity(milliseconds / 1_000) }

    /// The fields of a header, as `newHeads` sends them. `stateRoot` is Keccak-256 of accounts root and system root;
    /// `mixHash` is the RANDAO mix.
    static func header(_ header: BlockHeader, hash: Bytes32) -> JSONValue {
        [
            "number": .quantity(header.height), "hash": .data(hash), "parentHash": .data(header.parentHash),
            "nonce": "0x0000000000000000", "mixHash": .data(header.mix), "sha3Uncles": noUncles,
            "logsBloom": .data(header.logsBloom.bytes), "transactionsRoot": .data(header.transactionsRoot),
            "stateRoot": .data(Keccak256.hash(header.accountsRoot.bytes, header.systemRoot.bytes)),
            "receiptsRoot": .data(header.receiptsRoot), "miner": .data(header.proposer), "difficulty": "0x0",
            "extraData": "0x", "gasLimit": .quantity(header.gasLimit), "gasUsed": .quantity(header.gasUsed),
            "timestamp": timestamp(header.timestamp), "baseFeePerGas": .quantity(header.baseFee),
        ]
    }

    static func block(_ report: BlockReport, full: Bool, genesis: Genesis) throws(StorageFault) -> JSONValue {
        var transactions: [JSONValue] = []
        if full {
            for (index, transaction) in try report.transactions(chainId: genesis.chainId).enumerated() {
                transactions.append(
                    self.transaction(
                        transaction, in: report.header, hash: report.hash, index: index, gas: genesis.chain.gas))
            }
        } else {
            transactions = report.transactionHashes.map { .data($0) }
        }
        let rest: JSONValue = [
            "totalDifficulty": "0x0", "size": .quantity(report.block.encoded.count), "uncles": [],
            "transactions": .array(transactions),
        ]
        return header(report.header, hash: report.hash).merging(rest)
    }

    // MARK: - Transactions

    /// A transaction in a block, or a pending one without `header`.
    static func transaction(
        _ transaction: VerifiedTransaction, in header: BlockHeader?, hash: Bytes32?, index: Int?, gas: GasSchedule
    ) -> JSONValue {
        let price = header.flatMap { transaction.effectiveGasPrice(baseFee: $0.baseFee) } ?? transaction.maxFeePerGas
        let place: JSONValue = [
            "blockHash": .optional(hash) { .data($0) }, "blockNumber": .optional(header) { .quantity($0.height) },
            "blockTimestamp": .optional(header) { timestamp($0.timestamp) },
            "transactionIndex": .optional(index) { .quantity($0) }, "hash": .data(transaction.hash),
            "from": .data(transaction.sender), "type": .quantity(transaction.kind.rawValue),
            "chainId": .quantity(transaction.chainId), "gas": .quantity(transaction.gasLimit(gas)),
            "gasPrice": .quantity(price),
        ]
        switch transaction.body {
        case .ordinary(let ordinary):
            return place.merging(fields(ordinary)).merging(signature(transaction, ordinary.kind))
        case .proving(let proving):
            return place.merging(fields(proving, encoded: transaction.encoded))
                .merging(signature(transaction, .proving))
        }
    }

    private static func fields(_ transaction: OrdinaryTransaction) -> JSONValue {
        let common: JSONValue = [
            "to": .optional(transaction.to) { .data($0) }, "nonce": .quantity(transaction.nonce),
            "value": .quantity(transaction.value),
            "input": .data(transaction.data),
        ]
        guard transaction.kind != .legacy else { return common }
        let list = JSONValue.list(transaction.accessList) { entry in
            ["address": .data(entry.address), "storageKeys": .list(entry.storageKeys) { .data($0) }]
        }
        guard transaction.kind == .dynamicFee else { return common.merging(["accessList": list]) }
        return common.merging([
            "accessList": list, "maxFeePerGas": .quantity(transaction.maxFeePerGas),
            "maxPriorityFeePerGas": .quantity(transaction.maxPriorityFeePerGas),
        ])
    }

    /// `input` is the transaction itself; its payload is had by `cairn_payload`.
    private static func fields(_ transaction: ProvingTransaction, encoded: [UInt8]) -> JSONValue {
        [
            "to": .data(SystemContract.provingJobs.address), "nonce": "0x0", "value": "0x0",
            "input": .data(encoded), "accessList": [], "maxFeePerGas": .quantity(transaction.maxFeePerGas),
            "maxPriorityFeePerGas": .quantity(transaction.maxPriorityFeePerGas),
        ]
    }

    private static func signature(_ transaction: VerifiedTransaction, _ kind: TransactionKind) -> JSONValue {
        let signature = transaction.signature
        let numbers: JSONValue = ["r": .quantity(signature.r), "s": .quantity(signature.s)]
        guard kind == .legacy else {
            let parity = JSONValue.quantity(signature.recoveryId)
            return numbers.merging(["v": parity, "yParity": parity])
        }
        return numbers.merging([
            "v": .quantity(UInt128(transaction.chainId) * 2 + 35 + UInt128(signature.recoveryId))
        ])
    }

    // MARK: - Receipts

    static func receipts(_ report: BlockReport, chainId: UInt64) throws(StorageFault) -> [JSONValue] {
        let logs = report.logs
        var receipts: [JSONValue] = []
        for (index, transaction) in try report.transactions(chainId: chainId).enumerated() {
            receipts.append(try receipt(transaction, index, of: report, logs: logs))
        }
        if !report.receipts.systemLogs.isEmpty { receipts.append(systemReceipt(of: report, logs: logs)) }
        return receipts
    }

    /// The receipt at `index`; the index after the last transaction is that of the system receipt.
    static func receipt(_ index: Int, of report: BlockReport, chainId: UInt64) throws(StorageFault) -> JSONValue {
        guard index < report.block.transactions.count else { return systemReceipt(of: report, logs: report.logs) }
        return try receipt(try report.transaction(index, chainId: chainId), index, of: report, logs: report.logs)
    }

    private static func receipt(
        _ transaction: VerifiedTransaction, _ index: Int, of report: BlockReport, logs: [PlacedLog]
    ) throws(StorageFault) -> JSONValue {
        guard report.receipts.receipts.indices.contains(index) else {
            throw .damaged("receipts of block \(report.header.height)")
        }
        let receipt = report.receipts.receipts[index]
        let to = transaction.ordinary.map(\.to) ?? SystemContract.provingJobs.address
        let fields: JSONValue = [
            "type": .quantity(transaction.kind.rawValue), "status": receipt.succeeded ? "0x1" : "0x0",
            "cumulativeGasUsed": .quantity(receipt.cumulativeGasUsed),
            "logsBloom": .data(receipt.logsBloom.bytes),
            "logs": .list(logs.filter { $0.transactionIndex == index }, log),
            "transactionHash": .data(transaction.hash), "transactionIndex": .quantity(index),
            "blockHash": .data(report.hash), "blockNumber": .quantity(report.header.height),
            "from": .data(transaction.sender), "to": .optional(to) { .data($0) }, "contractAddress": .null,
            "gasUsed": .quantity(receipt.gasUsed), "effectiveGasPrice": .quantity(receipt.effectiveGasPrice),
        ]
        guard let failure = receipt.failure else { return fields }
        return fields.merging(["failure": .string(failure)])
    }

    private static func systemReceipt(of report: BlockReport, logs: [PlacedLog]) -> JSONValue {
        let index = report.block.transactions.count
        return [
            "type": .quantity(TransactionKind.proving.rawValue), "status": "0x1",
            "cumulativeGasUsed": .quantity(report.header.gasUsed),
            "logsBloom": .data(LogsBloom(report.receipts.systemLogs).bytes),
            "logs": .list(logs.filter { $0.transactionIndex == index }, log),
            "transactionHash": .data(SystemReceipt.hash(height: report.header.height)),
            "transactionIndex": .quantity(index), "blockHash": .data(report.hash),
            "blockNumber": .quantity(report.header.height), "from": .data(Address.zero),
            "to": .data(SystemContract.provingJobs.address), "contractAddress": .null, "gasUsed": "0x0",
            "effectiveGasPrice": "0x0",
        ]
    }

    static func log(_ placed: PlacedLog) -> JSONValue {
        [
            "address": .data(placed.log.address), "topics": .list(placed.log.topics) { .data($0) },
            "data": .data(placed.log.data), "blockNumber": .quantity(placed.height),
            "blockHash": .data(placed.blockHash), "blockTimestamp": timestamp(placed.timestamp),
            "transactionHash": .data(placed.transactionHash),
            "transactionIndex": .quantity(placed.transactionIndex), "logIndex": .quantity(placed.logIndex),
            "removed": false,
        ]
    }
}
