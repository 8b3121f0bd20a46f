using System.Net;

namespace Loam.Core.Logins;

public enum LoginKind
{
    /// <summary>Somebody tried to get in and did not.</summary>
    Failed,
    /// <summary>Somebody is in.</summary>
    Accepted,
    /// <summary>Somebody did something as another user.</summary>
    Sudo,
    /// <summary>Somebody wanted to, and was refused.</summary>
    SudoRefused,
}

/// <summary>One thing that a log tells about somebody who came in or wanted to.</summary>
/// <param name="Service"><c>sshd</c>, <c>sudo</c>, or the name of a declared service.</param>
/// <param name="User">The account, as the program wrote it; null: it names none.</param>
/// <param name="Address">Where from; null: not over the network.</param>
/// <param name="How">For people: a method, or what was run; never an argument.</param>
public sealed record LoginEvent(LoginKind Kind, string Service, DateTimeOffset At, string? User,
    IPAddress? Address, string How);

/// <summary>A line of the system's own log.</summary>
/// <param name="Program"><c>sshd</c>, <c>sudo</c> …</param>
/// <param name="Process">Its number; 0: not told.</param>
/// <param name="Position">From where the log is read on after this line.</param>
public sealed record HostLogLine(
    DateTimeOffset At, string Program, int Process, string Text, string Position);
