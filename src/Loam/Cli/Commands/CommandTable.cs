using Loam.Drivers.Containers.Native.Logs;
using Loam.Drivers.Firewall;

namespace Loam.Cli.Commands;

/// <summary>Every verb of <c>loam</c>, in the order help shows them.</summary>
internal static class CommandTable
{
    private const int Any = int.MaxValue;

    private static readonly Option Follow =
        new("follow", "f", null, "go on with what happens from now");

    private static readonly Option Logs =
        new("logs", null, "SERVICE", "with what a service wrote last", Repeats: true);

    public static IReadOnlyList<Command> All { get; } =
    [
        .. WordVerbs(), .. CatalogVerbs(), .. ChangeVerbs(), .. BackupVerbs(),
        .. LookingVerbs(), .. BanVerbs(), .. FileVerbs(), .. ModelVerbs(), .. ProgramVerbs(),
        .. OwnVerbs(), .. MachineVerbs.All, .. StartedVerbs(), .. ConfinedVerbs.All,
    ];

    private static IEnumerable<Command> WordVerbs() =>
    [
        new("shell", "", 0, 0, "The interactive shell, which `loam` alone opens.", "loam",
            RequestCommands.ShellAsync)
        {
            Options = [new("say", null, "LINE", "one line of it, and no more")],
            Details = "As the command of an SSH key (command=\"loam\" in authorized_keys) it takes "
                + "what was asked of SSH for its one line: ssh my-server restart web.",
        },
        new("ask", "WORDS…", 1, Any,
            "One request in words; `ask` may be left out where there are several.",
            "loam \"set up a web server\"\nloam ask restart redis\n"
            + "loam --continue \"on port 8081\"", RequestCommands.AskAsync)
        {
            Options =
            [
                new("continue", "c", null, "go on with what was said last from this shell"),
                new("session", null, "NAME", "go on with, or begin, a conversation of that name"),
            ],
            Details = "A conversation that is gone on with is kept by the mind; `loam sessions` "
                + "lists yours.",
        },
        new("propose", "TURN…", 1, Any,
            "Print what the turns of a conversation come to, as text. Needs no daemon.",
            "loam propose --state /etc/loam.d -o json \"add redis\" \"with 512 MB\"",
            RequestCommands.ProposeAsync)
        {
            Options = [new("state", null, "DIR", "the state files to start from")],
            Details = "Each argument is one turn. It writes nothing and decrypts nothing.",
        },
    ];

    private static IEnumerable<Command> CatalogVerbs() =>
    [
        new("search", "[WORDS…]", 0, Any, "Find apps by what they do. Needs no daemon.",
            "loam search photo library\nloam search -o json", CatalogCommands.SearchAsync)
        {
            Details = "Without words it lists all apps, by category.",
        },
        new("show", "APP", 1, 5, "What an app is, takes and needs. Needs no daemon.",
            "loam show nextcloud", CatalogCommands.ShowAsync)
        {
            Completes = Completes.Apps,
        },
        new("install", "APP [WORDS…]", 1, Any, "Plan an app of the catalogue, with what it needs.",
            "loam install wordpress on port 8080\nloam install postgres 17 with 1 GB",
            CatalogCommands.InstallAsync)
        {
            Completes = Completes.Apps,
            Details = "The same as the request `loam \"install APP WORDS…\"`, but an app that is "
                + "not known is an error. `loam search` finds apps.",
        },
    ];

