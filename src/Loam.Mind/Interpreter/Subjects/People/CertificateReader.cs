using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>What a clause says of certificates.</summary>
internal static class CertificateReader
{
    private const int DaysOfWeek = 7;
    private const int DaysOfMonth = 30;

    public static bool Speaks(Clause clause)
    {
        var word = clause.Lexemes.Any(l => l.IsField("certificate"))
            && !clause.Lexemes.Any(l => l.Is(Part.Topic, "limit")
                || l.Text is "connection" or "connections");
        var kind = clause.Lexemes.Any(l => l.Is(Part.Topic, "letsencrypt")
            || l.Is(Part.Topic, "wildcard") || (l.Is(Part.Topic, "acme")
                && clause.Lexemes.Any(u => u.Is(Part.Url)))
            || l.Is(Part.Topic, "selfsigned") || l.Is(Part.Topic, "dnschallenge")
            || l.Is(Part.Topic, "httpchallenge"));
        var named = clause.Lexemes.Any(l => l.Named(Known.Certificate) is not null);
        var domain = clause.Lexemes.Any(l => l.Is(Part.Domain));
        var app = clause.Lexemes.Any(l => l.Is(Part.Image)
            || (l.Named(Known.App) is not null && l.Named(Known.Service) is null
                && l.Named(Known.Certificate) is null));
        var made = app && clause.Verb is "create" or "have" or "" && clause.Question is null;
        // "https on port 443" is about a service; a name makes it a certificate.
        var https = clause.Lexemes.All(l => !l.IsField("certificate")
            || l.Text is "https" or "ssl");
        var service = clause.Lexemes.Any(l => l.Named(Known.Service) is not null
            && l.Named(Known.Certificate) is null);
        return !(made && !domain) && (kind || (word && (!https || domain || clause.Verb is "have"
            && !service))
            || (named && !service && (domain || clause.Lexemes.Any(l =>
                l.Is(Part.Topic, "renewal") || l.Is(Part.Topic, "ends")))));
    }

