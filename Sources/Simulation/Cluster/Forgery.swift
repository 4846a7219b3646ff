import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica

/// What cheats make out of honest data. None of it may be believed by anyone.
enum Forgery {
    /// A block that breaks one rule.
    static func block(_ honest: ProposedBlock, _ random: inout SimulationRandom) -> ProposedBlock {
        var forged = honest
        switch random.index(9) {
        case 0: forged.block.header.accountCount += 1
        case 1: forged.block.header.systemRoot = noise(&random)
        case 2: forged.block.header.mix = noise(&random)
        case 3: forged.block.header.parentHash = noise(&random)
        case 4: forged.block.header.gasUsed ^= 1
        case 5: forged.block.header.nextValidatorsHash = noise(&random)
        case 6: forged.block.header.timestamp = 1
        case 7: forged.block.header.baseFee += 1
        default:
            forged.block.transactions.append([0x02, 0xc0])
            forged.block.header.transactionsRoot = Block.transactionsRoot(forged.block.transactions)
        }
        return forged
    }

    /// An answer to a node that catches up, with something wrong in it.
    static func sync(_ honest: [SyncBlock], _ random: inout SimulationRandom) -> [SyncBlock] {
        guard let last = honest.indices.last else { return honest }
        var forged = honest
        let place = random.index(honest.count)
        switch random.index(7) {
        case 0: forged.remove(at: place)
        case 1: forged.reverse()
        case 2: forged[place].block.header.systemRoot = noise(&random)
        case 3: forged[place].certificate = certificate(forged[place].certificate, &random)
        case 4:
            // The header stands and is certified; the body is another one.
            forged[place].block.transactions.append([0x02, 0xc0])
        case 5: forged[last].certificate.blockHash = noise(&random)
        default: return []
        }
        return forged
    }

    /// A certificate that proves nothing.
    static func certificate(_ honest: Certificate, _ random: inout SimulationRandom) -> Certificate {
        var forged = honest
        let signers = forged.signatures.indices.filter { forged.signatures[$0] != nil }
        guard let first = signers.first, let last = signers.last else { return forged }
        switch random.index(5) {
        case 0:
            // Too few.
            for index in signers.dropFirst(signers.count / 3) { forged.signatures[index] = nil }
        case 1:
            // One signature in all slots.
            for index in forged.signatures.indices { forged.signatures[index] = forged.signatures[first] }
        case 2:
            // Of another round: the signatures are real, for something else.
            forged.round &+= 1
        case 3: forged.signatures.append(forged.signatures[last])
        default:
            // All but one are good.
            forged.signatures[last] = SimulatedChain.key("forger").sign(noise(&random))
        }
        return forged
    }

    static func noise(_ random: inout SimulationRandom) -> Bytes32 {
        Bytes32(words: random.next(), random.next(), random.next(), random.next())
    }
}
