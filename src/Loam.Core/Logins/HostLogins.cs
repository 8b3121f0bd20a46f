namespace Loam.Core.Logins;

/// <summary>What the lines of the system's log say about people who come in: one reader for those
/// who are shut out and for the record of who did what.</summary>
public sealed class HostLogins
{
    public const string Ssh = "sshd";
    public const string Sudo = "sudo";

    private readonly SshdLines _ssh = new();

    /// <summary>Programs whose lines are read.</summary>
    public static IReadOnlyList<string> Programs { get; } = [Ssh, "sshd-session", Sudo];

    /// <returns>Null: it is about nothing of the kind.</returns>
    public LoginEvent? Read(HostLogLine line) => line.Program switch
    {
        Sudo => SudoLine.Read(line),
        _ when Programs.Contains(line.Program) => _ssh.Read(line),
        _ => null,
    };
}