    private static IEnumerable<Command> ChangeVerbs() =>
    [
        new("apply", "", 0, 0, "Approve the edits in the state directory.", "loam apply --yes",
            ChangeCommands.ApplyAsync),
        new("plan", "", 0, 0,
            "Show what the edits in the state directory would do; touch nothing.",
            "loam plan -o json", ChangeCommands.PlanAsync),
        new("confirm", "", 0, 0, "Keep a change that waits for you to come in anew.",
            "ssh my-server loam confirm", ChangeCommands.ConfirmAsync)
        {
            Details = "A change that could shut out whoever made it goes back by itself after a "
                + "minute, unless this is said over a connection that began after it.",
        },
        new("proposals", "[PROPOSAL]", 0, 1,
            "What programs would like to change, and what became of it; or one of them whole.",
            "loam proposals\nloam proposals m1f0c5a029e6d", ProposalCommands.ListAsync)
        {
            Details = "Models and programs that speak MCP may propose and not apply. A proposal "
                + "waits for a day, or until the daemon ends.",
        },
        new("approve", "PROPOSAL", 1, 1,
            "Look at the plan of a proposal, and apply it if you agree.",
            "loam approve m1f0c5a029e6d", ProposalCommands.ApproveAsync)
        {
            Details = "The plan is made anew, for the machine as it is now. What was not asked "
                + "for is a proposal of its own, and says so.",
        },
        new("decline", "PROPOSAL [WHY…]", 1, Any, "Turn a proposal down, and say why if you like.",
            "loam decline m1f0c5a029e6d not on a weekday", ProposalCommands.DeclineAsync),
        new("revert", "[GENERATION]", 0, 1, "Go back to an earlier generation.",
            "loam revert 3", ChangeCommands.RevertAsync)
        {
            Aliases = ["rollback"],
            Details = "Without a number it lists the generations and asks; without a terminal it "
                + "is the one before the present. Images of that time are used, without a "
                + "network. Values of existing secrets stay.",
        },
        new("heal", "", 0, 0, "Make the machine again as it was approved.", "loam heal",
            ChangeCommands.HealAsync),
        new("update", "[SERVICE…]", 0, Any,
            "Ask the registries again what the tags mean, and plan the update.",
            "loam update web", ChangeCommands.UpdateAsync)
        {
            Completes = Completes.Services,
        },
        new("adopt", "CONTAINER|PATH|INTERFACE", 1, 1,
            "Take over a container, a mount or an interface that Loam did not make.",
            "loam adopt old-nginx", ChangeCommands.AdoptAsync)
        {
            Details = "The container is read into a service declaration, replaced when you "
                + "approve, and kept, stopped. Of a path what is mounted there is declared, and "
                + "stays as it is; of an interface its address, or that it gets one by DHCP.",
        },
        new("import", "FILE", 1, 1, "Plan a compose file, or the state of an export.",
            "loam import docker-compose.yml", FileCommands.ImportAsync)
        {
            Details = "The services of a compose file are added to what is there. What cannot be "
                + "kept is said line by line, and what they ask of the machine is listed; "
                + "passwords are encrypted on the way. An export replaces the whole state.",
            Completes = Completes.Files,
        },
    ];

    private static IEnumerable<Command> BackupVerbs() =>
    [
        new("notify", "[test [NAME]]", 0, 2,
            "Who is told what happens; or send a message to each, or to one.",
            "loam notify\nloam notify test phone", NotifyCommands.RunAsync)
        {
            Details = "test sends one now and says what the other side answered.",
        },
        new("backup", "[VOLUME|SERVICE…] | list | drill | key", 0, Any,
            "Copy volumes and Loam's own state now; list the copies; try to restore them.",
            "loam backup\nloam backup postgres\nloam backup list\nloam backup drill",
            BackupCommands.RunAsync)
        {
            Completes = Completes.Services,
            Details = "Without a name it copies all that backups are declared for, or, where "
                + "nothing is declared, everything; `state` is Loam's own state. `drill` restores "
                + "the newest copy of each aside, compares it and removes it again. `key` shows "
                + "the password that a restore on another machine needs.",
        },
        new("restore", "VOLUME | --state", 0, 1, "Put back what was copied.",
            "loam restore postgres-data --at \"2026-03-01 14:00\"\n"
            + "loam restore photos --to /tmp/look\nloam restore --state --from /mnt/usb/loam",
            BackupCommands.RestoreAsync)
        {
            Options =
            [
                new("at", null, "WHEN|COPY", "the newest copy that is as old; or this one"),
                new("to", null, "DIR", "into a directory of its own, touching nothing else"),
                new("state", null, null, "Loam's own state, while no daemon runs"),
                new("from", null, "PLACE", "with --state: the repository, on a new machine"),
                new("credentials", null, "FILE", "with --from: an SSH key, or lines NAME=value"),
            ],
            Details = "It shows what would happen and asks once. The services that use the volume "
                + "are stopped; what is there is put aside, and put back if they do not become "
                + "healthy. With --state the password is typed or read from standard input.",
        },
    ];

