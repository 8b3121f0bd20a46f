using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Users, groups and keys of a state.</summary>
internal sealed class PeopleBook(DesiredState state)
{
    public const string NoLogin = "/usr/sbin/nologin";

    private static readonly string[] s_usual =
        ["sudo", "docker", "adm", "www-data", "wheel", "video", "audio", "render", "lpadmin",
         "dialout", "plugdev", "developers"];

    private readonly List<MapValue> _users =
        [.. state.Specs.GetValueOrDefault(SecurityFile.File)?.Maps("users") ?? []];

    public IReadOnlyList<MapValue> All => _users;
    public IEnumerable<string> Users => _users.Select(u => u.Text("name")!);

    public HashSet<string> Groups => field ??= [.. _users.SelectMany(u => u.Texts("groups"))
        .Concat(s_usual)];

    public MapValue? this[string name] => _users.Find(u => u.Text("name") == name);

    public static bool CanLogIn(MapValue user) => user.Texts("ssh_keys").Length > 0
        && !IsNoLogin(user.Text("shell"));

    public static bool IsNoLogin(string? shell) =>
        shell is not null && (shell.EndsWith("nologin", StringComparison.Ordinal)
            || shell.EndsWith("/false", StringComparison.Ordinal));

    public static bool IsAdmin(MapValue user) =>
        user.Texts("groups").Any(g => g is "sudo" or "wheel" or "root");

    /// <summary>"Student3", where there are student1 and student2.</summary>
    public bool IsSibling(Lexeme lexeme) => lexeme.Is(Language.Part.Unknown)
        && UserNames.Of(lexeme) is { } name && char.IsAsciiDigit(name[^1])
        && !Users.Contains(name) && Users.Any(u => char.IsAsciiDigit(u[^1])
            && Stem(u) == Stem(name));

    /// <summary>"The student", where there are student1 and student2: one of them; empty: none
    /// is called so.</summary>
    public List<string> OneOf(Clause clause) => clause.Lexemes.Any(
            l => l.Named(Recognising.Known.User) is not null) ? []
        : [.. clause.Lexemes.Where(l => !l.IsMention && l.Text.Length > 3)
            .Select(l => Users.Where(u => u != l.Text && Stem(u) == l.Text).ToList())
            .Where(u => u.Count > 1).SelectMany(u => u).Distinct()];

    private static string Stem(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6',
        '7', '8', '9');

    /// <summary>The body says the same type as the first word.</summary>
    public static bool IsKey(string key)
    {
        var blob = new byte[key.Length];
        return key.Split(' ') is [var type, var body, ..]
            && Convert.TryFromBase64String(body, blob, out var length)
            && length >= 4 + type.Length && blob is [0, 0, 0, var size, ..]
            && size == type.Length
            && System.Text.Encoding.ASCII.GetString(blob, 4, size) == type;
    }

    /// <summary>The remark of a key: <c>anna@laptop</c>.</summary>
    public static string Remark(string key) =>
        key.Split(' ', 3) is [_, _, var remark] ? remark : "";

    /// <summary>A word that tells a key of somebody by its remark.</summary>
    public (string Text, string? Owner)? KeyHint(Lexeme lexeme)
    {
        if (lexeme.Text.Length < 2 || lexeme.Named(Known.User) is not null
            || lexeme.Readings[0].Part == Part.Noise)
        {
            return null;
        }
        foreach (var user in _users)
        {
            foreach (var key in user.Texts("ssh_keys"))
            {
                var remark = Remark(key).ToLowerInvariant();
                if (remark.Length == 0)
                {
                    continue;
                }
                var parts = remark.Split('@', '-', '_', '.', ' ');
                if (remark == lexeme.Original.ToLowerInvariant())
                {
                    return (remark, user.Text("name"));
                }
                if (remark.Split('@')[1..].Contains(lexeme.Text))
                {
                    return (lexeme.Text, null);
                }
                if (!lexeme.Is(Part.Glue) && lexeme.Text != user.Text("name")
                    && (parts.Contains(lexeme.Text)
                        || parts.Contains(lexeme.Original.ToLowerInvariant())))
                {
                    return (lexeme.Text, null);
                }
            }
        }
        return null;
    }
}

/// <summary>Which words can be names of users.</summary>
internal static class UserNames
{
    private static readonly HashSet<string> s_never = new(StringComparer.Ordinal)
    {
        "should", "who", "with", "shall", "new", "wants", "log", "in", "access", "key", "her",
        "his", "its", "she", "he", "they", "him", "them", "and", "or", "the", "a", "an", "my",
        "our", "is", "on", "to", "for", "of", "from", "no", "not", "but", "without", "please",
        "yes", "only", "all", "rights", "right", "ssh", "server", "machine", "system", "stuff",
        "laptop", "desktop", "phone", "joins", "joined", "gets", "got", "account", "any", "more",
        "this", "that", "here", "there", "today", "some", "someone", "somebody", "anybody",
        "password", "secret", "both", "each", "at", "as", "by", "login", "too", "also", "needs",
        "need", "may", "can", "will", "must", "own", "work", "away", "out", "called", "named",
        "just", "name", "user", "permissions", "privileges", "member", "members", "starts",
        "team", "comes", "does", "company", "use", "have", "has", "be", "are", "it", "me", "us",
        "i", "we", "instead", "shell", "group", "groups", "becomes", "become", "lost", "stolen",
    };

    /// <summary>The word as a name; null: it cannot be one.</summary>
    public static string? Of(Lexeme lexeme)
    {
        var text = lexeme.Original.ToLowerInvariant();
        return !s_never.Contains(text) && text.Length is > 0 and <= 32
            && (char.IsAsciiLetterLower(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
            ? text : null;
    }

    /// <summary>"Begins", "loses": a form of an everyday word, and no name.</summary>
    public static bool IsForm(Lexeme lexeme) => lexeme.Is(Part.Unknown) && lexeme.Text.Length > 5
        && lexeme.Text[^1] == 's' && char.IsAsciiLetterLower(lexeme.Original[0])
        && Lexicon.English.Knows(lexeme.Text[..^1]);

    /// <summary>It is more likely a word of the sentence than a name.</summary>
    /// <param name="awaited">The word before says that a name follows.</param>
    public static bool IsPlain(Lexeme lexeme, bool awaited) => !lexeme.Is(Part.Quoted)
        && !lexeme.Is(Part.Unknown) && !lexeme.Corrected && !(awaited && (lexeme.IsMention
            || lexeme.Text is "max" or "will" or "mark" or "art" or "pat" or "ops" or "may"
                or "dev" or "deploy" or "backup" or "guest" or "test" or "bill" or "rob"));

    /// <summary>Whose a key is by its remark.</summary>
    public static string? OfKey(string key)
    {
        var remark = PeopleBook.Remark(key);
        var cut = remark.IndexOf('@', StringComparison.Ordinal);
        var name = (cut < 0 ? remark : remark[..cut]).ToLowerInvariant();
        return name.Length is > 0 and <= 32 && char.IsAsciiLetterLower(name[0])
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            ? name : null;
    }
}
