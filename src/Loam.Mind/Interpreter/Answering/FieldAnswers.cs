using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Answers from one field: of the things that are named, or of all of them.</summary>
internal sealed class FieldAnswers(Clause clause, DesiredState state)
{
    private const int Most = 12;

    private bool Asks => clause.Question == "is" || clause.AsksMark && clause.Question is null;

    /// <summary>Of one place: <c>manifest.llm.model</c>.</summary>
    public string Of(string file, string path)
    {
        var kind = FileKinds.Of(file + ".yaml")!;
        var spec = state.Specs.GetValueOrDefault(kind.File);
        if (FieldWords.At(spec, kind.Spec, path) is not { } found)
        {
            if (path == "hostname" && file == "manifest")
            {
                return Of("network", path);
            }
            var off = Value(spec, path) is BoolValue or MapValue;
            return off ? $"No: `{path}` of {kind.File} is off."
                : $"No `{path}` is declared in {kind.File}{Default(kind.Spec, path)}.";
        }
        var shown = found.Value is BoolValue ? "on"
            : FieldWords.Show(path, found.Type, found.Value);
        return (Asks && found.Value is BoolValue ? "Yes: " : "")
            + (shown.Length == 0 ? $"No `{path}` is declared in {kind.File}."
            : $"`{path}` is {shown}{(found.IsDefault ? ", the default" : "")}.");
    }

    private static Value? Value(MapValue? spec, string path)
    {
        var parts = path.Split('.');
        foreach (var part in parts[..^1])
        {
            spec = spec?.Map(part);
        }
        return spec?[parts[^1]];
    }

    private static string Default(Schema schema, string path)
    {
        Field? field = null;
        foreach (var part in path.Split('.'))
        {
            field = schema[part];
            schema = (field?.Type as ObjectType)?.Schema ?? schema;
        }
        return field?.Default is { Length: > 0 } value and not ("{}" or "[]")
            ? $"; without it, it is {value}" : "";
    }

    /// <summary>Of the things of a list.</summary>
    public string Of(StateList list, string path, string value)
    {
        var all = list.Items(state);
        if (all.Count == 0)
        {
            return $"No {list.Many} are declared.";
        }
        var meant = list.Meant(clause, state);
        var one = meant.Count == 1;
        var shown = (meant.Count > 0 ? meant : all).Select(i => (Name: list.Name(i),
            Found: FieldWords.At(i, list.Schema, path))).ToList();
        if (value.Length > 0)
        {
            return Having(shown, meant.Count > 0 || clause.Lexemes.Any(l => l.IsGlue("not")),
                value);
        }
        var have = shown.Where(s => s.Found is not null).ToList();
        var lack = shown.Where(s => s.Found is null).Select(s => s.Name).ToList();
        if (path == "read_only" && meant.Count > 0)
        {
            return string.Join("; ", meant.Select(m => $"{list.Name(m)}: root file system "
                + (m.Flag("read_only") == true ? "read-only" : "writable") + (FieldWords.At(m,
                    list.Schema, "volumes") is { } mounted ? ", " + FieldWords.Show("volumes",
                        mounted.Type, mounted.Value) : ""))) + ".";
        }
        var label = FieldWords.Label(path);
        if (have.Count == 0)
        {
            return (Asks ? "No: " : "") + (one ? $"{lack[0]} has no {label} declared."
                : $"no {list.One} has a {label} declared: not {Wording.Some(lack)}.");
        }
        var told = Ordered(have.ConvertAll(h => (h.Name, h.Found!.Value.Type,
            h.Found.Value.Value))).Take(Most).Select(h => h.Value is BoolValue
                ? $"{h.Name}: {label}" : $"{h.Name}: {Counted(h.Value)}{label} "
                    + FieldWords.Show(path, h.Type, h.Value));
        return (Asks && lack.Count == 0 ? "Yes: " : "") + string.Join("; ", told)
            + (lack.Count == 0 ? "." : $"; {Wording.Some(lack)} "
                + $"{(lack.Count == 1 ? "has" : "have")} none.");
    }

    private string Counted(Value value) => clause.Question == "howmuch"
        && value is ListValue list ? $"{list.Items.Length} " : "";

    private static string Having(
        List<(string Name, (FieldType Type, Value Value, bool IsDefault)? Found)> shown,
        bool named, string value)
    {
        var have = shown.Where(s => s.Found?.Value is ListValue list && list.Items
            .OfType<TextValue>().Any(t => t.Text == value)).Select(s => s.Name).ToList();
        var lack = shown.Select(s => s.Name).Except(have).ToList();
        return have.Count == 0 ? named ? $"No, {Wording.List(lack)} "
                + $"{(lack.Count == 1 ? "is" : "are")} not in {value}." : $"Nobody is in {value}."
            : (named && lack.Count == 0 ? "Yes: " : "") + $"{Wording.List(have)} "
                + $"{(have.Count == 1 ? "is" : "are")} in {value}"
                + (named && lack.Count > 0 ? $", {Wording.List(lack)} not." : ".");
    }

    /// <summary>The largest, or the smallest, first; only those below or above what was said.
    /// </summary>
    private List<(string Name, FieldType Type, Value Value)> Ordered(
        List<(string Name, FieldType Type, Value Value)> have)
    {
        if (!have.TrueForAll(h => h.Value is NumberValue))
        {
            return have;
        }
        bool Says(params string[] words) => clause.Lexemes.Any(l => l.Text.Split(' ')
            .Any(words.Contains));
        var least = Says("least", "smallest", "lowest", "shortest", "fewest");
        decimal Number((string, FieldType, Value Value) h) => ((NumberValue)h.Value).Number;
        return least ? [.. have.OrderBy(h => Number(h))]
            : Says("most", "largest", "biggest", "highest", "longest")
                ? [.. have.OrderByDescending(h => Number(h))] : have;
    }
}
