using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>How many there are, which, and what is declared of one.</summary>
internal sealed class ThingAnswers(Clause clause, DesiredState state)
{
    private const int Most = 12;

    public string Of(StateList list)
    {
        var all = list.Items(state);
        if (all.Count == 0)
        {
            return (list.Key == "notify" ? "Nobody is told: n" : "N")
                + $"o {list.Many} are declared.";
        }
        var meant = list.Meant(clause, state);
        if (clause.Question == "howmuch" && list.Key == "services")
        {
            var stopped = all.Count(i => i.Number("replicas") == 0);
            return $"{all.Count} {(all.Count == 1 ? list.One : list.Many)} "
                + $"{(all.Count == 1 ? "is" : "are")} declared"
                + (stopped > 0 ? $", {stopped} of them stopped: " : ": ")
                + Wording.List(all.Select(i => list.Name(i) + (i.Number("replicas") == 0
                    ? " (stopped)" : ""))) + ".";
        }
        var shown = (meant.Count > 0 ? meant : all).Take(Most).Select(i => Described(list, i));
        var counted = clause.Question == "howmuch" && meant.Count == 0;
        return (counted ? $"{all.Count} {(all.Count == 1 ? list.One : list.Many)}: " : "")
            + string.Join("; ", shown) + ".";
    }

    /// <summary>Everything that is declared of a service or two.</summary>
    public string Services(IEnumerable<Service> services)
    {
        var list = StateLists.Of("services")!;
        var names = services.Select(s => s.Name).ToList();
        return string.Join("; ", list.Items(state).Where(i => names.Contains(list.Name(i)))
            .Select(i => (state.Services[list.Name(i)] is var s && s.Replicas == 0
                ? $"{s.Name} is stopped: it would run {s.Image.Short}"
                : $"{s.Name} runs {s.Image.Short}, {(s.Replicas == 1 ? "one copy"
                    : $"{s.Replicas} copies")}")
                + $" ({FieldWords.Fields(i, list.Schema)})")) + ".";
    }

    private string Described(StateList list, MapValue item)
    {
        var fields = FieldWords.Fields(item, list.Schema);
        var name = list.Name(item);
        var users = state.Services.Values.Where(s => list.Key == "networks"
            ? s.Networks.Contains(name) : list.Key == "volumes" && s.Volumes.Any(
                v => v.Source == name)).Select(s => s.Name).ToList();
        return name + (fields.Length > 0 ? $" ({fields})" : "")
            + (users.Count > 0 ? $", used by {Wording.List(users)}" : "");
    }
}
