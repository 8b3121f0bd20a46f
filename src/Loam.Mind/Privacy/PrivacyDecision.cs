namespace Loam.Mind.Privacy;

public enum Sending
{
    Send,
    /// <summary>A person is shown what would be sent, and asked.</summary>
    NeedsApproval,
    /// <summary>It must not leave; a model of this machine may be asked.</summary>
    LocalOnly,
}

/// <param name="Reason">A sentence.</param>
public sealed record PrivacyDecision(Sending Sending, string Reason);
