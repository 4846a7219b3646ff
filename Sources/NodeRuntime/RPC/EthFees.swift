import ByteCodec
import ChainTypes
import JSONRPC
import Replica

extension NodeRPC {
    /// Blocks of one eth_feeHistory answer, and percentiles of each.
    private static let feeHistoryBlocks: UInt64 = 1_024
    private static let feeHistoryPercentiles = 100

    /// What a wallet is advised to tip. Proposers order by tips; blocks are seldom full.
    private static let suggestedTip = Unit.gwei

    /// eth_: prices.
    static let ethereumFees: [String: Method] = [
        "eth_gasPrice": { rpc, _, _ in .quantity(await rpc.nextBaseFee() + suggestedTip) },
        "eth_maxPriorityFeePerGas": { _, _, _ in .quantity(suggestedTip) },
        "eth_baseFee": { rpc, _, _ in .quantity(await rpc.nextBaseFee()) },
        "eth_feeHistory": { rpc, params, _ in try rpc.feeHistory(params) },
    ]

    func nextBaseFee() async -> UInt128 { await host.read { replica in replica.nextBaseFee } }

    private func feeHistory(_ params: RPCParameters) throws -> JSONValue {
        let count = min(try params[0].count(), Self.feeHistoryBlocks)
        let percentiles = try Self.percentiles(params[2])
        guard let newest = try report(of: try params[1].block())?.header.height else { throw Self.headerNotFound }
        guard count > 0 else { return ["oldestBlock": "0x0", "gasUsedRatio": []] }
        // A node that began with a snapshot answers for fewer blocks, as one near the genesis does.
        let oldest = max(newest - min(newest, count - 1), try base())
        var (fees, ratios, rewards): ([JSONValue], [JSONValue], [JSONValue]) = ([], [], [])
        var last: BlockHeader?
        for height in oldest...newest {
            guard let report = try report(of: .number(height)) else { break }
            let header = report.header
            fees.append(.quantity(header.baseFee))
            ratios.append(.number(header.gasLimit == 0 ? 0 : Double(header.gasUsed) / Double(header.gasLimit)))
            rewards.append(.list(Self.tips(of: report, at: percentiles)) { .quantity($0) })
            last = header
        }
        if let last {
            let next =
                last.height == 0
                ? genesis.chain.initialBaseFee : BaseFee.next(after: last, parameters: genesis.chain)
            fees.append(.quantity(next))
        }
        let history: JSONValue = [
            "oldestBlock": .quantity(oldest), "baseFeePerGas": .array(fees), "gasUsedRatio": .array(ratios),
        ]
        return percentiles.isEmpty ? history : history.merging(["reward": .array(rewards)])
    }

    private static func percentiles(_ argument: RPCArgument) throws(RPCError) -> [Double] {
        guard let list = argument.ifPresent else { return [] }
        var percentiles: [Double] = []
        for element in try list.elements(atMost: feeHistoryPercentiles) {
            let percentile = try element.number()
            guard percentile >= percentiles.last ?? 0, percentile <= 100 else {
                throw element.expected("percentiles from 0 to 100, rising")
            }
            percentiles.append(percentile)
        }
        return percentiles
    }

    /// The tip per gas below which the given shares of the block's gas were bought.
    private static func tips(of report: BlockReport, at percentiles: [Double]) -> [UInt128] {
        let bought = report.receipts.receipts
            .map { (tip: $0.effectiveGasPrice - min($0.effectiveGasPrice, report.header.baseFee), gas: $0.gasUsed) }
            .sorted { $0.tip < $1.tip }
        guard !bought.isEmpty else { return percentiles.map { _ in 0 } }
        var (tips, index, sum): ([UInt128], Int, UInt64) = ([], 0, bought[0].gas)
        for percentile in percentiles {
            let threshold = Double(report.header.gasUsed) * percentile / 100
            while Double(sum) < threshold, index < bought.count - 1 {
                index += 1
                sum += bought[index].gas
            }
            tips.append(bought[index].tip)
        }
        return tips
    }
}
