import ArgumentParser

struct ValidatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validator", abstract: "Validators: look at them, register one, and manage its stake.",
        subcommands: [
            ValidatorList.self, ValidatorStatus.self, ValidatorRegister.self, ValidatorDeposit.self,
            ValidatorLeave.self, ValidatorWithdraw.self, ValidatorUnjail.self, ValidatorRecipient.self,
            ValidatorOwner.self,
        ])
}
