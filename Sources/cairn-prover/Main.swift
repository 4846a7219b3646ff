import CommandShell
import Glibc
import ProverCommands

/// The executable `cairn-prover`: everything is in `ProverCommands`.
@main
enum Main {
    static func main() async {
        exit(await CommandRunner.run(CairnProverCommand.self, Array(CommandLine.arguments.dropFirst())))
    }
}
