using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Mind.Context;

namespace Loam.Mind.Privacy;

/// <summary>A context as it would leave the machine.</summary>
/// <param name="System">Loam's own text, the same on every machine.</param>
/// <param name="Message">The rest, with placeholders.</param>
/// <param name="Redactor">Puts back into the answer what it replaced here.</param>
public sealed record Outgoing(
    string System, string Message, PrivacyDecision Decision, Redactor Redactor)
{
    public ImmutableArray<RedactionCount> Replaced => Redactor.Counts;

    /// <summary>Exactly what would be sent.</summary>
    public string Text => System + "\n\n" + Message;

    public static Outgoing Of(AssembledContext context, MachineView view)
    {
        var policy = context.Privacy;
        var redactor = new Redactor(
            PrivateNames.Of(view, context.State), onlySecrets: !policy.Redact);
        var message = redactor.Redact(context.Message);
        return new(context.System, message, Decide(context.Sections, policy, redactor.Counts,
            view.Logs.Any(l => !l.Lines.IsEmpty)), redactor);
    }

    /// <summary>Whether a text that is sent besides may leave.</summary>
    /// <param name="context">What it is sent with.</param>
    public static PrivacyDecision Judge(
        string name, string text, AssembledContext context, MachineView view)
    {
        var policy = context.Privacy;
        var redactor = new Redactor(
            PrivateNames.Of(view, context.State), onlySecrets: !policy.Redact);
        redactor.Redact(text);
        return Decide([new(name, text, IsOurs: false)], policy, redactor.Counts, hasLogs: false);
    }

    private static PrivacyDecision Decide(ImmutableArray<ContextSection> sections,
        LlmPrivacy policy, ImmutableArray<RedactionCount> counts, bool hasLogs)
    {
        foreach (var section in sections.Where(s => !s.IsOurs))
        {
            if (Topics.Find(policy.LocalOnly, section.Text) is { } topic)
            {
                return new(Sending.LocalOnly, section.Name == "request"
                    ? $"The request is about \"{topic}\", which never leaves this machine."
                    : $"\"{topic}\" is in what would be sent ({section.Name}), and never leaves "
                        + "this machine.");
            }
        }
        var secrets = counts.FirstOrDefault(c => c.Kind == PrivateKind.Secret)?.Places ?? 0;
        var why = secrets > 0 ? "A secret was found and taken out; look whether there are others."
            : hasLogs ? "Lines of logs would be sent, in which anything may stand."
            : !policy.Redact ? "Names and addresses would be sent as they are."
            : null;
        return policy.Approve switch
        {
            LlmApproval.Always => new(Sending.NeedsApproval,
                "llm.privacy asks for approval of everything that is sent."),
            LlmApproval.Sensitive when why is not null => new(Sending.NeedsApproval, why),
            _ => new(Sending.Send, "Nothing in it is known to be private."),
        };
    }
}

/// <summary>Topics in texts, by their words.</summary>
internal static class Topics
{
    /// <returns>The topic that occurs; null: none does.</returns>
    public static string? Find(ImmutableArray<string> topics, string text)
    {
        if (topics.IsEmpty)
        {
            return null;
        }
        var words = " " + string.Join(' ', Words(text)) + " ";
        return topics.FirstOrDefault(t => string.Join(' ', Words(t)) is { Length: > 0 } topic
            && words.Contains($" {topic} ", StringComparison.Ordinal));
    }

    /// <summary>In small letters and the singular, as far as English has one rule for it.</summary>
    private static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                at++;
            }
            if (at > start)
            {
                yield return Singular(text[start..at].ToLowerInvariant());
            }
        }
    }

    private static string Singular(string word) => word.Length < 4 ? word
        : word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y"
        : word.EndsWith("ss", StringComparison.Ordinal) ? word
        : word.EndsWith('s') ? word[..^1] : word;
}
