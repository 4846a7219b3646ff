import CommandShell
import Commands
import Glibc

/// The executable `cairn`: everything is in `Commands`.
@main
enum Main {
    static func main() async {
        // Not exit(3): the destructors of C libraries would take their state from threads that still work.
        _exit(await CommandRunner.run(CairnCommand.self, Array(CommandLine.arguments.dropFirst())))
    }
}
