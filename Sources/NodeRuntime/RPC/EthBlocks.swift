import ByteCodec
import ChainTypes
import JSONRPC

extension NodeRPC {
    /// eth_: blocks and headers. A block that is not there is null.
    static let ethereumBlocks: [String: Method] = [
        "eth_blockNumber": { rpc, _, _ in .quantity(try rpc.head()) },
        "eth_getBlockByNumber": { rpc, params, _ in
            try rpc.block(try params[0].block(), full: try params[1].ifPresent?.bool() ?? false)
        },
        "eth_getBlockByHash": { rpc, params, _ in
            try rpc.block(
                .hash(try params[0].hash(), requireCanonical: false), full: try params[1].ifPresent?.bool() ?? false)
        },
        "eth_getHeaderByNumber": { rpc, params, _ in try rpc.header(try params[0].block()) },
        "eth_getHeaderByHash": { rpc, params, _ in
            try rpc.header(.hash(try params[0].hash(), requireCanonical: false))
        },
        "debug_getRawHeader": { rpc, params, _ in
            try rpc.raw(try params[0].block()) { $0.header.encoded }
        },
        "debug_getRawBlock": { rpc, params, _ in
            try rpc.raw(try params[0].block()) { $0.block.encoded }
        },
        "eth_getBlockTransactionCountByNumber": { rpc, params, _ in
            try rpc.transactionCount(try params[0].block())
        },
        "eth_getBlockTransactionCountByHash": { rpc, params, _ in
            try rpc.transactionCount(.hash(try params[0].hash(), requireCanonical: false))
        },
        "eth_getBlockReceipts": { rpc, params, _ in
            guard let report = try rpc.report(of: try params[0].block()) else { return .null }
            return .array(try EthereumJSON.receipts(report, chainId: rpc.chainId))
        },
        "eth_getUncleCountByBlockNumber": { rpc, params, _ in
            try rpc.report(of: try params[0].block()) == nil ? .null : "0x0"
        },
        "eth_getUncleCountByBlockHash": { rpc, params, _ in
            try rpc.report(of: .hash(try params[0].hash(), requireCanonical: false)) == nil ? .null : "0x0"
        },
        "eth_getUncleByBlockNumberAndIndex": { _, _, _ in .null },
        "eth_getUncleByBlockHashAndIndex": { _, _, _ in .null },
    ]

    private func block(_ reference: BlockReference, full: Bool) throws(StorageFault) -> JSONValue {
        guard let report = try report(of: reference) else { return .null }
        return try EthereumJSON.block(report, full: full, genesis: genesis)
    }

    private func header(_ reference: BlockReference) throws(StorageFault) -> JSONValue {
        guard let report = try report(of: reference) else { return .null }
        return EthereumJSON.header(report.header, hash: report.hash)
    }

    /// A block or its header in its own encoding, whose hash is the block's: what a light client checks.
    private func raw(_ reference: BlockReference, _ encode: (BlockReport) -> [UInt8]) throws -> JSONValue {
        guard let report = try report(of: reference) else { throw Self.headerNotFound }
        return .data(encode(report))
    }

    private func transactionCount(_ reference: BlockReference) throws(StorageFault) -> JSONValue {
        guard let report = try report(of: reference) else { return .null }
        return .quantity(report.block.transactions.count)
    }
}
