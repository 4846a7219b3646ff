import ArgumentParser

struct ProverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prover", abstract: "Provers: look at them, register one, and manage its stake.",
        subcommands: [
            ProverList.self, ProverShow.self, ProverLedgerCommand.self, ProverNeeds.self, ProverRegister.self,
            ProverDeposit.self, ProverClaim.self, ProverLeave.self, ProverPause.self, ProverResume.self,
            ProverWithdraw.self, ProverUnjail.self, ProverOperator.self, ProverRecipient.self,
        ])
}
