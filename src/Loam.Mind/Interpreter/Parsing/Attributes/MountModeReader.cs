using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>make the film folder read only</c>: a mount that is there may be written to, or
/// may not.</summary>
internal static class MountModeReader
{
    public static void Read(Clause clause, Discourse said)
    {
        if (MayNotChange(clause, said))
        {
            return;
        }
        var only = clause.Find(Part.Field, "readonly");
        var flag = only >= 0 ? only : clause.Find(Part.Field, "writable");
        if ((flag < 0 || clause[flag].Text.EndsWith("write", StringComparison.Ordinal))
            && Writes(clause))
        {
            return;
        }
        var paths = clause.All(Part.Path).ToList();
        if (flag >= 0 && paths.Count == 0 && Piece(clause, flag, said) is >= 0 and var part)
        {
            clause.Use(flag);
            clause.Use(part);
            clause.Attributes.Add(new MountModeAttribute(
                null, [clause[part].Text], only >= 0 != clause.Negated));
            (clause.Negated, clause.Verb) = (false, "set");
            return;
        }
        var folder = clause.Find(Part.Field, "volume");
        var volume = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Named(Known.Volume) is not null
            && clause[i].Named(Known.Service) is null, -1);
        if (flag < 0 || paths.Count > 1 || clause.All(Part.Mount).Any()
            || !(clause.Verb is "set" or "have" or "limit" or "" || clause.Verb == "create"
                && clause.Lexemes.Any(l => l.Named(Known.Service) is not null))
            || (paths.Count == 0 && folder < 0 && volume < 0 && !IsNear(clause, flag))
            || (paths.Count == 1 && volume >= 0))
        {
            return;
        }
        clause.Use(flag);
        var words = new List<string>();
        if (folder >= 0)
        {
            clause.Use(folder);
            words = Words(clause, folder);
        }
        else if (paths.Count == 0 && volume < 0)
        {
            clause.Use(flag - 1);
            words.Add(clause[flag - 1].Text);
        }
        var place = paths.Count == 1 ? paths[0] : volume;
        if (place >= 0)
        {
            clause.Use(place);
        }
        clause.Attributes.Add(new MountModeAttribute(
            paths.Count == 1 ? clause[place].Original
                : place >= 0 ? clause[place].Named(Known.Volume) : null,
            words, only >= 0 != clause.Negated));
        clause.Negated = false;
    }

    /// <summary>"Radarr should not be able to delete films": what of the host it sees is read-only
    /// to it.</summary>
    private static bool MayNotChange(Clause clause, Discourse said)
    {
        var lexemes = clause.Lexemes.ToList();
        var who = lexemes.FindIndex(l => l.Named(Known.Service) is not null);
        var not = who < 0 ? -1 : lexemes.FindIndex(who, l => l.IsGlue("not") || l.Text is "never");
        var does = not < 0 ? -1 : lexemes.FindIndex(not + 1, l => l.Text.Split(' ')[^1] is "delete"
            or "change" or "modify" or "alter" or "overwrite" or "write" or "remove" or "edit");
        if (does < 0 || clause.Question is not null || lexemes.Exists(l => l.IsNumber
                || l.Is(Part.Identifier) || l.IsField("port"))
            || !said.Session.Draft.State.Services.TryGetValue(
                lexemes[who].Named(Known.Service)!, out var service)
            || !lexemes.Skip(does + 1).Any(l => l.Is(Part.Unknown) || l.Is(Part.Path)
                || l.IsField("volume") || l.IsField("data") || l.Text is "anything" or "there"))
        {
            return false;
        }
        var seen = service.Volumes.Where(v => v.Source.StartsWith('/')).ToList();
        var meant = seen.Where(v => lexemes.Exists(l => l.Original == v.Source
            || l.Original == v.Target)).ToList();
        if ((meant.Count > 0 ? meant : seen) is not [var mount])
        {
            return false;
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => i != who))
        {
            clause.Use(at);
        }
        (clause.Negated, clause.Verb) = (false, "set");
        clause.Attributes.Add(new MountModeAttribute(mount.Source, [], true));
        return true;
    }

    /// <summary>"Photos should see the originals read-only": a part of the path of one of its
    /// mounts; -1: none is said.</summary>
    private static int Piece(Clause clause, int flag, Discourse said)
    {
        var services = said.Session.Draft.State.Services;
        var named = TargetResolver.Named(said.Session.Draft.State, clause.Lexemes.Concat(
            said.Before.SelectMany(c => c.Lexemes))).Concat(said.Session.Focus).Take(1).ToList();
        if (named is not [var name] || !services.TryGetValue(name, out var service))
        {
            return -1;
        }
        bool IsPart(Lexeme lexeme) => lexeme.Text.Length > 2 && lexeme.Named(Known.Service) is null
            && lexeme.Readings[0].Part is Part.Unknown or Part.Mention or Part.Field
            && !lexeme.IsField("readonly") && !lexeme.IsField("writable")
            && service.Volumes.Count(v => (v.Source + "/" + v.Target).Split('/', '-')
                .Contains(lexeme.Text)) == 1;
        return Enumerable.Range(0, clause.Count).Where(at => clause.IsFree(at)
            && IsPart(clause[at])).OrderBy(at => Math.Abs(at - flag)).FirstOrDefault(-1);
    }

    /// <summary>"Let jellyfin write to its media".</summary>
    private static bool Writes(Clause clause)
    {
        var write = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && !clause[i].IsMention && (clause[i].Text is "write" or "writing"
                || clause[i].Text.EndsWith(" write", StringComparison.Ordinal)
                || clause[i].Text.EndsWith("write to", StringComparison.Ordinal)), -1);
        // "Write to" may be one word.
        var to = write < 0 || clause[write].Text.EndsWith(" to", StringComparison.Ordinal) ? write
            : clause.Next(write);
        if (to < 0 || clause.All(Part.Path).Count() > 1
            || to > write && !(clause[to].IsGlue("to") || clause[to].IsGlue("in"))
            || clause.Verb is not ("set" or "have" or "limit" or "")
            || !clause.Lexemes.Take(write).Any(l => l.Named(Known.Service) is not null))
        {
            return false;
        }
        var place = to + 1;
        while (place < clause.Count && (clause[place].Text is "its" or "their" or "own"
            || clause[place].Readings[0].Part == Part.Noise && !clause[place].IsMention))
        {
            place++;
        }
        if (!clause.IsFree(place) || !(clause[place].Is(Part.Path) || clause[place].Is(Part.Unknown)
            || clause[place].Named(Known.Volume) is not null))
        {
            return false;
        }
        clause.Use(write, place);
        clause.Attributes.Add(new MountModeAttribute(clause[place].Named(Known.Volume)
            ?? (clause[place].Is(Part.Path) ? clause[place].Original : null),
            clause[place].Is(Part.Unknown) ? [clause[place].Text] : [],
            clause.Negated || clause[write].IsField("readonly")));
        clause.Negated = false;
        return true;
    }

    /// <summary>"Jellyfin's media read/write": the word before it says of what.</summary>
    private static bool IsNear(Clause clause, int flag) => flag > 0 && clause.IsFree(flag - 1)
        && clause[flag - 1].Readings[0].Part == Part.Unknown && !clause[flag - 1].Corrected
        && clause[flag - 1].Text is not ("filesystem" or "fs" or "system" or "root" or "disk"
            or "everything" or "completely" or "entirely")
        && clause.Lexemes.Take(flag - 1).Any(l => l.Named(Known.Service) is not null);

    /// <summary>"the film folder", "the folder films".</summary>
    private static List<string> Words(Clause clause, int folder)
    {
        var words = new List<string>();
        foreach (var near in (int[])[folder - 1, clause.Next(folder)])
        {
            if (clause.IsFree(near) && (clause[near].Is(Part.Unknown)
                || (near < folder && clause[near].Named(Known.Service) is null
                    && clause[near].IsMention)))
            {
                clause.Use(near);
                words.Add(clause[near].Text);
            }
        }
        return words;
    }
}
