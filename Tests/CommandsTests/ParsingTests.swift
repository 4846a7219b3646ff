import ArgumentParser
import Commands
import Testing

/// Every command line that the documentation names is understood, and every other is refused with status 2.
struct ParsingTests {
    @Test(arguments: [
        "devnet", "devnet --until-proven 5 --provers 2 --block-time 0.5 --traffic 0 --reset --json --rpc-port 9000",
        "node --data-dir d --genesis g --key-file k --rpc-port 1 --rpc-host ::1 --log-level debug",
        "node --data-dir d --listen 0.0.0.0:1 --snapshot-interval 0 --no-lost-signatures",
        "node --data-dir d --peer 0x00@h:1 --join-by-snapshot --trusted-hash 0x00",
        "status --json", "block", "block latest --rpc http://h", "account dev0", "tx 0x00",
        "send --from dev0 --to dev1 --value 1.5 --wait --timeout 5", "job list --limit 5 --before 3", "job show 1",
        "job settle 1", "job verify 1", "prover list", "prover show 0x00",
        "prover register --from k --operator 0x00 --stake 100 --recipient 0x01", "prover deposit --from k --amount 1",
        "prover claim --from k --for dev1", "prover leave --from k", "prover pause --from k", "prover resume --from k",
        "prover withdraw --from k", "prover unjail --from k",
        "prover set-operator 0x00000000000000000000000000000000000000aa --from k",
        "prover set-recipient 0x00000000000000000000000000000000000000aa --from k", "supply --check", "genesis check f",
        "key new f",
        "key address f", "traffic --rate 10 --seed 7",
        "devnet --provers honest:3,withholding:1,thief:1,crash:t2:1",
        "node --data-dir d --allow-origin https://app.example --allow-origin http://b:1 --allow-host node",
        "devnet --allow-origin * --allow-origin null --allow-host *",
    ])
    func commandLineIsUnderstood(_ line: String) throws {
        let command = try CairnCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        #expect(type(of: command) != CairnCommand.self)
    }

    @Test(arguments: [
        "bogus", "block 1 2", "send --to dev1 --value", "job", "job list --limit x", "status --bogus",
        "node --rpc-port x", "devnet --rpc-port 70000", "node --data-dir d --join-by-snapshot",
        "node --data-dir d --trusted-hash 0x00", "node --data-dir d --snapshot-interval -1",
    ])
    func wrongUsageEndsWithStatus2(_ line: String) async {
        let run = await CommandRun.of(line.split(separator: " ").map(String.init))
        // A command that only groups others prints its help.
        #expect(run.status == (line == "job" ? 0 : 2))
        #expect(run.errors.isEmpty == (line == "job"))
    }

    @Test(arguments: [
        "devnet --block-time 0", "devnet --provers 65", "devnet --traffic -1", "devnet --until-proven 0",
        "devnet --patience 0", "devnet --provers lazy:1", "devnet --provers honest:0",
        "devnet --provers honest:40,late:40",
        "devnet --rpc-port 0", "devnet --allow-origin app.example", "devnet --allow-origin https://app.example/",
        "devnet --allow-host http://node", "node --data-dir d --allow-host node:8545", "job list --limit 0",
        "job list --limit 101", "job show zz",
        "block 12x", "tx 0x12", "account 0x12", "account dev10",
        "account 0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266", "send --from dev0 --to dev1 --value 1e5",
        "send --from dev0 --to dev1 --value 0.0000000000000000001", "send --from 0x1234 --to dev1 --value 1",
        "status --rpc ftp://host", "traffic --rate 0",
    ])
    func valueOutOfRangeEndsWithStatus2(_ line: String) async {
        let words = line.split(separator: " ").map(String.init)
        // A negative number needs the equals sign, which keeps it apart from an option.
        let arguments = words.contains("-1") ? ["devnet", "--traffic=-1"] : words
        let run = await CommandRun.of(arguments)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: "))
        #expect(run.output.isEmpty)
    }

    @Test func aMistypedKeyIsNeverRepeated() async {
        let key = String(repeating: "7", count: 63)
        let run = await CommandRun.of(["send", "--from", "0x" + key, "--to", "dev1", "--value", "1"])
        #expect(run.status == 2)
        #expect(!run.errors.contains(key))
    }

    @Test func helpHasAnExampleForEveryCommand() async {
        let commands = [
            "devnet", "node", "node run", "node init", "node peers", "node votes", "status", "block", "account", "send",
            "tx",
            "job list", "job show", "job settle",
            "job verify", "prover list", "prover show", "prover register", "prover deposit", "prover claim",
            "prover leave", "prover pause", "prover resume", "prover withdraw", "prover unjail",
            "prover set-operator", "prover set-recipient", "supply",
            "genesis check", "key new", "key address", "traffic",
        ]
        for command in commands {
            let run = await CommandRun.of(command.split(separator: " ").map(String.init) + ["--help"])
            #expect(run.status == 0)
            #expect(run.output.contains("Example"), "\(command)")
        }
    }
}
