using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Notify;

/// <summary>Who is told, and how: <c>notify</c> of manifest.yaml.</summary>
internal sealed class NotifySubject : ISubject
{
    public Vocabulary Words { get; } = new("notify");

    private static readonly string[] s_channels = ["ntfy", "webhook", "email", "smtp", "notifier"];

    public double Claim(Clause clause, Discourse said) =>
        IsOfPackets(clause) || IsOfSomebody(clause) ? 0 : Surely(clause, said);

    /// <summary>"Joost's shell": of the user, and no notifier.</summary>
    public static bool IsOfSomebody(Clause clause) => clause.Lexemes.Zip(clause.Lexemes.Skip(1))
        .Any(p => p.First.Possessive && p.First.Named(Known.User) is not null
            && (p.Second.Is(Part.Topic, "shell") || p.Second.Is(Part.Topic, "key")
                || p.Second.Is(Part.Topic, "uid") || p.Second.IsField("group")));

    private double Surely(Clause clause, Discourse said)
    {
        var lexemes = clause.Lexemes;
        var channel = lexemes.Any(l => s_channels.Any(c => l.Is(Part.Topic, c)));
        var address = lexemes.Any(l => l.Is(Part.Email) || l.Is(Part.Url));
        // "Tell me what runs" asks.
        var tells = Enumerable.Range(0, lexemes.Count).Any(i => (lexemes[i].Is(Part.Topic, "alert")
            || lexemes[i].Is(Part.Topic, "notify")) && !(lexemes[i].Is(Part.Question)
                && i + 1 < lexemes.Count && lexemes[i + 1].Is(Part.Question)));
        var job = lexemes.Any(l => l.Named(Known.Job) is not null || l.Is(Part.Topic, "job")
            || l.Is(Part.Command));
        var service = clause.Verb is "create" or "publish" or "upgrade" && lexemes.Any(
            l => l.IsMention) || lexemes.Any(l => l.IsField("certificate") || l.IsField("port")
                || l.IsField("environment") || l.Is(Part.Assignment) || l.IsField("backup")
                || l.IsField("secret"));
        if (lexemes.Any(l => l.Text.Contains("quiet hours", StringComparison.Ordinal)
            || l.Text == "do not disturb") || (lexemes.Any(l => l.Text == "quiet")
                && lexemes.Any(l => l.IsGlue("from") || l.Text == "between" || l.IsGlue("to"))))
        {
            return 0.9;
        }
        if (clause.Question is not null && !TellsAbout(clause))
        {
            return clause.Question is "who" or "where" or "what" or "how" or "which" or "show"
                    or "is" && (tells || channel) && !job && !service
                || (clause.Question is "who" or "how" or "where" 
                    && lexemes.Any(l => l.Text is "told" or "notified" or "alerted") && !job)
                ? 0.8 : 0;
        }
        if (tells && (address || (channel && !job && !service))
            || (address && lexemes.Any(l => l.Is(Part.Topic, "ntfy")
                || l.Is(Part.Topic, "webhook")))
            || (address && channel && lexemes.Any(l => l.Is(Part.Topic, "fail"))))
        {
            return job && !address ? 0 : 0.95;
        }
        var known = NotifyWish.Known(clause, said.Session).Count > 0;
        if (known && (channel || tells || address || Night(clause) || !job && NoMore(clause))
            && !service)
        {
            return 0.9;
        }
        if (tells && Night(clause) && !job && !service && (clause.Negated
            || lexemes.Any(l => l.IsGlue("not") || l.Text is "no")))
        {
            return 0.9;
        }
        if (tells && !job && !service && OfTrouble(clause)
            && !said.Continues(SubjectTable.Jobs))
        {
            return 0.95;
        }
        var about = said.Continues(this);
        if (job || service || said.Continues(SubjectTable.Jobs))
        {
            return 0;
        }
        return (channel && lexemes.Any(l => l.Is(Part.Topic, "fail")))
                || ((channel || lexemes.Any(l => l.Text.StartsWith("notification",
                    StringComparison.Ordinal) || l.Text is "alerts"))
                    && clause.Verb is "stop" or "remove" && !lexemes.Any(Other))
            ? 0.7
            : tells && (lexemes.Any(l => l.Is(Part.Topic, "fail") || l.IsField("status"))
                || Night(clause)) && !lexemes.Any(l => Other(l) || l.Is(Part.Key)) ? 0.6
            : about && (address || Night(clause) || channel || lexemes.Any(l => l.IsField("name")
                || l.Is(Part.PortPair) || l.Is(Part.Domain)
                || (l.Is(Part.Image) && l.Text.Contains('.', StringComparison.Ordinal)
                    && !l.Text.Contains('/', StringComparison.Ordinal)))
                || clause.Verb == "remove" && !lexemes.Any(Other)) ? 0.65 : 0;
    }

