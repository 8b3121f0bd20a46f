using Loam.Init;

namespace Loam.Cli.Commands;

/// <summary>Verbs of a machine whose operating system Loam is.</summary>
internal static class MachineVerbs
{
    public static IEnumerable<Command> All { get; } =
    [
        new("os", "status | update FILE | rollback | install DISK | restart | off", 1, 2,
            "Loam as the operating system: its slots, updates, installing, the end.",
            "loam os status\nloam os update loam.update\nloam os install /dev/vda",
            OsCommands.RunAsync)
        {
            Options =
            [
                new("later", null, null, "update, rollback: somebody starts the machine again"),
                new("within", null, "MINUTES",
                    "update, rollback: how long it has to become healthy (5)"),
                new("keep", null, null, "install: what the disk's part for data holds stays"),
                new("medium", null, "DIR", "install: where the files for it are (/medium/loam)"),
            ],
            Completes = Completes.Files,
            Details = "An update goes into the slot that is not in use and is started on trial: it "
                + "stays once every service that was healthy is so again, else the one before "
                + "comes back by itself. `rollback` tries what is in the other slot in the same "
                + "way. `restart` and `off` take a change in hand back first.",
        },
        new("disk-image", "MEDIUM FILE MEGABYTES", 3, 3, "Write a disk of Loam into a file.",
            "loam disk-image out/os/medium loam.img 568", OsCommands.ImageAsync)
        {
            IsHidden = true,
        },
        // What the kernel does not know of its command line is said to the first program.
        new("init", "", 0, 100, "Be the first process of a machine.", "loam init",
            InitCommands.InitAsync)
        {
            IsHidden = true,
        },
        new(MachineTable.LeaseVerb, "", 0, 0, "Ask for addresses where nobody else does.",
            "loam lease", InitCommands.LeaseAsync)
        {
            IsHidden = true,
        },
        new(MachineTable.SeedVerb, "DEVICE TYPE", 2, 2, "Take what a new machine is given.",
            "loam seed /dev/vdc iso9660", SeedCommand.RunAsync)
        {
            IsHidden = true,
        },
        new(MachineTable.ConsoleVerb, "[password | rescue]", 0, 1,
            "The console: greet, and be its shell; its password; a shell of the system.",
            "loam console password\nloam console rescue", ConsoleCommands.RunAsync)
        {
            Details = "Only where Loam is the operating system. Without a password whoever sits at "
                + "the console owns the machine; an empty one takes it away. In the shell of the "
                + "system nothing is planned, checked or taken back; the console is one by itself "
                + "where no daemon answers.",
        },
    ];
}
