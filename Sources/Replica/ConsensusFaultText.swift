import ChainTypes
import Consensus

extension ConsensusFault {
    /// What it means for whoever runs the node, and what to do.
    var explanation: String {
        switch self {
        case .ownEquivocation(let equivocation):
            "another process signs with the key of validator \(equivocation.validator): two different messages of it are "
                + "about. Run one process with a key, and with the data directory that signed last"
        case .foreignSignature:
            "a message is signed with this validator's key that this node never signed: another process uses the key, or "
                + "the data directory is not the one that signed last"
        case .certifiedBlockInvalid(let certificate):
            "more than two thirds of the validators decided block \(certificate.blockHash) at height "
                + "\(certificate.height), which is invalid here: they or this node run another program, or the disk is "
                + "damaged"
        }
    }
}
