using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.People;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"Remove mailpit and the secret OLD_API_KEY", "bin pg-legacy and its secret": secrets
/// that go with a service.</summary>
internal static class GoneSecretsReader
{
    public static void Read(Clause clause)
    {
        if (clause.Verb != "remove" || clause.Negated || clause.Question is not null
            || !clause.Lexemes.Any(l => l.Named(Known.Service) is not null))
        {
            return;
        }
        var names = Enumerable.Range(0, clause.Count).Where(i => clause.IsFree(i)
            && clause[i].Named(Known.Secret) is not null
            && clause[i].Named(Known.Service) is null).ToList();
        var own = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].IsField("secret") && !clause[i].IsMention
            && (clause[i].Text.Split(' ')[0] is "its" or "their" || i > 0
                && clause[i - 1].Text is "its" or "their" or "with" or "and"), -1);
        if (names.Count == 0 && own < 0)
        {
            return;
        }
        foreach (var at in Enumerable.Range(0, clause.Count).Where(i => names.Contains(i)
            || clause[i].IsField("secret") && !clause[i].IsMention
            || i + 1 == own && clause[i].Is(Part.Reference)).ToList())
        {
            clause.Use(at);
        }
        clause.Attributes.Add(new SecretAttribute(SecretWish.Remove,
            [.. names.Select(i => clause[i].Named(Known.Secret)!)], 0, Hex: false));
    }
}
