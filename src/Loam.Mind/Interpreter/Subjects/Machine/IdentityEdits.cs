using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>The machine's name and time zone.</summary>
internal static class IdentityEdits
{
    public static Reply Hostname(Clause clause, Draft draft)
    {
        var name = Name(clause);
        if (name is null)
        {
            return Reply.Ask("What shall the machine be called (its hostname)?", [], answer =>
            {
                var said = answer.Lexemes.Where(l => l.Is(Part.Unknown) || l.Is(Part.Quoted)
                    || l.IsMention || l.Is(Part.Domain)).Select(l => l.Original).LastOrDefault();
                if (said is null || !IsHost(said.ToLowerInvariant()))
                {
                    return false;
                }
                clause.Attributes.Add(new NameAttribute(said.ToLowerInvariant()));
                return true;
            });
        }
        var manifest = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Text("hostname");
        var network = draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Text("hostname");
        if (name == (manifest ?? network))
        {
            return Reply.Same($"The machine is called {name} already.");
        }
        var path = EditPath.Parse("spec.hostname");
        if (network is not null)
        {
            draft.Set(NetworkFile.File, path, EditValue.Of(name));
        }
        if (manifest is not null || network is null)
        {
            draft.Set(ManifestFile.File, path, EditValue.Of(name));
        }
        return Reply.Done($"call the machine {name}").With(Risk.Medium);
    }

    private static string? Name(Clause clause)
    {
        if (clause.Attributes.OfType<NameAttribute>().LastOrDefault() is { } given)
        {
            return given.Name;
        }
        if (Behind(clause) is >= 0 and var behind)
        {
            clause.Use(behind);
            return clause[behind].Original.ToLowerInvariant();
        }
        for (var at = clause.Count - 1; at >= 0; at--)
        {
            var lexeme = clause[at];
            var text = lexeme.Original.ToLowerInvariant();
            var old = at > 0 && (clause[at - 1].IsGlue("from") || clause[at - 1].IsGlue("insteadof")
                || clause[at - 1].IsGlue("not"));
            // "Change the hostname to box": whatever the word means elsewhere.
            if (at > 0 && at == clause.Count - 1 && clause[at - 1].IsGlue("to") && IsHost(text)
                && clause.Lexemes.Take(at).Any(l => l.IsField("hostname")))
            {
                clause.Use(at);
                return text;
            }
            old |= at + 1 < clause.Count && clause[at + 1].Text is "time";
            if (!old && IsHost(text) && !lexeme.Is(Part.Noise) && !lexeme.Is(Part.Topic)
                && (lexeme.Is(Part.Unknown) || lexeme.Is(Part.Quoted) || lexeme.Is(Part.Domain)
                    || lexeme.Corrected || lexeme.IsMention))
            {
                clause.Use(at);
                return text;
            }
        }
        return null;
    }

    /// <summary>"Hostname box", "hostname: fjord, oslo time": right behind the word and at the end
    /// of its piece, whatever it means elsewhere; -1: nothing stands there.</summary>
    private static int Behind(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsField("hostname")) + 1;
        while (at > 0 && at < clause.Count && (clause[at].IsGlue("is") || clause[at].IsGlue("to")
            || clause[at].Text is ":" or "=" or "should be" or "shall be"))
        {
            at++;
        }
        return at > 0 && at < clause.Count && clause[at].Readings[0].Part is not (Part.Glue
                or Part.Verb or Part.Question) && IsHost(clause[at].Original.ToLowerInvariant())
            && clause[at].Text is not ("please" or "the" or "a" or "now" or "again" or "too")
            && (at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1])) ? at : -1;
    }

    private static bool IsHost(string text) => text.Length is > 0 and <= 253
        && text.Split('.').All(l => l.Length is > 0 and <= 63 && l[0] != '-' && l[^1] != '-'
            && l.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));

    public static Reply Timezone(Clause clause, Draft draft)
    {
        var found = clause.Attributes.OfType<NameAttribute>().LastOrDefault() is { } given
            ? [given.Name] : Zones.Find(clause);
        if (found.Count != 1)
        {
            var wrong = found.Count == 0 ? Zones.Unknown(clause) : null;
            return Reply.Ask(wrong is null ? "Which time zone?"
                : $"I know no time zone {wrong}. Which one is meant?",
                found.Count > 1 ? found.Take(4) : ["Europe/Berlin", "America/New_York", "UTC"],
                answer =>
                {
                    if (Zones.Find(answer) is not [var zone, ..])
                    {
                        return false;
                    }
                    clause.Attributes.Add(new NameAttribute(zone));
                    return true;
                });
        }
        if (draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Text("timezone") == found[0])
        {
            return Reply.Same($"The time zone is {found[0]} already.");
        }
        draft.Set(ManifestFile.File, EditPath.Parse("spec.timezone"), EditValue.Of(found[0]));
        return Reply.Done($"set the time zone to {found[0]}").With(Risk.Low)
            .Note("Schedules then run by that clock.");
    }
}
