using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>A question whose answer was said in the same turn.</summary>
internal sealed partial class TurnRun
{
    /// <summary>What lacks something; null: nothing does.</summary>
    private Clause? _asking;

    /// <summary>"Rename the server. New name: attic", "we are in Tokyo, set the time zone
    /// accordingly": the answer stands in a clause beside it.</summary>
    private TurnResult? Answered(List<Clause> wishes, Reply question)
    {
        if (question.Fill is not { } fill || question.Suggestions.Contains("yes"))
        {
            return null;
        }
        var asking = _asking;
        var answer = asking?.Subject is not (null or Subjects.Machine.MachineSubject) ? null
            : wishes.Find(c => c is { Verb: "" or "create", Question: null, Negated: false }
                && c != asking && c.Targets.Count < 2 && c.Attributes.Count < 2
                && (asking?.Subject is not null || c.Targets is [var app]
                    && app.Named(Known.App) is not null)
                && c.Targets.TrueForAll(t => t.Named(Known.Service) is null)
                && !c.Attributes.Exists(a => a is ImageAttribute) && fill(c));
        if (answer is null)
        {
            return null;
        }
        _replies.Clear();
        return Run([.. wishes.Where(c => c != answer)]);
    }
}
