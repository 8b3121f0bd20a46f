using Loam.Init;

namespace Loam.Cli.Commands;

/// <summary>Verbs of a machine whose operating system Loam is.</summary>
internal static class MachineVerbs
{
    public static IEnumerable<Command> All { get; } =
    [
        new("os", "restart | off", 1, 1, "End what runs, and switch the machine off or on again.",
            "loam os restart", InitCommands.OsAsync)
        {
            Details = "Only where Loam is the operating system. A change in hand is taken back "
                + "first.",
        },
        new("init", "", 0, 0, "Be the first process of a machine.", "loam init",
            InitCommands.InitAsync)
        {
            IsHidden = true,
        },
        new(MachineTable.LeaseVerb, "", 0, 0, "Ask for addresses where nobody else does.",
            "loam lease", InitCommands.LeaseAsync)
        {
            IsHidden = true,
        },
        new(MachineTable.ConsoleVerb, "", 0, 0, "Greet, and be the shell of a console.",
            "loam console", InitCommands.ConsoleAsync)
        {
            IsHidden = true,
        },
    ];
}