    private static IEnumerable<Command> BanVerbs() =>
    [
        new("bans", "", 0, 0, "Who is shut out, why, and for how long.", "loam bans",
            BanCommands.ListAsync)
        {
            Details = "`bans` in network.yaml says after how many failed logins an address is "
                + "shut out: loam \"ban whoever fails 5 times at ssh\".",
        },
        new("ban", "ADDRESS", 1, 1, "Shut out an address, for a day unless it is said.",
            "loam ban 203.0.113.9 --for 2h", BanCommands.BanAsync)
        {
            Options = [new("for", null, "TIME", "how long: 30m, 2h, 7d")],
            Details = "It cannot begin a connection to any port of this machine; those there are "
                + "stay. Of IPv6 the whole /64 is meant.",
        },
        new("unban", "ADDRESS | all", 1, 1, "Let an address in again.", "loam unban 203.0.113.9",
            BanCommands.UnbanAsync),
    ];

    private static IEnumerable<Command> LookingVerbs() =>
    [
        new("status", "", 0, 0, "How the machine is.", "loam status -o json",
            LookCommands.StatusAsync),
        new("services", "", 0, 0, "The services, one a line.", "loam services",
            LookCommands.ServicesAsync),
        new("logs", "SERVICE", 1, 1, "What a service wrote.", "loam logs web -f -n 50",
            LookCommands.LogsAsync)
        {
            Options = [Follow, new("lines", "n", "N", "how many of the last lines (100)")],
            Completes = Completes.Services,
        },
        new("events", "", 0, 0, "What happened.", "loam events -f", LookCommands.EventsAsync)
        {
            Options = [Follow],
        },
        new("jobs", "[JOB]", 0, 1, "The jobs; or the last runs of one and what they wrote.",
            "loam jobs\nloam jobs nightly-dump", JobCommands.ListAsync),
        new("run-job", "JOB", 1, 1, "Run a job now, and show what it writes.",
            "loam run-job nightly-dump", JobCommands.RunAsync),
        new("audit", "[verify [DIR] | key]", 0, 2,
            "Who did what; or whether that record stands as it was written.",
            "loam audit\nloam audit verify\n"
            + "loam audit verify /mnt/copy/audit --key audit-key.pem", AuditCommand.RunAsync)
        {
            Options =
            [
                new("most", null, "N", "so many lines, 50 without it"),
                new("key", null, "FILE", "the public key that was kept elsewhere"),
            ],
            Details = "verify needs no daemon and no network, only the directory and a key. It "
                + "names the first line that was changed, put in or taken out.",
        },
        new("users", "[USER]", 0, 1, "Who can log in, and with what.",
            "loam users\nloam users anna", UserCommands.ListAsync),
        new("certs", "[NAME | ca]", 0, 1,
            "The certificates; or the root of this machine's own authority.",
            "loam certs\nloam cert ca > loam.crt", CertificateCommands.ListAsync)
        {
            Aliases = ["cert"],
        },
        new("check", "certs | updates", 1, 1,
            "Fail where a certificate is not well, or a registry has something newer.",
            "loam check certs\nloam check updates", CheckCommand.RunAsync)
        {
            Details = "updates asks the registries whether the same tags mean newer builds, and "
                + "for newer versions of the same major version. Both can be the command of a job.",
        },
        new("firewall", "[explain SOURCE PORT]", 0, 3,
            "Who may reach which port; or which rule decides about one packet.",
            "loam firewall\nloam firewall explain 203.0.113.9 22\n"
            + "loam firewall explain 10.0.0.5 53/udp", FirewallCommand.RunAsync)
        {
            Details = "It reads the rules that are in force. A source is an address, or "
                + "`anyone`; a port is a number, with /udp where it is not TCP.",
        },
        new("history", "", 0, 0, "The generations, newest first.", "loam history -n 5",
            LookCommands.HistoryAsync)
        {
            Options = [new("lines", "n", "N", "how many (50)")],
        },
        new("diff", "[A [B]]", 0, 2,
            "Edits that were not applied; or what generation A differs in from B, or from now.",
            "loam diff 3 5", DiffCommand.RunAsync),
    ];

