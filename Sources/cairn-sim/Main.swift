import CommandShell
import Glibc
import SimulationCommands

/// The executable `cairn-sim`: everything is in `SimulationCommands`.
@main
enum Main {
    static func main() async {
        _exit(await CommandRunner.run(CairnSimCommand.self, Array(CommandLine.arguments.dropFirst())))
    }
}
