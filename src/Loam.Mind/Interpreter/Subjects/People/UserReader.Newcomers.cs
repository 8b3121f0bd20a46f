using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Who comes and is not there yet, and what is written of them as in a form.</summary>
internal sealed partial class UserReader
{
    /// <summary>"Carla starts today", "marco and lucia are new": how many words at the beginning
    /// name who comes; 0: nobody does.</summary>
    public static int Arriving(Clause clause)
    {
        var at = 0;
        while (at < clause.Count && IsNobody(clause[at]) && (at == 0
            || clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("comma")))
        {
            at++;
            if (at + 1 < clause.Count && (clause[at].IsGlue("and") || clause[at].IsGlue("comma"))
                && IsNobody(clause[at + 1]))
            {
                at++;
            }
        }
        var does = at;
        while (does < clause.Count && (clause[does].IsGlue("is") || clause[does].Is(Part.Noise)
            && clause[does].Text is not "new"))
        {
            does++;
        }
        return at > 0 && does < clause.Count && clause[does].Text is "start" or "starts"
            or "starting" or "join" or "joins" or "joining" or "joined" or "begin" or "begins"
            or "beginning" or "new" && clause.Question is null
            && !clause.Lexemes.Any(l => l.Is(Part.Image) || l.Named(Known.Service) is not null
                || l.Named(Known.App) is not null) ? at : 0;
    }

    /// <summary>"We hired zoe".</summary>
    private bool IsHired(int at) => at > 0 && clause[at - 1].Is(Part.Topic, "hires");

    /// <summary>A word that can only be somebody's name.</summary>
    private static bool IsNobody(Lexeme lexeme) => lexeme is { IsMention: false, Possessive: false }
        && lexeme.Is(Part.Unknown) && UserNames.Of(lexeme) is not null
        && !Lexicon.English.IsWord(lexeme.Original.ToLowerInvariant())
        && !UserNames.IsForm(lexeme);

    private void Arrive(int words)
    {
        for (var at = 0; at < words; at++)
        {
            if (clause[at].Is(Part.Unknown) && UserNames.Of(clause[at] with
                { Text = clause[at].Original.ToLowerInvariant() }) is { } name)
            {
                _now.Names.Add(name);
            }
            clause.Use(at);
        }
    }

    /// <summary>"name=lars", "uid=1700", "groups=a,b".</summary>
    private bool Assigned(string text)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        var values = text[(cut + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        switch (text[..cut].ToLowerInvariant())
        {
            case "name" or "user" or "username" or "login" when values is [var name]:
                (_book.Users.Contains(name) ? _now.Users : _now.Names).Add(name);
                return true;
            case "group" or "groups":
                _now.Join.AddRange(values);
                return true;
            case "uid" when values is [var number] && Literals.Whole(number) is { } uid:
                _now.Uid = uid;
                return true;
            case "shell" when values is [var shell]:
                _now.Shell = shell.StartsWith('/') ? shell : Lexicon.English.Readings(shell)
                    .Where(r => r.Key.StartsWith("shell:", StringComparison.Ordinal))
                    .Select(r => r.Key["shell:".Length..]).FirstOrDefault();
                return _now.Shell is not null;
            default:
                return false;
        }
    }

    /// <summary>"Add the user ben to group sudo": he is there, and only joins.</summary>
    private void Present(UserAttribute read)
    {
        var there = read.Names.Where(_book.Users.Contains).ToList();
        if (there.Count == 0 || read.Join.Count == 0 || !clause.Lexemes.Any(l => l.IsGlue("to")))
        {
            return;
        }
        read.Users.AddRange(there);
        read.Names.RemoveAll(there.Contains);
        read.Creates &= read.Names.Count > 0;
    }

    /// <summary>"A freelancer named Bea, media group".</summary>
    private bool NamesGroup(int at) => _now.Names.Count > 0 && !clause[at].Possessive
        && clause[at].Is(Part.Unknown) && at + 1 < clause.Count && clause[at + 1].Text is "group";

    /// <summary>"Stays admin", "keeps sudo".</summary>
    private bool StaysIn(int at)
    {
        var before = at - 1;
        while (before > 0 && (clause[before].Text is "a" or "an" or "the" or "in"
            || clause[before].Is(Part.Topic, "group")))
        {
            before--;
        }
        return before >= 0 && clause[before].Text is "keeps" or "keep" or "retains" or "retain"
            or "stays" or "stay" or "remains" or "remain";
    }
}
