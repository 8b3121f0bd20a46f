using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Storage;

internal static partial class BackupReader
{
    /// <summary>"Credentials secret NAS", "with the secret NAS": its name.</summary>
    private static string? Credentials(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var next = clause[at].IsField("secret") ? at + 1
                : clause[at].Is(Part.Topic, "credentials") && at + 1 < clause.Count
                    && !clause[at + 1].IsField("secret") ? at + 1 : -1;
            while (next >= 0 && next < clause.Count && (clause[next].Text is ":" or "in" or "named"
                || clause[next].Readings[0].Part == Part.Noise))
            {
                next++;
            }
            if (next >= 0 && next < clause.Count && clause.IsFree(next)
                && char.IsAsciiLetter(clause[next].Original[0])
                && clause[next].Original.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                clause.Use(at > 0 && clause[at - 1].Is(Part.Topic, "credentials") ? at - 1 : at,
                    next);
                return clause[next].Original;
            }
        }
        return null;
    }
}
