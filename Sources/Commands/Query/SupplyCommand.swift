import ArgumentParser
import CommandShell

struct SupplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supply", abstract: "Where all money is: genesis, minted, burned, balances, stakes, claims.",
        discussion: "Example: cairn supply --check\nWith --check the exit status is 1 when the sums disagree.")

    @Flag(help: "Fail unless genesis + minted - burned is what all accounts and stakes hold.")
    var check = false

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let supply = try await options.node().call("cairn_supply")
        let difference = try supply["difference"].text()
        let console = Console.current
        if options.json { console.json(supply.value) } else { console.line(try Self.render(supply)) }
        if check, difference != "0" {
            throw CommandFailure("supply is not conserved: \(difference) wei difference")
        }
    }

    static func render(_ supply: Answer) throws(CommandFailure) -> String {
        var table = TextTable([.left("at height \(try supply["height"].count())"), .right("CAIRN")])
        for (name, title) in [
            ("genesis", "genesis"), ("minted", "+ minted"), ("burned", "- burned"), ("balances", "balances"),
            ("stakes", "stakes"), ("claimable", "claimable"), ("escrow", "escrow"),
        ] {
            table.add([title, String(Rendering.amount(try supply[name].amount()).dropLast(" CAIRN".count))])
        }
        let difference = try supply["difference"].text()
        return table.text + "\n" + (difference == "0" ? "conserved" : "NOT CONSERVED: \(difference) wei difference")
    }
}
