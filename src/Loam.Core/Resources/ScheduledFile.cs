using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>scheduled.yaml: jobs that run at set times.</summary>
public static class ScheduledFile
{
    public const string File = "scheduled.yaml";

    private static readonly EnumType Told = new(["ignore", "notify", "alert"]);

    public static readonly Schema Job = new("job", "A command that runs at set times.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("schedule", Formats.Cron, "When, in the machine's time zone.") { Required = true },
        new("container", Formats.Name, "The service in whose container it runs."),
        new("image", Formats.Image,
            "The image of a fresh container it runs in, which is removed afterwards. Without "
            + "container and image it runs in the host's sandbox."),
        new("command", new CommandType(), "What runs, instead of the image's entry point; a "
            + "string runs in the shell of the container or sandbox.") { Required = true },
        new("environment", new MapType(Formats.Text, ServiceFormats.VariableName),
            "Environment variables; not inside a service, which has its own."),
        new("networks", new ListType(Formats.Name) { Unique = true },
            "Networks the fresh container joins, on which it reaches services by name. Absent: "
            + "the machine's default network."),
        new("volumes", new ListType(new ObjectType(ServicesFile.VolumeUse)),
            "Directories the fresh container sees; one of the host must exist."),
        new("access", new ListType(ScheduledFormats.Access) { Unique = true },
            "What the host's sandbox may reach: read:/PATH, write:/PATH, network:HOST:PORT."),
        new("timeout", new DurationType(1), "How long it may run.") { Default = "1h" },
        new("retries", new IntegerType(0, 100), "Further tries after a failure.")
        {
            Default = "0",
        },
        new("on_success", Told,
            "Who hears of it: ignore; notify, a message; alert, a message that stays until it is "
            + "over.") { Default = "ignore" },
        new("on_failure", Told, "The same, when the last try fails.") { Default = "notify" },
    ])
    { Key = "name", Example = "name: cleanup" };

    public static readonly FileKind Kind = new(File, "ScheduledTasks", new("spec",
        "Jobs that run at set times.",
    [
        new("jobs", new ListType(new ObjectType(Job)), "Commands that run at set times."),
    ]));
}

/// <summary>Forms of texts that only jobs have.</summary>
internal static class ScheduledFormats
{
    public static readonly FormatType Access = new(
        "read:/PATH, write:/PATH or network:HOST:PORT", "^(read:/|write:/|network:).+$",
        text => SandboxAccess.Parse(text) is not null ? Verdict.Good(text)
            : Verdict.Bad("not a right of a sandbox",
                "Write read:/PATH, write:/PATH or network:HOST:PORT."));
}
