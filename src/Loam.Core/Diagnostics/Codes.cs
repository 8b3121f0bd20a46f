namespace Loam.Core.Diagnostics;

/// <summary>The kind of a finding. <c>docs/diagnostics.md</c> is generated from these.</summary>
/// <param name="Number">Stable for ever; 01xx text and values, 02xx across files, 03xx planning,
/// 04xx applying, 05xx answers of models.</param>
/// <param name="Title">What it says in a few words.</param>
/// <param name="Explanation">Why it matters and what usually mends it.</param>
public sealed record Code(int Number, string Title, string Explanation)
{
    public string Id => $"LOAM{Number:D4}";
}

/// <summary>Every diagnostic Loam can give, in one place.</summary>
public static class Codes
{
    public static readonly Code Syntax = new(101, "The file is not YAML",
        "The text cannot be read as YAML. The place named is where reading stopped; the fault is "
        + "there or on the line before: often a tab, a missing colon or wrong indentation.");
    public static readonly Code Head = new(102, "Wrong or missing file head",
        "Each state file begins with `apiVersion: loam/v1` and its own `kind`.");
    public static readonly Code UnknownField = new(103, "Unknown field",
        "The field does not exist at this place. The nearest known name is given.");
    public static readonly Code WrongType = new(104, "Value of the wrong kind",
        "A list stands where text is wanted, text where a number is wanted, and so on.");
    public static readonly Code BadValue = new(105, "Value outside what is allowed",
        "The value has the right kind but not a form or size this field accepts.");
    public static readonly Code Required = new(106, "Required field missing",
        "The entry cannot be understood without this field.");
    public static readonly Code Duplicate = new(107, "Duplicate name or key",
        "Names are unique in their list, and a key stands once in a mapping.");
    public static readonly Code TooLarge = new(108, "File too large or too deep",
        "State files are bounded so that a broken or hostile one cannot exhaust the machine.");
    public static readonly Code YamlFeature = new(109, "YAML feature not allowed",
        "Anchors, aliases, tags and several documents in one file are refused: what a person "
        + "reads must be what is meant.");
    public static readonly Code Ambiguous = new(110, "Value with two readings",
        "The value is accepted, but is probably not what was meant.");
    public static readonly Code PlaintextSecret = new(111, "A secret in plain text",
        "Secrets stand in the files only encrypted. `loam secret set NAME` encrypts one.");

    public static readonly Code UnknownReference = new(201, "Reference to something undeclared",
        "A name refers to a secret, volume, network, service or certificate that no file "
        + "declares.");
    public static readonly Code PortClash = new(202, "Two services publish one host port",
        "A port of the host can be published by one service only.");
    public static readonly Code Loop = new(203, "Dependencies form a loop",
        "Services that wait for each other would never start.");
    public static readonly Code Disagreement = new(204, "Two files disagree",
        "The same thing is declared twice with different values.");
    public static readonly Code FirewallDrops = new(205, "The firewall drops something needed",
        "The rules would block a published port, loopback or established connections.");
    public static readonly Code LatestTag = new(206, "No fixed version",
        "Without a tag the newest image is meant, so two machines may run different versions.");

    public static readonly Code EqualsRoot = new(207, "A user gets rights equal to root",
        "Whoever may talk to the container engine can do everything on the host.");
    public static readonly Code SharedVolume = new(208, "Two services write one volume",
        "Many programs damage their data when another program writes to it too.");
    public static readonly Code Incomplete = new(209, "Fields that need or exclude each other",
        "Each field is valid by itself, but not with, or without, the other.");

