using System.Collections.Immutable;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>What is said of some users at once.</summary>
internal sealed record UserAttribute : ClauseAttribute
{
    /// <summary>Users that are there.</summary>
    public List<string> Users { get; init; } = [];

    /// <summary>Names that no user has yet.</summary>
    public List<string> Names { get; init; } = [];
    public List<string> Join { get; init; } = [];
    public List<string> Leave { get; init; } = [];
    public List<string> Keys { get; init; } = [];

    /// <summary>Which of the keys that are there: "the office key".</summary>
    public List<string> Hints { get; init; } = [];

    /// <summary>Keys that are to stay.</summary>
    public List<string> Kept { get; init; } = [];
    public string? Shell { get; set; }
    public int? Uid { get; set; }
    public string? NewName { get; set; }

    public bool Everyone { get; set; }

    /// <summary>Of everyone, those in this group.</summary>
    public string? OfGroup { get; set; }

    /// <summary>Only those who are named shall be in the groups.</summary>
    public bool OnlyThey { get; set; }

    /// <summary>Of no other groups: "ben only in developers".</summary>
    public bool OnlyThose { get; set; }
    public bool SaysAccount { get; set; }
    public bool SaysKey { get; set; }
    public bool AllKeys { get; set; }
    public bool ReplacesKeys { get; set; }
    public bool Removes { get; set; }
    public bool Creates { get; set; }
    public bool Locks { get; set; }
    public bool Unlocks { get; set; }

    /// <summary>Somebody is gone; what shall be done comes next, or is asked.</summary>
    public bool Left { get; set; }

    public bool SaysWhat => Join.Count + Leave.Count + Keys.Count > 0 || Shell is not null
        || Uid is not null || NewName is not null || Locks || Unlocks;
}

internal enum SecretWish { Make, Renew, Remove, Tell }

/// <summary>Secrets by their names; a value is never taken.</summary>
internal sealed record SecretAttribute(
    SecretWish Wish, ImmutableArray<string> Names, int Length, bool Hex) : ClauseAttribute;

/// <summary>What is said of a certificate.</summary>
internal sealed record CertificateAttribute : ClauseAttribute
{
    public List<string> Names { get; init; } = [];
    public List<string> Domains { get; init; } = [];
    public List<string> UsedBy { get; init; } = [];
    public string? Provider { get; init; }
    public string? Directory { get; init; }
    public string? Email { get; set; }

    /// <summary>The mail address is that of these certificates; empty: of those that are there.
    /// </summary>
    public List<string>? EmailOf { get; init; }

    /// <summary>What a new one shall be called.</summary>
    public string? Called { get; init; }
    public string? Challenge { get; init; }
    public string? Hook { get; set; }
    public string? Path { get; init; }
    public int? Days { get; init; }
    public bool? Renews { get; init; }
    public bool Removes { get; init; }

    /// <summary>It is for these names and no others.</summary>
    public bool Only { get; init; }

    /// <summary>Said of one that is there: "add it to the certificate".</summary>
    public bool Joins { get; init; }

    /// <summary>What is named is taken away from the certificate.</summary>
    public bool Takes { get; init; }
}

/// <summary>What is said of the audit log.</summary>
internal sealed record AuditAttribute : ClauseAttribute
{
    public int? Days { get; init; }
    public string? Path { get; init; }
    public List<string> Events { get; init; } = [];
    public bool On { get; init; }
    public bool Off { get; init; }

    /// <summary>Besides what is recorded already.</summary>
    public bool More { get; init; }
}