    public static void Read(Clause clause)
    {
        var read = new CertificateAttribute
        {
            Names = [.. Named(clause, Known.Certificate)],
            Domains = Take(clause, Part.Domain),
            UsedBy = Services(clause),
            Email = Take(clause, Part.Email).LastOrDefault(),
            Directory = Take(clause, Part.Url).LastOrDefault(),
            Provider = Provider(clause),
            Challenge = Says(clause, "dnschallenge") || Says(clause, "hook") ? "dns"
                : Says(clause, "httpchallenge") ? "http" : null,
            Hook = Path(clause, hook: true),
            Path = Path(clause, hook: false),
            Days = Days(clause),
            Renews = Says(clause, "renewal") || clause.Lexemes.Any(l => l.Text == "renew")
                ? clause.Negated || clause.Verb is "stop" or "remove" || clause.Lexemes.Any(
                        l => l.Text is "no" or "without" or "by hand" or "manually") ? false
                    : clause.Verb == "start" || clause.Lexemes.Any(l => l.IsField("automatic")
                        || l.Text.Contains("auto", StringComparison.Ordinal)) ? true : null
                : null,
            Joins = Joins(clause),
            Only = clause.Lexemes.Any(l => l.IsGlue("only")),
            Takes = clause.Verb is "remove" or "disconnect" || clause.Lexemes.Any(
                l => l.Text is "off" or "out of" or "from")
                && clause.Lexemes.Any(l => l.Is(Part.Domain)) || clause.Lexemes.Any(l => l.Is(
                Part.Topic, "leaves")) || clause.Verb is "" or "have" && (clause.Negated
                || clause.Lexemes.Any(l => l.IsGlue("not"))),
            Removes = clause.Verb == "remove" && !clause.Negated
                && !(Says(clause, "renewal") && !clause.Lexemes.Any(l => l.Is(Part.Domain))),
        };
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(Part.Topic) || clause[at].Is(Part.Field) || clause[at].Is(Part.Verb)
                || clause[at].IsGlue("not") || clause[at].IsGlue("insteadof"))
            {
                clause.Use(at);
            }
        }
        clause.Attributes.Add(read);
    }

    private static bool Says(Clause clause, string topic) =>
        clause.Lexemes.Any(l => l.Is(Part.Topic, topic));

    private static IEnumerable<string> Named(Clause clause, Known known)
    {
        var names = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Named(known) is { } name && clause.IsFree(at)
                && (clause[at].Named(Known.Service) is null || Beside(clause, at)))
            {
                clause.Use(at);
                names.Add(name);
            }
        }
        return names.Distinct();
    }

    private static bool Beside(Clause clause, int at) =>
        (at + 1 < clause.Count && clause[at + 1].IsField("certificate"))
        || (at > 0 && (clause[at - 1].IsField("certificate") || clause[at - 1].IsField("name")));

    /// <summary>"To the certificate", "the cert should also cover", "the same one".</summary>
    private static bool Joins(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsField("certificate"));
        if (at < 1 || clause.Lexemes.Any(l => l.Text is "another" or "new" or "separate" or "own"))
        {
            return false;
        }
        var known = clause[at - 1].Text is "the" or "our" or "my" or "that" or "this" or "existing"
            or "current" or "same";
        var before = clause.NextBefore(at);
        return known && (before?.IsGlue("to") == true || before?.IsGlue("on") == true
                || before?.IsGlue("in") == true
                || clause.Lexemes.Skip(at).Any(l => l.IsGlue("also")
                    || l.Text is "cover" or "covers" or "include" or "includes" or "add"))
            || clause[at - 1].Text == "same";
    }

    private static List<string> Take(Clause clause, Part part)
    {
        var taken = new List<string>();
        foreach (var at in clause.All(part).ToList())
        {
            clause.Use(at);
            taken.Add(part == Part.Url ? clause[at].Original
                : clause[at].Text.TrimEnd('.').ToLowerInvariant());
        }
        return [.. taken.Distinct()];
    }

    private static List<string> Services(Clause clause)
    {
        var services = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].Named(Known.Service) is { } service)
            {
                clause.Use(at);
                services.Add(service);
            }
            else if (clause.IsFree(at) && clause[at].IsMention)
            {
                clause.Use(at);
            }
        }
        return [.. services.Distinct()];
    }

    private static string? Provider(Clause clause) =>
        Says(clause, "selfsigned") ? "self-signed"
        : Says(clause, "letsencrypt") ? "letsencrypt"
        : Says(clause, "acme") || clause.Lexemes.Any(l => l.Is(Part.Url)) ? "acme" : null;

    /// <summary>A path after "hook" is a command; any other a directory.</summary>
    private static string? Path(Clause clause, bool hook)
    {
        foreach (var at in clause.All(Part.Path).ToList())
        {
            var before = clause.Lexemes.Take(at).ToList();
            var isHook = before.Exists(l => l.Is(Part.Topic, "hook")
                || l.Is(Part.Topic, "dnschallenge"))
                || clause[at].Text.EndsWith(".sh", StringComparison.Ordinal)
                || clause[at].Text.EndsWith(".py", StringComparison.Ordinal);
            if (isHook == hook)
            {
                clause.Use(at);
                return clause[at].Original;
            }
        }
        return null;
    }

    private static int? Days(Clause clause)
    {
        foreach (var at in clause.All(Part.Number).ToList())
        {
            var next = clause.Next(at);
            var factor = next >= 0 && clause[next].Is(Part.Topic, "weeks") ? DaysOfWeek
                : next >= 0 && clause[next].Is(Part.Topic, "months") ? DaysOfMonth : 1;
            if (at > 0 && (clause[at - 1].IsGlue("not") || clause[at - 1].IsGlue("insteadof")
                || clause[at - 1].IsGlue("from")))
            {
                clause.Use(at);
                continue;
            }
            if (clause[at].Unit is "" or "d" && clause[at].Value is > 0 and <= 365)
            {
                foreach (var other in clause.All(Part.Number).ToList())
                {
                    clause.Use(other);
                }
                return (int)clause[at].Value * factor;
            }
        }
        return null;
    }
}
