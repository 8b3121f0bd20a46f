using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>A single value in the state files, whatever it is of.</summary>
/// <param name="Keys">Fields on the way to it, the innermost last.</param>
/// <param name="Owners">Names of the things it is in: <c>web</c>.</param>
/// <param name="Text">As it is written.</param>
internal sealed record Leaf(
    string File, EditPath Path, ImmutableArray<string> Keys, ImmutableArray<string> Owners,
    string Text, bool Plain)
{
    private static readonly string[] s_names = ["name", "target", "service"];

    /// <summary>Every value below <c>spec</c>, but names that things are known by.</summary>
    public static IEnumerable<Leaf> Of(StateSet files) => files.Texts.SelectMany(file =>
        (YamlReader.Read(file.Key, file.Value, new DiagnosticBag()) as MappingNode)?["spec"] is
            { } spec ? Below(spec, new(file.Key, EditPath.Parse("spec"), [], [], "", true)) : []);

    private static IEnumerable<Leaf> Below(Node node, Leaf at) => node switch
    {
        ScalarNode scalar => [at with { Text = scalar.Text, Plain = scalar.Plain }],
        MappingNode mapping => mapping.Entries.Where(e => !(e.Key.Text == "name"
                && at.Owners.Length > 0)).SelectMany(e => Below(e.Value, at with
            {
                Path = at.Path.Key(e.Key.Text), Keys = at.Keys.Add(e.Key.Text),
            })),
        SequenceNode sequence => sequence.Items.SelectMany((item, place) =>
            Below(item, Item(at, item, place))),
        _ => [],
    };

    private static Leaf Item(Leaf list, Node item, int place)
    {
        var name = s_names.Select(n => ((item as MappingNode)?[n] as ScalarNode)?.Text)
            .FirstOrDefault(n => n is not null);
        return list with
        {
            Path = list.Path.At(place),
            Owners = name is null ? list.Owners : list.Owners.Add(name),
        };
    }

    /// <summary>The number it begins with, and its unit; null: it is no number.</summary>
    public (decimal Value, string Unit)? Number
    {
        get
        {
            var digits = Text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
            return digits > 0 && Text[digits..].All(char.IsAsciiLetter) && decimal.TryParse(
                Text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var value) ? (value, Text[digits..]) : null;
        }
    }
}
