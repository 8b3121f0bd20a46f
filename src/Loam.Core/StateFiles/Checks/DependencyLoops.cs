using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Services that wait for each other would never start.</summary>
internal static class DependencyLoops
{
    private enum Mark { New, Open, Done }

    public static void Run(Declared declared, DiagnosticBag found)
    {
        var specs = declared.Services.ToDictionary(
            s => s.Name, s => s.Spec, StringComparer.Ordinal);
        var marks = specs.Keys.ToDictionary(n => n, _ => Mark.New, StringComparer.Ordinal);
        foreach (var (name, _) in declared.Services)
        {
            if (marks[name] == Mark.New)
            {
                Follow(name, specs, marks, found);
            }
        }
    }

    /// <summary>Depth first with a stack of its own: a chain may be longer than the thread's
    /// stack is deep.</summary>
    private static void Follow(
        string start, Dictionary<string, MapValue> specs, Dictionary<string, Mark> marks,
        DiagnosticBag found)
    {
        var path = new List<string> { start };
        var rest = new Stack<Queue<TextValue>>();
        marks[start] = Mark.Open;
        rest.Push(Next(specs[start]));
        while (rest.TryPeek(out var queue))
        {
            if (!queue.TryDequeue(out var dependency))
            {
                rest.Pop();
                marks[path[^1]] = Mark.Done;
                path.RemoveAt(path.Count - 1);
                continue;
            }
            switch (marks.GetValueOrDefault(dependency.Text, Mark.Done))
            {
                case Mark.New:
                    marks[dependency.Text] = Mark.Open;
                    path.Add(dependency.Text);
                    rest.Push(Next(specs[dependency.Text]));
                    break;
                case Mark.Open:
                    Report(path[path.IndexOf(dependency.Text)..], dependency, found);
                    break;
            }
        }
    }

    private static Queue<TextValue> Next(MapValue spec) =>
        new(spec.List("depends_on").OfType<TextValue>());

    private const int ShownNames = 8;

    private static void Report(List<string> loop, TextValue at, DiagnosticBag found)
    {
        var shown = loop.Count <= ShownNames ? loop : [.. loop.Take(ShownNames), "…"];
        found.Error(Codes.Loop, at.At,
            loop.Count == 1 ? $"Service {at.Text} depends on itself."
                : $"Services wait for each other: {string.Join(" → ", shown)} → {at.Text}.",
            "Remove one of these depends_on.");
    }
}
