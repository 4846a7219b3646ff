package import ChainTypes
package import Circuits
package import CommandShell
import STARKCore

/// The program that a genesis has its blocks proven with.
package enum ChainProgram {
    /// Refuses a profile that this release does not know, and one with a round under 100 proven bits unless the genesis
    /// is that of a devnet.
    package static func of(_ genesis: Genesis) throws(CommandFailure) -> BlockProgram {
        let profile = genesis.proving.proofProfile
        guard let parameters = ProofParameters.named(profile) else {
            let known = ProofParameters.profiles.map(\.name).joined(separator: ", ")
            throw CommandFailure("the genesis names the proof profile \(profile); this release knows \(known)")
        }
        let program: BlockProgram
        do { program = try BlockProgram(parameters: parameters) } catch {
            throw CommandFailure(.internalFault, "the circuits cannot be recorded: \(error)")
        }
        let soundness = ProgramSoundness(
            program: program, maxInstanceLogHeight: Int(genesis.proving.maxInstanceLogHeight))
        guard genesis.isDevnet || soundness.isSufficient else { throw refusal(profile, soundness) }
        return program
    }

    private static func refusal(_ profile: String, _ soundness: ProgramSoundness) -> CommandFailure {
        guard let weakest = soundness.weakest else {
            return CommandFailure(
                "the proof profile \(profile) allows no instance of the genesis' maxInstanceLogHeight")
        }
        let round = weakest.report.weakest
        return CommandFailure(
            """
            the proof profile \(profile) is not sound: round "\(round.name)" of \(weakest.circuit) at \
            2^\(weakest.logHeight) rows has \(Int(round.bits)) of \(Int(ProgramSoundness.requiredBits)) proven bits. \
            Name the profile \(ProofParameters.profileA.name), or set isDevnet if the chain is a test. \
            (All rounds: cairn-prover soundness --genesis FILE)
            """)
    }
}
