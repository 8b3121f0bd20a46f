using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Notify;

/// <summary>What a clause says of somebody who is told.</summary>
internal sealed record NotifyWish : ClauseAttribute
{
    /// <summary>Those of the state that were named, or spoken of before.</summary>
    public List<string> Names { get; } = [];
    public string? Type { get; set; }
    public string? Url { get; set; }
    public string? To { get; set; }
    public string? Smtp { get; set; }
    public string? Name { get; set; }
    public string? Secret { get; set; }

    /// <summary>A value of a secret was said, which no file may hold.</summary>
    public bool Revealed { get; set; }
    public string? Quiet { get; set; }
    public bool NoQuiet { get; set; }

    /// <summary>Events that are told.</summary>
    public List<string> Events { get; } = [];
    public bool Stops { get; set; }

    public static NotifyWish Of(Clause clause, Session session, IReadOnlyList<string> about)
    {
        var wish = new NotifyWish();
        wish.Names.AddRange(Known(clause, session));
        wish.ReadEvents(clause);
        wish.ReadAddresses(clause);
        wish.ReadName(clause);
        wish.ReadQuiet(clause);
        var negated = clause.Lexemes.Any(l => l.IsGlue("not") || l.Text is "no" or "never"
                or "no more" or "no longer any"
            || l.IsGlue("without")) || clause.Negated;
        wish.Stops = clause.Verb is "stop" or "remove" || clause.Lexemes.Any(l => l.Text == "go")
            && wish.Names.Count > 0 && wish.To is null && wish.Url is null
            || (negated && wish.Quiet is null);
        if (wish.Names.Count == 0 && wish.Url is null && wish.To is null)
        {
            wish.Names.AddRange(about);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(Part.Topic) || clause[at].IsField("schedule")
                || clause[at].Is(Part.Verb) || clause[at].Is(Part.Reference)
                || clause[at].IsField("onfailure") || clause[at].IsField("log")
                || clause[at].IsField("status") || clause[at].IsGlue("if")
                || clause[at].IsGlue("not") || clause[at].IsField("password")
                || clause[at].Text is "too" or "go" or "post" or "send" or "something" or "goes")
            {
                clause.Use(at);
            }
        }
        return wish;
    }

    /// <summary>Names of notifiers among the words.</summary>
    public static List<string> Known(Clause clause, Session session) =>
        [.. NotifySubject.All(session).Select(n => n.Text("name")).OfType<string>()
            .Where(n => !NotifySubject.IsOfSomebody(clause) && Meant(clause).Any(l => l.Text == n
                || (l.Text == n.Split('-')[0] && !l.Is(Part.Reference) && !l.Is(Part.Noise)
                    && !IsMachine(session, l.Text))))];

    /// <summary>What is said of somebody who stays is left out: "drop it-desk, but oncall has to
    /// stay".</summary>
    private static IEnumerable<Lexeme> Meant(Clause clause) =>
        ClauseSplitter.PiecesOf(clause.Lexemes)
            .Select(p => clause.Lexemes.Skip(p.From).Take(p.To - p.From).ToList())
            .Where(p => !(p.Count > 1 && clause.Verb is "remove" or "stop" && p.Exists(l => l.Text
                is "stay" or "stays" or "keep" or "keeps" or "remain" or "remains")))
            .SelectMany(p => p);

    private static bool IsMachine(Session session, string word) =>
        session.Draft.State.Services.ContainsKey(word);

    /// <summary>"Events job.failed and backup.failed": a list behind the word.</summary>
    private void ReadEvents(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.Text is "events" or "event");
        for (var next = at + 1; at >= 0 && next < clause.Count; next++)
        {
            var lexeme = clause[next];
            if (lexeme.Text.Split('.') is [{ Length: > 0 } kind, { Length: > 0 } what]
                && kind.All(char.IsAsciiLetter) && what.All(char.IsAsciiLetter)
                || lexeme is { IsMention: false } && lexeme.Text is "job" or "backup" or "service"
                    or "security" or "state" or "approval")
            {
                Events.Add(lexeme.Text);
                clause.Use(next);
            }
            else if (!(lexeme.IsGlue("and") || lexeme.IsGlue("comma") || lexeme.Text == ":"))
            {
                break;
            }
        }
    }

    private void ReadAddresses(Clause clause)
    {
        bool Says(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (Names.Contains(lexeme.Text))
            {
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Url))
            {
                Url ??= lexeme.Original;
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Email))
            {
                To ??= lexeme.Original;
                clause.Use(at);
            }
            else if (IsMailServer(clause, at) is { } server)
            {
                Smtp ??= server;
                clause.Use(at);
            }
            else if (lexeme.Is(Part.Identifier) || (lexeme.Is(Part.Unknown) && at > 0
                && clause[at - 1].IsField("secret")))
            {
                Secret ??= lexeme.Original;
                clause.Use(at);
            }
            else if (lexeme.IsField("password"))
            {
                var next = clause.NextValue(at);
                Revealed |= next >= 0 && (clause[next].Is(Part.Unknown)
                    || clause[next].Is(Part.Quoted)) && !clause[next].IsField("secret");
            }
        }
        Type = Says("ntfy") || Url?.Contains("ntfy", StringComparison.Ordinal) == true ? "ntfy"
            : Url is not null || Says("webhook") ? "webhook"
            : To is not null || Smtp is not null || Says("email") ? "email" : null;
    }

    /// <summary><c>smtp.example.com:587</c>; mail is handed in on 587 unless said otherwise.
    /// </summary>
    private static string? IsMailServer(Clause clause, int at)
    {
        var lexeme = clause[at];
        var text = lexeme.Text;
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : text;
        if (!clause.IsFree(at) || !host.Contains('.', StringComparison.Ordinal)
            || host.Contains('/', StringComparison.Ordinal)
            || Uri.CheckHostName(host) == UriHostNameType.Unknown
            || !(lexeme.Is(Part.Domain) || lexeme.Is(Part.Image) || lexeme.Is(Part.Address))
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "attack") && !l.Corrected))
        {
            return null;
        }
        return colon > 0 ? text : $"{host}:587";
    }

    private void ReadName(Clause clause)
    {
        var at = clause.Find(Part.Field, "name");
        if (clause.Verb == "rename")
        {
            at = Enumerable.Range(0, clause.Count).LastOrDefault(
                i => clause[i].IsGlue("to") || clause[i].IsGlue("as"), -1);
        }
        // "Notifier ops: webhook …"
        var title = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "notifier"));
        if (at < 0 && title >= 0 && title + 2 < clause.Count && clause[title + 2].Text == ":"
            && clause.IsFree(title + 1) && Names.Count == 0)
        {
            at = title;
        }
        var next = at < 0 ? -1 : clause.NextValue(at);
        if (next >= 0 && NameReader.AsLabel(clause[next].Original) is { Length: > 0 } name)
        {
            Name = name;
            clause.Use(at);
            clause.Use(next);
        }
    }

    private void ReadQuiet(Clause clause)
    {
        var quiet = clause.Lexemes.Any(l => l.Text.Contains("quiet", StringComparison.Ordinal)
            || l.Text is "do not disturb");
        var night = clause.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "night" or "nights"
            or "overnight"));
        var times = new List<string>();
        foreach (var lexeme in clause.Lexemes)
        {
            foreach (var word in lexeme.Text.Split(' ', '-'))
            {
                if (Hour(word, lexeme) is { } hour)
                {
                    times.Add(hour);
                }
            }
        }
        var negated = clause.Lexemes.Any(l => l.IsGlue("not") || l.Text is "no" or "never");
        NoQuiet = quiet && (clause.Verb is "remove" or "stop" || clause.Lexemes.Any(
            l => l.Text is "no" or "without"));
        if (times is [var from, var to] && (quiet || night || negated || clause.Lexemes.Any(
            l => l.Text == "between")))
        {
            (Quiet, NoQuiet) = ($"{from}-{to}", false);
        }
        else if (night && (negated || quiet) && !NoQuiet)
        {
            Quiet = "22:00-07:00";
        }
        if (Quiet is not null)
        {
            for (var at = 0; at < clause.Count; at++)
            {
                if (clause[at].IsNumber || clause[at].Is(Part.PortPair)
                    || clause[at].Is(Part.PortRange) || clause[at].Is(Part.Version)
                    || TimeWords.English.Is(clause[at].Text, "pm")
                    || TimeWords.English.Is(clause[at].Text, "am"))
                {
                    clause.Use(at);
                }
            }
        }
    }

    private static string? Hour(string word, Lexeme lexeme)
    {
        if (word is "midnight" or "noon" or "midday")
        {
            return word == "midnight" ? "00:00" : "12:00";
        }
        var half = word.EndsWith("pm", StringComparison.Ordinal) ? 12 : 0;
        var bare = word.EndsWith("pm", StringComparison.Ordinal)
            || word.EndsWith("am", StringComparison.Ordinal) ? word[..^2] : word;
        var parts = bare.Split(':', 'h');
        if (lexeme.Is(Part.Email) || lexeme.Is(Part.Url) || !int.TryParse(parts[0],
                NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || hour > 24
            || parts.Length > 2)
        {
            return null;
        }
        var minute = 0;
        if (parts.Length == 2 && parts[1].Length > 0 && (!int.TryParse(parts[1],
            NumberStyles.None, CultureInfo.InvariantCulture, out minute) || minute > 59))
        {
            return null;
        }
        hour = half == 12 && hour < 12 ? hour + 12 : half == 0 && word != bare && hour == 12 ? 0
            : hour;
        return string.Create(CultureInfo.InvariantCulture, $"{hour % 24:00}:{minute:00}");
    }
}