    public static readonly Code NotYet = new(301, "Field that cannot be applied yet",
        "The field is valid, but this version of Loam has no driver that makes it true.");
    public static readonly Code PortTaken = new(302, "A host port is taken",
        "Another process or container already listens on the port.");
    public static readonly Code ReplicasNeedPorts = new(303, "Replicas behind one host port",
        "Docker and Podman give a host port to one container only.");
    public static readonly Code MajorUpgrade = new(304, "Major version change of a database",
        "Data files of one major version are not readable by the next without a dump.");
    public static readonly Code Unresolvable = new(305, "Image cannot be resolved",
        "The registry does not know the image or tag, or cannot be reached.");
    public static readonly Code Foreign = new(306, "Name taken by something Loam did not make",
        "Loam never touches what it did not create. `loam adopt` takes something over.");
    public static readonly Code SecretStored = new(307, "The engine will store a secret",
        "The image reads this secret only from its environment, which the engine keeps.");
    public static readonly Code Exposes = new(308, "A service gets rights over the host",
        "Privileged mode, devices, added capabilities and host paths widen what a container "
        + "can reach.");
    public static readonly Code Stale = new(309, "The plan is no longer current",
        "The state or the machine changed since the plan was shown.");
    public static readonly Code NeedsConfirmation = new(310, "A restricted change",
        "The change needs the file's name typed: `--confirm FILE`.");
    public static readonly Code NothingToRun = new(311, "Nothing says whether it is healthy",
        "The service has neither a port nor a health check.");
    public static readonly Code MergeClash = new(312, "Two changes contradict each other",
        "The same thing was changed by somebody else since the file was read, and not to the "
        + "same. Changes of different things are joined without a question.");
    public static readonly Code LastWayIn = new(313, "The last way in would go",
        "Somebody must be able to log in with an SSH key and administer the machine, or nobody "
        + "could mend it. A change that takes this from everybody is refused; one that takes it "
        + "from whoever approves it is on trial.");
    public static readonly Code UserUnfit = new(314, "A user cannot be as declared here",
        "The machine has an account, group, number or shell that does not go together with what "
        + "is declared.");

    public static readonly Code ProgramMissing = new(315, "A program of the host is missing",
        "What the files ask for is done by a program that is not installed on this machine.");

    public static readonly Code NotHere = new(316, "Something this machine does not have",
        "What is declared names a part of the machine, such as a time zone or an interface, that "
        + "is not there. Those that are there are named.");

    public static readonly Code StorageUnfit = new(317, "Storage cannot be as declared here",
        "Data would be lost, hidden or cut off, or the machine has not what is asked for. Loam "
        + "never deletes or covers data by itself.");

    public static readonly Code Unhealthy = new(401, "A service did not become healthy",
        "Its probe failed for the whole of the start period and all retries.");
    public static readonly Code HostFault = new(402, "The host refused or failed",
        "The engine or the system answered with an error, after all bounded retries.");
    public static readonly Code DriverFault = new(403, "A driver did not do what it said",
        "After the change the machine was observed again and was not as planned.");

    public static readonly Code AnswerForm = new(501, "A model's answer cannot be read",
        "An answer gives whole files in fenced blocks that name them, or asks one question, or is "
        + "words alone. A block that is not closed, a question beside files and a part of a file "
        + "instead of the whole are none of these.");
    public static readonly Code AnswerFile = new(502, "A model's answer names a wrong file",
        "A model may write the six state files, by their names and each once; nothing else.");
    public static readonly Code AnswerLoses = new(503, "A model's answer leaves out what was there",
        "A file is replaced as a whole. What the answer leaves out would be removed, though nobody "
        + "asked for that.");
    public static readonly Code AnswerSecret = new(504, "A model's answer writes a secret's value",
        "A model sees handles in place of secrets. It keeps a handle where it stands, or asks for "
        + "a fresh value with `generate:32`; it never writes a value.");

    /// <summary>All codes, by number.</summary>
    public static IReadOnlyList<Code> All { get; } =
    [
        Syntax, Head, UnknownField, WrongType, BadValue, Required, Duplicate, TooLarge,
        YamlFeature, Ambiguous, PlaintextSecret,
        UnknownReference, PortClash, Loop, Disagreement, FirewallDrops, LatestTag,
        EqualsRoot, SharedVolume, Incomplete,
        NotYet, PortTaken, ReplicasNeedPorts, MajorUpgrade, Unresolvable, Foreign, SecretStored,
        Exposes, Stale, NeedsConfirmation, NothingToRun, MergeClash, LastWayIn, UserUnfit,
        ProgramMissing, NotHere, StorageUnfit,
        Unhealthy, HostFault, DriverFault,
        AnswerForm, AnswerFile, AnswerLoses, AnswerSecret,
    ];
}
