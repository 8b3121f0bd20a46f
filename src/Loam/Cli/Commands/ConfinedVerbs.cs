using Loam.Drivers.Confinement;
using Loam.Drivers.Models;
using Loam.Drivers.Sandboxes;
using Loam.Supervision;

namespace Loam.Cli.Commands;

/// <summary>Verbs of the processes without a right that the daemon starts, and of what starts them.
/// </summary>
internal static class ConfinedVerbs
{
    public static IEnumerable<Command> All { get; } =
    [
        new(ConfinedProcess.Verb, "PROGRAM [WORDS]", 1, int.MaxValue,
            "Become another program that can think and not act.",
            "loam confine --user 1899000000 --doors /run/loam/mind --own /var/lib/loam/mind "
            + "--memory 536870912 -- /usr/bin/loam mind", MindCommands.ConfineAsync)
        {
            IsHidden = true,
            Options =
            [
                new("user", null, "N", "number of its user and group"),
                new("doors", null, "DIR", "the folder of the sockets it may speak to"),
                new("own", null, "DIR", "the folder it may write"),
                new("read", null, "PATH", "what it may read besides", Repeats: true),
                new("show", null, "NAME=PATH", "what it sees among its sockets", Repeats: true),
                new("patient", null, null, "whoever else wants a processor goes first"),
                new("memory", null, "BYTES", "what it may use"),
                new("group", null, "DIR", "a control group it is in", Repeats: true),
            ],
        },
        new(Lowered.Verb, "PROGRAM [WORDS]", 1, int.MaxValue,
            "Become another program without any of root's rights.",
            "loam lower --user 1900000001 -- /usr/bin/bwrap --version", MindCommands.LowerAsync)
        {
            IsHidden = true,
            Options = [new("user", null, "N", "number of its user and group")],
        },
        new(ModelPlan.Verb, "", 0, 0, "Answer with a model of this machine.",
            "loam model-host --libraries /run/loam/model/llama --model /run/loam/model/model "
            + "--name tiny --context 4096 --threads 3", MindCommands.ModelHostAsync)
        {
            IsHidden = true,
            Options =
            [
                new("probe", null, "DIR", "say which llama.cpp is there, and end"),
                new("libraries", null, "DIR", "llama.cpp"),
                new("model", null, "FILE", "a GGUF file"),
                new("name", null, "NAME", "as answers name it"),
                new("context", null, "N", "tokens it sees at once"),
                new("threads", null, "N", "processors it uses"),
                new("stays", null, null, "it does not end when nobody asks"),
            ],
        },
        new(MindWatch.Verb, "", 0, 0, "Think, and propose.",
            "loam mind --serve /run/loam/mind/daemon.sock", MindCommands.MindAsync)
        {
            IsHidden = true,
            Options = [new("serve", null, "SOCKET", "the daemon's, for the mind")],
        },
        new(ScopeSide.Verb, "", 0, 0, "Read what words cover.", "loam scope < question",
            MindCommands.ScopeAsync)
        {
            IsHidden = true,
        },
        new(WebWatch.Verb, "", 0, 0, "Take requests from the network.",
            "loam web --serve /run/loam/web/daemon.sock", MindCommands.WebAsync)
        {
            IsHidden = true,
            Options = [new("serve", null, "SOCKET", "the daemon's, for it")],
        },
        new(NamesWatch.Verb, "", 0, 0, "Answer containers that ask for names.",
            "loam names --table /run/loam/names/table.json --asking 8 --networks 1",
            MindCommands.NamesAsync)
        {
            IsHidden = true,
            Options =
            [
                new("table", null, "FILE", "who is called what"),
                new("asking", null, "N", "sockets that may ask name servers"),
                new("networks", null, "N", "networks that are answered"),
            ],
        },
    ];
}
