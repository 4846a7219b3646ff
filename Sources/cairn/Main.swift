import CommandShell
import Commands
import Glibc

/// The executable `cairn`: everything is in `Commands`.
@main
enum Main {
    static func main() async {
        exit(await CommandRunner.run(CairnCommand.self, Array(CommandLine.arguments.dropFirst())))
    }
}