    private static IEnumerable<Command> FileVerbs() =>
    [
        new("validate", "[DIR]", 0, 1,
            "Say everything that is wrong with the state files. Needs no daemon.",
            "loam validate /etc/loam.d", ValidateCommand.RunAsync)
        {
            Completes = Completes.Directories,
        },
        new("secret", "set NAME | list | rm NAME", 1, 2,
            "Set, list or remove secrets. A value is never shown.",
            "loam secret set DB_PASSWORD\nloam secret set TLS_KEY < key.pem",
            SecretCommand.RunAsync)
        {
            Completes = Completes.Secrets,
            Details = "The value is typed unseen or read from standard input, and encrypted "
                + "before it leaves this process.",
        },
        new("token", "add NAME | list | revoke NAME", 1, 2,
            "Let a program in: over the network, or as less than you are.",
            "loam token add ci --may propose --expires 30d\nloam token list\n"
            + "loam token revoke ci", TokenCommand.RunAsync)
        {
            Options =
            [
                new("may", null, "SCOPE", "view, propose (also plans and conversation) or approve"),
                new("for", null, "USER", "in whose name, for root to say (yourself)"),
                new("expires", null, "TIME", "how long: 12h, 30d, never (90d)"),
            ],
            Details = "It is shown once. It never opens more than its person may, nothing that "
                + "is restricted, and no tokens. docs/api.md says what each scope opens.",
        },
        new("schema", "KIND", 1, 1, "The JSON Schema of a state file, for editors.",
            "loam schema ServiceManifest > services.schema.json", OwnCommands.SchemaAsync)
        {
            Completes = Completes.Kinds,
        },
        new("export", "", 0, 0, "Write the state files and images.lock into one archive.",
            "loam export --to backup.tar.gz", FileCommands.ExportAsync)
        {
            Options = [new("to", null, "FILE", "the archive (loam-export.tar.gz)")],
            Details = "Secrets stay encrypted. With -o json the texts are printed instead.",
        },
    ];

    private static IEnumerable<Command> ModelVerbs() =>
    [
        new("prefer", "[SENTENCE | forget NUMBER]", 0, 200,
            "What a model should know of you in every conversation; or take one away.",
            "loam prefer \"Alpine images where there is a choice\"\nloam prefer forget 1",
            PreferCommand.RunAsync)
        {
            Details = "Your own alone. It is shown to a model with what you ask, and like that it "
                + "is seen by nobody else.",
        },
        new("sessions", "[forget NAME]", 0, 2,
            "Your conversations with the mind; or remove one.",
            "loam sessions\nloam sessions forget c4f07a19e2b3", SessionCommands.RunAsync)
        {
            Details = "What was said to a model, over the API and on mind.sock. Nobody sees "
                + "another's.",
        },
        new("model", "add NAME|URL|PATH | use NAME | list | verify [NAME] | rm NAME", 1, 2,
            "Models that run on this machine: get, choose, list, check, remove.",
            "loam model add qwen3-4b --use\nloam model add ./my-model.gguf\nloam model list",
            ModelCommands.RunAsync)
        {
            Options =
            [
                new("sha256", null, "HEX", "add: what the checksum must be"),
                new("name", null, "NAME", "add: what it is called here"),
                new("use", null, null, "add: plan that it is asked from now on"),
                new("force", null, null, "rm: also the one that is asked"),
            ],
            Details = "A download that was broken off goes on where it was. A file is there only "
                + "when it is whole; its checksum is compared, or written down where nobody "
                + "knows it, and `verify` reads all of it again.",
        },
        new("context", "WORDS…", 1, Any,
            "What a model would be shown of a request, and how much of it. Sends nothing.",
            "loam context \"why does wiki restart\" --logs wiki\nloam context --full add redis",
            ContextCommands.ContextAsync)
        {
            Options = [new("full", null, null, "the text itself, to the letter"), Logs],
            Details = "Each section has a budget in tokens; what has no room is named. "
                + "docs/mind.md says what is in each.",
        },
        new("eval", "", 0, 0, "How well a model understands requests: Loam-bench, by class.",
            "loam eval --class create --limit 20\nloam eval --model gpt-5 --cases test/loam-bench",
            EvalCommand.RunAsync)
        {
            Options =
            [
                new("model", null, "NAME", "which; without it the first of llm"),
                new("cases", null, "DIR", "others than those that came with Loam"),
                new("class", null, "CLASS", "only this class"),
                new("limit", null, "N", "at most so many, some of each class"),
            ],
            Details = "Every case is a state that is no machine's, what somebody says, and what "
                + "must come of it. The mind asks the model with your keys, within your budget; "
                + "nothing is planned. What it may cost is said first.",
        },
        new("privacy", "show WORDS…", 2, Any,
            "Exactly what would leave the machine for a request. Sends nothing.",
            "loam privacy show \"open the database to the office\"", ContextCommands.PrivacyAsync)
        {
            Options = [Logs],
            Details = "Addresses, names and the like are placeholders, which are put back into the "
                + "answer on this machine; secrets are dropped. llm.privacy of the manifest says "
                + "what never leaves and when you are asked.",
        },
    ];

