using Loam.Core;

namespace Loam.Mind.Interpreter.Language;

/// <summary>Lines <c>meaning = phrase | phrase</c>; <c>#</c> begins a comment.</summary>
internal static class WordFile
{
    public static IEnumerable<(string Key, string Phrase)> Read(string language, string file)
    {
        var name = $"language/{language}/{file}.txt";
        using var stream = typeof(WordFile).Assembly.GetManifestResourceStream(name);
        Invariant.Require(stream is not null, $"resource {name} is missing");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var cut = line.IndexOf(" = ", StringComparison.Ordinal);
            if (cut <= 0 || line[0] == '#')
            {
                continue;
            }
            foreach (var phrase in line[(cut + 3)..].Split(" | "))
            {
                yield return (line[..cut].Trim(), phrase.Trim());
            }
        }
    }
}
