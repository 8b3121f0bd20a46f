namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What is proposed, in a sentence or two.</summary>
internal static class Sentences
{
    private const int MostNotes = 3;

    private static readonly string[] s_joinable = ["restart", "stop", "start", "remove", "run"];

    public static string Of(List<Reply> replies)
    {
        var notes = replies.SelectMany(r => r.Notes)
            .Concat(replies.Where(r => r.Kind == ReplyKind.NotYet)
                .Select(r => $"{r.Text.TrimEnd('.')}, so that part is left out."))
            .Concat(replies.Where(r => r.Kind is ReplyKind.Same or ReplyKind.Answer)
                .Select(r => r.Text))
            .Distinct().Take(MostNotes);
        return string.Join(' ', notes.Prepend($"I'll {Join(replies)}."));
    }

    public static string Join(List<Reply> replies)
    {
        var done = replies.Where(r => r.Kind == ReplyKind.Done).Select(r => r.Text).ToList();
        var groups = new List<(string Verb, List<string> Things)>();
        foreach (var text in done)
        {
            var cut = text.IndexOf(' ', StringComparison.Ordinal);
            var verb = cut < 0 ? text : text[..cut];
            var joins = s_joinable.Contains(verb) && text.Count(c => c == ' ') == 1;
            if (joins && groups.Find(g => g.Verb == verb) is { Things: { } things })
            {
                things.Add(text[(cut + 1)..]);
                continue;
            }
            groups.Add(joins ? (verb, [text[(cut + 1)..]]) : ("", [text]));
        }
        return Wording.List(groups.Select(g => g.Verb.Length == 0 ? g.Things[0]
            : $"{g.Verb} {Wording.Some(g.Things)}"));
    }
}