    private static IEnumerable<Command> ProgramVerbs() =>
    [
        new("mcp", "", 0, 0,
            "Let a program that speaks MCP look at this machine and propose changes.",
            "loam mcp\nssh my-server loam mcp --read-only", McpCommands.ServeAsync)
        {
            Options =
            [
                new("read-only", null, null, "it may look, and not propose"),
                new("listen", null, "ADDRESS:PORT",
                    "over HTTP at an address of this machine's own, for bearers of tokens"),
            ],
            Details = "It speaks over standard input and output, with your rights to look. What a "
                + "program proposes waits for a person: `loam proposals`. docs/mcp.md has what "
                + "common programs want to be told.",
        },
    ];

    private static IEnumerable<Command> OwnVerbs() =>
    [
        new("daemon", "", 0, 0, "Run the daemon of this machine, in the foreground.",
            "loam daemon --home .loam --engine private", OwnCommands.DaemonAsync)
        {
            Options =
            [
                new("engine", null, "ENGINE", "auto, private, containerd or unix:///path (auto)"),
                new("mirror", null, "URL", "a mirror of Docker Hub for this instance"),
            ],
        },
        new("doctor", "", 0, 0, "What is missing on this host, and whether Loam is well.",
            "loam doctor", DoctorCommand.RunAsync)
        {
            Details = "It changes nothing, and needs no daemon.",
        },
        new("help", "[VERB]", 0, 1, "This, or what a verb does.", "loam help revert",
            OwnCommands.HelpAsync),
        new("completion", "SHELL", 1, 1, "A completion script for bash, zsh or fish.",
            "source <(loam completion bash)", OwnCommands.CompletionAsync)
        {
            Completes = Completes.Shells,
        },
    ];

    /// <summary>What Loam, its package and its own processes start.</summary>
    private static IEnumerable<Command> StartedVerbs() =>
    [
        new("man-page", "", 0, 0, "The manual page as text of man(7).",
            "loam man-page", OwnCommands.ManPageAsync)
        {
            IsHidden = true,
        },
        new(Deadman.Verb, "FILE", 1, 1, "Wait, and take a change back.", "loam deadman FILE",
            OwnCommands.DeadmanAsync)
        {
            IsHidden = true,
        },
        new(LogKeeper.Verb, "FOLDER", 1, 1, "Write down what a container says.",
            "loam keep-log FOLDER", OwnCommands.KeepLogAsync)
        {
            IsHidden = true,
        },
    ];
}
