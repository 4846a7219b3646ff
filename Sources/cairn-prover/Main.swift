import CommandShell
import Glibc
import ProverCommands

/// The executable `cairn-prover`: everything is in `ProverCommands`.
@main
enum Main {
    static func main() async {
        // Not exit(3): the destructors of C libraries would take their state from threads that still work.
        _exit(await CommandRunner.run(CairnProverCommand.self, Array(CommandLine.arguments.dropFirst())))
    }
}
