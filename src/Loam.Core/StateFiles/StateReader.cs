using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Checks;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <param name="State">Null when there are errors.</param>
/// <param name="Findings">Errors, warnings and notes, by file and place.</param>
public sealed record StateReading(DesiredState? State, IReadOnlyList<Diagnostic> Findings);

/// <summary>The state files' texts to typed, checked state. Pure: the same texts give the same
/// reading.</summary>
public static class StateReader
{
    /// <summary>Most changes touch one file: the others, where nothing was found in them, are as
    /// they were.</summary>
    private static readonly ConditionalWeakTable<string, FileReading> s_read = [];

    /// <summary>What comes over a socket is another string each time: the newest text of each file
    /// is known by what stands in it.</summary>
    private static readonly ConcurrentDictionary<string, KnownText> s_newest =
        new(StringComparer.Ordinal);

    private sealed record KnownText(string Text, FileReading Reading);

    /// <summary>Reads all six files and <c>images.lock</c>, and checks each and all together. Every
    /// finding is reported, not only the first.</summary>
    public static StateReading Read(StateSet files)
    {
        var found = new DiagnosticBag();
        var declared = new Declared(
            [.. FileKinds.All.Select(kind => ReadFile(kind, files[kind.File], found))]);
        RefuseUnknownFiles(files, found);
        var images = files[StateSet.Lock] is { } text ? ImagesLock.Read(text, found)
            : ImmutableSortedDictionary<string, ResolvedImage>.Empty;
        CrossChecks.Run(declared, found);
        var findings = Bounded(found.ToList());
        return new(found.HasErrors ? null : StateBuilder.Build(files, declared, images), findings);
    }

    /// <summary>A file that is wrong throughout must not flood a screen or a model's context.
    /// </summary>
    private static IReadOnlyList<Diagnostic> Bounded(IReadOnlyList<Diagnostic> findings)
    {
        if (findings.Count <= Limits.Findings)
        {
            return findings;
        }
        // Errors first, so that a text with errors never looks as if it had none.
        var kept = findings.OrderBy(f => f.Severity).Take(Limits.Findings)
            .OrderBy(f => f.At?.File, StringComparer.Ordinal)
            .ThenBy(f => f.At?.Line).ThenBy(f => f.At?.Column);
        return
        [
            .. kept,
            new(Codes.TooLarge, Severity.Note, null,
                $"{findings.Count - Limits.Findings} further findings are not shown.",
                "Mend these first."),
        ];
    }

    private static void RefuseUnknownFiles(StateSet files, DiagnosticBag found)
    {
        foreach (var file in files.Texts.Keys)
        {
            if (file == StateSet.Lock || FileKinds.Of(file) is not null)
            {
                continue;
            }
            var nearest = Nearest.To(file, FileKinds.All.Select(k => k.File));
            found.Error(Codes.Head, new(file, 1, 1, 1, 1), $"{file} is not a state file.",
                nearest is not null ? $"Name it {nearest}." : "The state files are "
                    + $"{string.Join(", ", FileKinds.All.Select(k => k.File))}.");
        }
    }

    private static FileReading ReadFile(FileKind kind, string? text, DiagnosticBag found)
    {
        if (text is null)
        {
            return new(kind, null, null, IsPresent: false, IsReadable: true);
        }
        if (s_read.TryGetValue(text, out var known) && known.Kind.File == kind.File)
        {
            return known;
        }
        if (s_newest.TryGetValue(kind.File, out var newest) && newest.Text == text)
        {
            s_read.AddOrUpdate(text, newest.Reading);
            return newest.Reading;
        }
        var own = new DiagnosticBag();
        var reading = ReadText(kind, text, own);
        var findings = own.ToList();
        if (findings.Count == 0)
        {
            s_read.AddOrUpdate(text, reading);
            s_newest[kind.File] = new(text, reading);
        }
        found.AddRange(findings);
        return reading;
    }

    private static FileReading ReadText(FileKind kind, string text, DiagnosticBag found)
    {
        var root = YamlReader.Read(kind.File, text, found);
        if (root is null)
        {
            return new(kind, null, null, IsPresent: true, IsReadable: false);
        }
        CheckHead(root, kind, found);
        MapValue? metadata = null;
        MapValue? spec = null;
        foreach (var (key, node) in root.Entries)
        {
            switch (key.Text)
            {
                case "apiVersion" or "kind":
                    break;
                case "metadata":
                    metadata ??= FileKinds.MetadataType.Read(node, "metadata", found) as MapValue;
                    break;
                case "spec":
                    spec ??= FileKinds.SpecType(kind).Read(node, "", found) as MapValue;
                    break;
                default:
                    UnknownAtTop(key, kind, found);
                    break;
            }
        }
        if (root["spec"] is null)
        {
            found.Error(Codes.Required, root.Span, $"{kind.File} has no spec.",
                "Add `spec:` and below it, indented, what the file declares.");
        }
        return new(kind, metadata, spec, IsPresent: true, IsReadable: spec is not null);
    }

    private static void UnknownAtTop(ScalarNode key, FileKind kind, DiagnosticBag found)
    {
        string[] known = ["apiVersion", "kind", "metadata", "spec"];
        var isOfSpec = kind.Spec[key.Text] is not null;
        var nearest = Nearest.To(key.Text, known);
        found.Error(Codes.UnknownField, key.Span,
            $"{kind.File} has no field {Wording.Quote(key.Text)} at its top.",
            isOfSpec ? $"Move {key.Text} below spec, indented."
                : nearest is not null ? $"Write {nearest}."
                : $"The fields here are {string.Join(", ", known)}.");
    }

    private static void CheckHead(MappingNode root, FileKind kind, DiagnosticBag found)
    {
        CheckWord(root, "apiVersion", FileKinds.ApiVersion, kind.File, found);
        CheckWord(root, "kind", kind.Kind, kind.File, found);
    }

    private static void CheckWord(
        MappingNode root, string field, string wanted, string file, DiagnosticBag found)
    {
        var node = root[field];
        if (node is null)
        {
            found.Error(Codes.Head, root.Span, $"{file} has no {field}.",
                $"Begin the file with `{field}: {wanted}`.");
        }
        else if ((node as ScalarNode)?.Text != wanted)
        {
            var is_ = node is ScalarNode scalar ? Wording.Quote(scalar.Text) : "not a word";
            found.Error(Codes.Head, node.Span, $"{Wording.Upper(field)} of {file} is {is_}.",
                $"Write `{field}: {wanted}`.");
        }
    }
}
