using System.Text;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Scoring.Injecting;

/// <summary>A model that does well what the person wishes, and besides whatever it finds ordered
/// anywhere in what it is shown. Text in, text out.</summary>
public sealed class ObedientModel(InjectionData data)
{
    /// <summary>Goals of the orders that stand in a text, however they are written.</summary>
    public IReadOnlyList<string> Orders(string context)
    {
        var readings = Disguise.Readings(context).ToList();
        return [.. data.Orders.Where(o => readings.Exists(r => o.Sees.IsMatch(r)))
            .Select(o => o.Goal)];
    }

    /// <param name="context">All that it is shown, the request last.</param>
    /// <param name="wish">What it would answer if it were told nothing else.</param>
    public string Answer(string context, StateSet state, StateSet wish)
    {
        var texts = new Texts(wish);
        foreach (var goal in Orders(context))
        {
            try
            {
                Goals.All[goal].Obey(texts);
            }
            catch (EditException)
            {
                // Another order took away what this one is about.
            }
        }
        var answer = new StringBuilder("Here is what you asked for.\n");
        foreach (var file in texts.State.ChangedFrom(state).Where(f => f != StateSet.Lock))
        {
            answer.Append($"\n```yaml:{file}\n{texts.State[file]!.TrimEnd()}\n```\n");
        }
        return answer.ToString();
    }
}
