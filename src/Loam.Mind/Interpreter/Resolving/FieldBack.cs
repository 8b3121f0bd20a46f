using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>"Leave the replicas", "undo the cores", "no, only the memory": one field of what was
/// said is taken back, and everything else stands.</summary>
internal static class FieldBack
{
    private static readonly (string Field, string Path)[] s_fields =
    [
        ("memory", "resources.memory"), ("cpu", "resources.cpu"), ("pids", "resources.pids"),
        ("replicas", "replicas"), ("version", "image"), ("image", "image"),
        ("restartpolicy", "restart"), ("user", "user"),
    ];

    /// <summary>The fields that are as before again; empty: none is spoken of, or none was
    /// changed.</summary>
    public static List<string> Apply(List<Lexeme> said, Session session)
    {
        var named = said.Where(l => !l.IsMention).Select(l => l.Key(Part.Field)).OfType<string>()
            .Where(f => Array.Exists(s_fields, s => s.Field == f)).ToHashSet();
        if (named.Count == 0 || !Speaks(said, out var only))
        {
            return [];
        }
        var done = new List<string>();
        foreach (var name in session.Focus.Where(n => session.BaseState.Services.ContainsKey(n)
            && session.Draft.State.Services.ContainsKey(n)))
        {
            foreach (var path in s_fields.Where(f => named.Contains(f.Field) != only)
                .Select(f => f.Path).Distinct().ToList())
            {
                var before = Find(session.Base, name, path);
                if (before?.Text == Find(session.Draft.Files, name, path)?.Text)
                {
                    continue;
                }
                if (before is null)
                {
                    session.Draft.RemoveService(name, path);
                }
                else
                {
                    session.Draft.SetService(name, path,
                        new ScalarEdit(before.Text, !before.Plain));
                }
                done.Add($"{path.Split('.')[^1]} of {name}");
            }
        }
        return done;
    }

    private static Leaf? Find(StateSet files, string service, string path) => Leaf.Of(files)
        .FirstOrDefault(l => l.File == ServicesFile.File && l.Owners is [var owner]
            && owner == service && string.Join('.', l.Keys.Skip(1)) == path);

    /// <summary>Nothing is said but which fields, and that they stay as they were.</summary>
    private static bool Speaks(List<Lexeme> said, out bool only)
    {
        only = said.Exists(l => l.IsGlue("only"));
        var back = said.Exists(l => l.IsVerb("undo") || l.IsVerb("spare") || l.IsGlue("not")
            || l.IsGlue("without") || l.IsGlue("except") || l.IsGlue("again")
            || l.Text.Split(' ')[0] is "leave" or "keep" or "undo" or "no" or "stays" or "stay"
                or "revert" or "as");
        return (back || only) && said.TrueForAll(l => !l.IsNumber && !l.Is(Part.Amount)
            && !l.Is(Part.Identifier) && (l.Is(Part.Field) || l.Is(Part.Reference)
                || l.Readings[0].Part is Part.Noise or Part.Glue or Part.Stop
                || l.IsVerb("undo") || l.IsVerb("spare") || l.IsVerb("set")
                || l.Text.Split(' ')[0] is "leave" or "keep" or "stays" or "stay" or "before"
                    or "were" or "revert"));
    }
}