    /// <summary>"The alarm panel at 10.1.2.3 keeps probing us".</summary>
    private static bool IsOfPackets(Clause clause) =>
        clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr))
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "attack") && !l.Corrected);

    /// <summary>"No more pushes to the pager".</summary>
    private static bool NoMore(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => l.Text is "no more" or "no longer any")
        && !clause.Lexemes.Any(Other);

    /// <summary>A thing of another kind; "alerts" may be an app's role too.</summary>
    private static bool Other(Lexeme lexeme) => lexeme.IsMention && !lexeme.Is(Part.Topic)
        && lexeme.Namings.Any(n => n.Known != Known.Role);

    /// <summary>"Tell me when nextcloud is down", "… when the disk is full": what is told anyhow.
    /// </summary>
    private static bool OfTrouble(Clause clause)
    {
        var when = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("if"));
        return when > 0 && clause.Verb is "" or "have" && clause.Lexemes.Take(when).Any(
                l => l.Is(Part.Topic, "alert") || l.Is(Part.Topic, "notify"))
            && clause.Lexemes.Take(when).All(l => !l.IsMention)
            && clause.Lexemes.Skip(when).Any(l => l.IsField("status") || l.Is(Part.Topic, "fail")
                || l.Is(Part.Topic, "space") || l.Text is "down" or "unhealthy" or "broken"
                    or "dies" or "crashes" or "stops" or "full" or "unreachable" or "offline");
    }

    private static bool TellsAbout(Clause clause) => clause.Question == "show"
        && clause.Lexemes.Any(l => l.Is(Part.Question) && l.Is(Part.Topic, "notify"));

    private static bool Night(Clause clause) => clause.Lexemes.Any(l => l.Text.Split(' ').Any(
        w => w is "night" or "nights" or "overnight" or "between"));

    public void Read(Clause clause, Discourse said)
    {
        if (TellsAbout(clause))
        {
            clause.Question = null;
        }
        clause.Attributes.Add(NotifyWish.Of(clause, said.Session,
            said.Before.SelectMany(b => b.Attributes).OfType<NotifyWish>().LastOrDefault()?.Names
                ?? (said.Session.About is { } about && ReferenceEquals(about.Subject, this)
                    ? [.. about.Names] : [])));
    }

    public IEnumerable<Reply> Resolve(Clause clause, Session session)
    {
        var wish = clause.Attributes.OfType<NotifyWish>().First();
        var reply = new NotifyEdits(clause, session, wish).Make();
        session.About = new(this, reply.Kind == ReplyKind.Done || wish.Names.Count > 0
            ? [.. wish.Names] : []);
        return [reply];
    }

    public Reply? Answer(Clause clause, Session session)
    {
        session.About = new(this, []);
        var all = All(session);
        var texts = all.Select(n => $"{n.Text("name")} by {n.Text("type")}"
            + (n.Text("to") is { } to ? $" to {to}" : "")
            + (n.Text("url") is { } url ? $" ({Hidden(url)})" : "")
            + (n.Text("quiet_hours") is { } quiet ? $", only alerts between {quiet}" : "")
            + (n.Texts("events") is { Length: > 0 } events
                ? $", of {Wording.List(events)}" : ""));
        return Reply.Answer(all.Count == 0
            ? "Nobody is told: no `notify` is declared. Say where to, such as \"send alerts to "
                + "https://ntfy.sh/mybox\"."
            : $"Told {(all.Count == 1 ? "is" : "are")} {string.Join("; ", texts)}. What a job "
                + "sends is said by its on_failure and on_success.");
    }

    /// <summary>The path of a hook is what lets one post to it.</summary>
    private static string Hidden(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host : url;

    public static List<MapValue> All(Session session) =>
        [.. session.Draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Maps("notify") ?? []];
}
