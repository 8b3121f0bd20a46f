using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Gateway;
using Loam.Mind.Privacy;
using Loam.Mind.Routing;

namespace Loam.Mind.Thinking;

/// <summary>A request as the models of one leg are asked it: as much of the machine as they can see
/// at once, and what of that may leave.</summary>
internal sealed class LegQuestion
{
    /// <summary>Lines around what a draft changes.</summary>
    private const int Around = 2;

    private readonly ContextInput _input;
    private readonly Outgoing _outgoing;
    private readonly AssembledContext _context;
    private readonly long _room;

    public LegQuestion(Leg leg, ContextInput input, LlmSettings settings, ModelAnswer? draft)
    {
        var budgets = ContextBudgets.For(leg.Window);
        _input = input with
        {
            Budgets = budgets,
            Draft = draft is null ? "" : Written(draft, input.View.State),
        };
        var context = _context = ContextAssembly.Assemble(_input);
        _outgoing = Outgoing.Of(context, input.View);
        _room = (long)leg.Window - budgets.Answer - context.Report.Used;
        Leg = leg;
        Basis = new(input.View.State, context.Files, string.Join('\n', input.History
            .Where(t => t.ByPerson).Select(t => t.Text).Append(input.Request)));
        Request = new()
        {
            System = _outgoing.System,
            Messages = [ModelMessage.User(context.Message)],
            MaxTokens = Math.Min(settings.MaxTokens, budgets.LongestAnswer(leg.Window)),
            Temperature = (double)settings.Temperature,
            // Where nobody may be asked it is not because of what is asked.
            LocalOnly = !leg.Models.IsEmpty && !leg.IsAway,
            Among = leg.Models,
            Tools = AnswerTools.All,
            MayRecall = true,
        };
    }

    public Leg Leg { get; }

    public ModelRequest Request { get; }

    public AnswerBasis Basis { get; }

    public Redactor Redactor => _outgoing.Redactor;

    /// <summary>A whole file, as data.</summary>
    public string Show(string file) => FileSections.Whole(file, _input);

    /// <summary>So much would be shown besides that a model could not answer any more.</summary>
    public bool IsTooMuch(ImmutableArray<string> files) =>
        files.Sum(f => (long)Tokens.Of(Shown(f))) > _room;

    /// <returns>Why it must not be sent, or not yet; null: it may be.</returns>
    public PrivacyDecision? Withheld(bool maySend) => Withheld(_outgoing.Decision, maySend);

    /// <summary>The same for whole files of the state that were not shown yet.</summary>
    public PrivacyDecision? Withheld(ImmutableArray<string> files, bool maySend) => files
        .Select(f => Withheld(Outgoing.Judge(f, Shown(f), _context, _input.View), maySend))
        .FirstOrDefault(why => why is not null);

    /// <summary>That somebody has to say so first.</summary>
    public Thought Held(PrivacyDecision why) => new(ThoughtKind.NeedsApproval, why.Reason)
    {
        By = Leg.Models.Select(m => m.ToString()).FirstOrDefault(),
        Replaced = _outgoing.Replaced,
    };

    private PrivacyDecision? Withheld(PrivacyDecision decision, bool maySend) =>
        !Leg.IsAway || decision.Sending == Sending.Send
            || (decision.Sending == Sending.NeedsApproval && maySend) ? null : decision;

    private string Shown(string file) => _input.View.State[file] is null ? "" : Show(file);

    /// <summary>Its words, and the lines it changes: entries that it was not shown stay out.
    /// </summary>
    private static string Written(ModelAnswer draft, StateSet present) => draft.Words
        + string.Concat(draft.Files.Select(f => $"\n\n{f.Key}:\n" + string.Concat(
            LineDiff.Of(present[f.Key] ?? "", f.Value, Around))));
}
