using Loam.Core.Resources;
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
    private const int Near = 5;

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

    public static void Read(Clause clause, Discourse said)
    {
        // "The blog has got its certificate elsewhere".
        clause.IsTold |= clause.Lexemes.Any(l => l.Text is "elsewhere" or "somewhere else")
            && !clause.Lexemes.Any(l => l.Is(Part.Domain));
        var called = Called(clause);
        var models = Models(clause);
        var names = Named(clause, Known.Certificate).Except(models ?? []).ToList();
        var domains = Take(clause, Part.Domain);
        if (domains.Count == 0)
        {
            domains = names.Count > 0 || clause.Verb is "remove" or "spare" or "have"
                && clause.Lexemes.Any(l => l.IsGlue("in") || l.IsGlue("from") || l.IsGlue("not")
                    || l.IsGlue("on")) ? Labelled(clause, names, said) : [];
            domains = domains.Count == 0 && names.Count == 0 ? Spoken(clause, said) : domains;
        }
        if (Says(clause, "wildcard") && domains is [var parent] && parent[0] != '*')
        {
            domains = [$"*.{parent}"];
        }
        var read = new CertificateAttribute
        {
            Names = names,
            Domains = domains,
            Called = called,
            EmailOf = models,
            UsedBy = Services(clause),
            Email = Take(clause, Part.Email).LastOrDefault(),
            Directory = Take(clause, Part.Url).LastOrDefault(),
            Provider = Provider(clause),
            Challenge = Says(clause, "dnschallenge") || Says(clause, "hook") ? "dns"
                : Says(clause, "httpchallenge") ? "http" : null,
            Hook = Path(clause, hook: true),
            Path = Path(clause, hook: false),
            Days = Days(clause),
            Renews = Renews(clause),
            Joins = Joins(clause),
            Only = clause.Lexemes.Any(l => l.IsGlue("only")),
            Takes = clause.Verb is "remove" or "disconnect" or "stop"
                || clause.Lexemes.Any(l => l.IsGlue("without"))
                || clause.Lexemes.Any(l => l.Text is "off" or "out of" or "from")
                && clause.Lexemes.Any(l => l.Is(Part.Domain)) || clause.Lexemes.Any(l => l.Is(
                Part.Topic, "leaves")) || clause.Verb is "" or "have" or "spare" && (clause.Negated
                || clause.Lexemes.Any(l => l.IsGlue("not"))),
            Removes = clause.Verb == "remove" && !clause.Negated
                && !(Says(clause, "renewal") && !clause.Lexemes.Any(l => l.Is(Part.Domain))),
        };
        // "It must not cover b.example, the others stay"
        clause.Verb = clause.Verb == "spare" && read.Takes && domains.Count > 0 ? "set"
            : clause.Verb;
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

    /// <summary>Whether it is renewed without anybody; null: nothing was said of it.</summary>
    private static bool? Renews(Clause clause)
    {
        if (!Says(clause, "renewal") && !clause.Lexemes.Any(l => l.Text == "renew"))
        {
            return null;
        }
        var ends = clause.Negated || clause.Verb is "stop" or "remove" || clause.Lexemes.Any(
            l => l.IsGlue("not") || l.Text is "no" or "without" or "by hand" or "manually"
                or "hand" or "myself" or "ourselves" or "manual");
        return ends ? false : clause.Verb == "start" || clause.Lexemes.Any(
            l => l.IsField("automatic") || l.Text.Contains("auto", StringComparison.Ordinal))
            ? true : null;
    }

    /// <summary>"Named regatta", "name it lan", "a certificate "lan"": no certificate that is
    /// there.</summary>
    private static string? Called(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var given = at > 0 && (clause[at - 1].IsField("name")
                || at > 1 && clause[at - 2].IsField("name") && clause[at - 1].Text is "it" or ":")
                || clause[at].Is(Part.Quoted)
                // "Certificate web: a.example and b.example"
                || at > 0 && at + 1 < clause.Count && clause[at - 1].IsField("certificate")
                    && clause[at - 1].Text.Split(' ')[^1] is "certificate" or "cert"
                    && clause[at + 1].Text == ":";
            if (given && clause.IsFree(at) && !clause[at].Is(Part.Domain)
                && clause[at].Named(Known.Certificate) is null
                && clause[at].Readings[0].Part is not (Part.Glue or Part.Reference)
                && clause[at].Original.ToLowerInvariant() is { Length: < 64 } name
                && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-'))
            {
                clause.Use(at);
                if (at > 0 && clause[at - 1].IsField("name"))
                {
                    clause.Use(at - 1);
                }
                return name;
            }
        }
        return null;
    }

    /// <summary>"The same mail address as the others", "email as for site": whose; null: that is
    /// not said.</summary>
    private static List<string>? Models(Clause clause)
    {
        var mail = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "warnings")
            || l.Is(Part.Topic, "email"));
        if (mail < 0 || clause.Lexemes.Any(l => l.Is(Part.Email)))
        {
            return null;
        }
        var same = clause.Lexemes.Skip(Math.Max(0, mail - 2)).Take(Near).Any(l => l.IsGlue("as")
            || l.Is(Part.Topic, "like") || l.Text.Split(' ').Any(w => w is "same" or "as"));
        var of = mail + 1 < clause.Count && clause[mail + 1].IsGlue("of");
        return !same && !of ? null : [.. clause.Lexemes.Skip(mail + 1)
            .Select(l => l.Named(Known.Certificate)).OfType<string>().Distinct()];
    }

    /// <summary>"Drop www from the site certificate": names of it that begin so.</summary>
    private static List<string> Labelled(Clause clause, List<string> names, Discourse said)
    {
        var present = (said.Session.Draft.State.Specs.GetValueOrDefault(SecurityFile.File)
            ?.Maps("certificates") ?? []).Where(c => names.Count == 0
                || names.Contains(c.Text("name") ?? ""))
            .SelectMany(c => c.Texts("domains")).ToList();
        var found = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            var text = clause[at].Text;
            if (clause.IsFree(at) && clause[at].Named(Known.Service) is null && present.Find(
                d => d.StartsWith(text + ".", StringComparison.Ordinal)) is { } domain
                && present.Count > 1)
            {
                clause.Use(at);
                found.Add(domain);
            }
        }
        return found;
    }

    /// <summary>"It will be at regatta.example.org. Make a certificate for it".</summary>
    private static List<string> Spoken(Clause clause, Discourse said)
    {
        if (clause.Verb is not ("create" or "have" or "set" or "")
            || clause.Question is not null || !clause.Lexemes.Any(l => l.IsField("certificate"))
            || !clause.Lexemes.Any(l => l.Text is "it" or "that" or "this" or "there"
                || l.Is(Part.Reference, "it")))
        {
            return [];
        }
        var before = said.Before.LastOrDefault(c => c.Lexemes.Any(l => l.Is(Part.Domain)));
        return before is null || before.Attributes.OfType<CertificateAttribute>().Any() ? []
            : [.. before.Lexemes.Where(l => l.Is(Part.Domain))
                .Select(l => l.Text.TrimEnd('.').ToLowerInvariant()).TakeLast(1)];
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
