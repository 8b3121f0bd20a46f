using System.Collections.Immutable;
using Loam.Core.Resources;
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
    private const string DraftHead = "# A draft\n\nA smaller model answered the request below. "
        + "It may be wrong. Keep what is right, mend the rest, and answer as a whole.\n\n";

    private readonly ContextInput _input;
    private readonly Outgoing _outgoing;

    public LegQuestion(Leg leg, ContextInput input, LlmSettings settings, ModelAnswer? draft)
    {
        var budgets = ContextBudgets.For(leg.Window);
        _input = input with { Budgets = budgets };
        var context = ContextAssembly.Assemble(_input);
        _outgoing = Outgoing.Of(context, input.View);
        Leg = leg;
        Basis = new(input.View.State, context.Files, string.Join('\n', input.History
            .Where(t => t.ByPerson).Select(t => t.Text).Append(input.Request)));
        Request = new()
        {
            System = _outgoing.System,
            Messages = [ModelMessage.User(Given(draft) + context.Message)],
            MaxTokens = Math.Min(settings.MaxTokens, budgets.LongestAnswer(leg.Window)),
            Temperature = (double)settings.Temperature,
            LocalOnly = !leg.IsAway,
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

    /// <returns>Why it must not be sent, or not yet; null: it may be.</returns>
    public PrivacyDecision? Withheld(bool maySend) => Withheld(_outgoing.Decision, maySend);

    /// <summary>The same for files of the state that were not shown yet.</summary>
    public PrivacyDecision? Withheld(ImmutableArray<string> files, bool maySend) =>
        files.IsEmpty || !Leg.IsAway ? null : Withheld(Outgoing.Of(
            ContextAssembly.Assemble(_input with { Asked = files }), _input.View).Decision,
            maySend);

    /// <summary>That somebody has to say so first.</summary>
    public Thought Held(PrivacyDecision why) => new(ThoughtKind.NeedsApproval, why.Reason)
    {
        By = Leg.Models.Select(m => m.ToString()).FirstOrDefault(),
        Replaced = _outgoing.Replaced,
    };

    private PrivacyDecision? Withheld(PrivacyDecision decision, bool maySend) =>
        !Leg.IsAway || decision.Sending == Sending.Send
            || (decision.Sending == Sending.NeedsApproval && maySend) ? null : decision;

    /// <summary>It may repeat what was observed.</summary>
    private string Given(ModelAnswer? draft) => draft is null ? "" : DraftHead
        + new DataMark(_input.Nonce).AroundFile("a draft", Written(draft)) + "\n\n";

    private static string Written(ModelAnswer draft) => draft.Words + string.Concat(
        draft.Files.Select(f => $"\n\n```yaml:{f.Key}\n{f.Value}```"));
}
