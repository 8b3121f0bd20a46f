using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>The name of a new service by its place alone: "orders from ghcr.io/acme/orders:1.4",
/// "IMAGE as hello", "the container 'mailer'".</summary>
internal static class GivenNameReader
{
    private static readonly string[] s_noNames =
        ["a", "an", "the", "soon", "well", "usual", "always", "before", "root", "user", "it",
         "now", "needed", "required", "possible", "follows", "this", "that", "my", "our",
         "is", "daemon", "nobody", "admin", "please", "me", "us"];

    public static void Read(Clause clause)
    {
        if (clause.Verb is "remove" or "rename" or "stop" or "restart" or "upgrade" or "replace"
            || clause.Attributes.Exists(a => a is NameAttribute))
        {
            return;
        }
        var image = clause.Find(Part.Image);
        var at = image >= 0 ? Alias(clause, image) ?? Labelled(clause, image)
            ?? Source(clause, image) : null;
        at ??= image >= 0 || clause.Lexemes.Any(l => l.Named(Known.App) is not null
            && l.Named(Known.Service) is null) ? Noun(clause) ?? Heading(clause) : null;
        if (at is { } found)
        {
            clause.Use(found);
            clause.Attributes.Add(new NameAttribute(NameReader.AsLabel(clause[found].Original)));
        }
    }

    private static bool IsWord(Clause clause, int at) => clause.IsFree(at)
        && clause[at].Original.Length > 0 && !clause[at].IsNumber
        && char.IsAsciiLetter(clause[at].Original[0])
        && clause[at].Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && !s_noNames.Contains(clause[at].Text) && !clause[at].Is(Part.Glue)
        && !clause[at].Is(Part.Reference);

    private static bool IsUnknown(Clause clause, int at) => IsWord(clause, at)
        && (clause[at].Readings[0].Part is Part.Unknown or Part.Quoted || clause[at].Corrected);

    /// <summary>"IMAGE as hello": any word will do.</summary>
    private static int? Alias(Clause clause, int image)
    {
        var glue = image + 1;
        if (glue + 1 < clause.Count && clause[glue].IsGlue("as")
            && NameReader.BehindNoun(clause, glue + 1) is var name && IsWord(clause, name))
        {
            clause.Use(glue, name - 1);
            return name;
        }
        return null;
    }

    /// <summary>"billing: IMAGE", "billing, image IMAGE", "billing (IMAGE)".</summary>
    private static int? Labelled(Clause clause, int image)
    {
        var at = image - 1;
        while (at > 0 && (clause[at].IsField("image") || clause[at].Readings[0].Part == Part.Noise
            || clause[at].Text is ":" or "=" or "," or "with" or "using" or "is" or "->" or "–"
                or "running" or "runs" or "on"
            // "Docs is a new service: IMAGE"
            || clause[at].IsVerb("create") && clause[at].Text == "new service"))
        {
            at--;
        }
        // "Frigate for the cameras: IMAGE"
        var purpose = at > 1 && (clause[at - 1].IsGlue("for") || clause[at - 1].Readings[0].Part
            == Part.Noise && clause[at - 2].IsGlue("for"));
        return at >= 0 && at < image - 1 && !purpose && IsUnknown(clause, at)
            && (at == 0 || clause[at - 1].Readings[0].Part is Part.Noise or Part.Verb or Part.Glue
                || clause[at - 1].IsField("service")) ? at : null;
    }

    /// <summary>"orders from IMAGE", where even the name of an app is a name.</summary>
    private static int? Source(Clause clause, int image)
    {
        var at = image - 1;
        while (at > 0 && (clause[at].IsField("image") || clause[at].Readings[0].Part == Part.Noise
            || clause[at].Text is "based on" or "built from" or "made from" or "made of"
                or "based" or "built" or "made"))
        {
            at--;
        }
        if (at < 1 || !(clause[at].IsGlue("from") || clause[at].IsGlue("of")
            || clause[at].IsGlue("on") && clause[at - 1].Text == "based"))
        {
            return null;
        }
        at -= clause[at - 1].Text is "based" or "built" or "made" ? 2 : 1;
        if (at < 0 || !IsWord(clause, at) || clause[at].IsField("service")
            || clause[at].IsField("image") || clause[at].IsField("replicas")
            || clause[at].Is(Part.Topic, "like") || clause[at].Is(Part.Verb))
        {
            return null;
        }
        var app = clause[at].Named(Known.App);
        var own = app is not null && ImageReference.Parse(clause[image].Text, out _) is { } said
            && AppCatalog.ByImage(said)?.Name == app;
        return own || clause[at].Named(Known.Service) is not null ? null : at;
    }

    /// <summary>"A container 'mailer'", "the new service mailer".</summary>
    private static int? Noun(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            var noun = clause[at].IsField("service") && !clause[at].Plural
                || clause[at].Text.Split(' ')[^1] is "service" or "container" or "instance";
            if (!noun || !IsUnknown(clause, at + 1))
            {
                continue;
            }
            var ends = at + 2 == clause.Count || clause[at + 2].Is(Part.Glue)
                || clause[at + 2].Is(Part.Image) || clause[at + 2].Is(Part.Stop)
                || clause[at + 2].Is(Part.Field) || clause[at + 2].Is(Part.Verb);
            if (clause[at + 1].Is(Part.Quoted) || ends)
            {
                return at + 1;
            }
        }
        return null;
    }

    /// <summary>"sessions: redis with 64 MB".</summary>
    private static int? Heading(Clause clause)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].Readings[0].Part is not Part.Noise, -1);
        return at >= 0 && at + 3 < clause.Count && IsUnknown(clause, at)
            && clause[at + 1].Text is ":" or "=" or "->" && (clause[at + 2].Is(Part.Image)
                || clause[at + 2].Named(Known.App) is not null
                    && clause[at + 2].Named(Known.Service) is null) ? at : null;
    }
}
