using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Loam.System.Harness;

/// <summary>What a person typed and saw, kept in <c>transcripts/</c>. What differs from run to run
/// is masked. With <c>LOAM_ACCEPT=1</c> the file is rewritten, to be read in the commit's diff.
/// </summary>
/// <param name="home">The instance's directory.</param>
/// <param name="registry">Where images come from.</param>
/// <param name="firstPort">Ports are shown as if they began at 18080.</param>
public sealed partial class Transcript(
    string name, Func<string[], Task<Ended>> run, string home, string registry, int firstPort)
{
    public Transcript(string name, Ground ground)
        : this($"{name}.{ground.Name}", ground.Instance.RunAsync, ground.Instance.Home,
            new Uri(ground.Mirror.Url).Authority, ground.FirstPort)
    {
    }

    private const string Step = "  ✓ ";
    private const string Time = "  … s";
    private readonly StringBuilder _text = new();

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        var ended = await run(arguments);
        Add(arguments, ended);
        return ended;
    }

    public void Add(string[] arguments, Ended ended)
    {
        var typed = arguments.Select(a => Proposal().Replace(a.Replace(home, "HOME"), "PROPOSAL"))
            .Select(a => a.Contains(' ') ? $"\"{a}\"" : a);
        _text.Append($"› loam {string.Join(' ', typed)}\n{Masked(ended.Output)}");
        _text.Append(ended.Exit == 0 ? "\n" : $"(exit code {ended.Exit})\n\n");
    }

    /// <summary>What a program was told.</summary>
    public void Say(string who, string text) =>
        _text.Append($"# {Masked(who)}{Masked(text)}\n");

    /// <summary>What happened beside Loam.</summary>
    public void Note(string text) => _text.Append($"# {text}\n\n");

    public void Check([CallerFilePath] string source = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(source)!, "transcripts");
        var file = Path.Combine(folder, $"{name}.txt");
        if (Environment.GetEnvironmentVariable("LOAM_ACCEPT") == "1")
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(file, _text.ToString());
        }
        File.Exists(file).ShouldBeTrue($"{file} is missing; LOAM_ACCEPT=1 writes it");
        if (_text.ToString() != File.ReadAllText(file))
        {
            Assert.Fail($"{name} reads otherwise:\n{Difference(file)}");
        }
    }

    private string Difference(string file)
    {
        var seen = Path.GetTempFileName();
        try
        {
            File.WriteAllText(seen, _text.ToString());
            return Shell.RunAsync("diff", "-U", "2", "--label", "expected", "--label", "seen",
                file, seen).GetAwaiter().GetResult().Output;
        }
        finally
        {
            File.Delete(seen);
        }
    }

    private string Masked(string output)
    {
        output = output.Replace(home, "HOME")
            .Replace(registry, "REGISTRY")
            .Replace(Environment.MachineName, "HOST");
        output = Engine().Replace(output, m => $"{m.Groups[1].Value} VERSION");
        // Whether an image is there already depends on the stories before.
        output = Download().Replace(output, "");
        output = Beyond().Replace(output, "");
        output = Version().Replace(output, "Loam VERSION");
        output = Revert().Replace(output, "revert N");
        output = Digest().Replace(output, "sha256:…");
        output = Fingerprint().Replace(output, "SHA256:…");
        output = Address().Replace(output, "ADDRESS");
        output = Moment().Replace(output, "DATE");
        output = Generation().Replace(output, "generation N");
        output = Proposal().Replace(output, "PROPOSAL");
        output = Mark().Replace(output, "data MARK");
        output = Copy().Replace(output, "COPY");
        output = Name().Replace(output, "loam-…");
        output = Took().Replace(output, "… s");
        output = Used().Replace(output, "…/");
        output = Load().Replace(output, "… %");
        output = Size().Replace(output, "… $1");
        output = Port().Replace(output, m => $"{int.Parse(m.Value) - firstPort + 18080}");
        return string.Concat(Ordered(output.TrimEnd('\n').Split('\n')).Select(l => l + "\n"));
    }

    /// <summary>Steps run at the same time, so their order is chance; so is whether a start is
    /// seen before its probe answers, whether a step takes long enough for its time to be told,
    /// and what a service uses at the moment.</summary>
    private static IEnumerable<string> Ordered(string[] lines)
    {
        var steps = new List<string>();
        foreach (var line in lines.Select(Even))
        {
            if (line.StartsWith(Step))
            {
                if (!line.Contains(" started") && !line.StartsWith("  ✓ image "))
                {
                    steps.Add(line);
                }
                continue;
            }
            foreach (var step in steps.Order(StringComparer.Ordinal))
            {
                yield return step;
            }
            steps.Clear();
            yield return line;
        }
        foreach (var step in steps.Order(StringComparer.Ordinal))
        {
            yield return step;
        }
    }

    private static string Even(string line)
    {
        var text = line.TrimStart();
        var indent = line[..(line.Length - text.Length)];
        var fields = Gap().Split(text.TrimEnd());
        var kept = text.StartsWith('●') ? 5 : text.StartsWith("SERVICE") ? 4 : fields.Length;
        var even = (indent + string.Join("  ", fields.Take(kept))).TrimEnd();
        return even.StartsWith(Step) && even.EndsWith(Time) ? even[..^Time.Length] : even;
    }

    [GeneratedRegex(@"(Docker|Podman|containerd) [0-9][^ ,]*")]
    private static partial Regex Engine();

    [GeneratedRegex(@"^ *download [0-9.]+ [kMG]B\n| · download [0-9.]+ [kMG]B|"
        + @"(?<=^ *)download [0-9.]+ [kMG]B · ", RegexOptions.Multiline)]
    private static partial Regex Download();

    [GeneratedRegex(@" \(docker\.io itself[^)]*\)\.?")]
    private static partial Regex Beyond();

    [GeneratedRegex(@"Loam \d+\.\d+\.\d+\S*")]
    private static partial Regex Version();

    [GeneratedRegex(@"revert \d+")]
    private static partial Regex Revert();

    [GeneratedRegex(@"[0-9.]+( [KMG]iB)?/(?=[0-9.]+ [KMG]iB)")]
    private static partial Regex Used();

    [GeneratedRegex(@"[0-9.]+ %")]
    private static partial Regex Load();

    [GeneratedRegex("sha256:[0-9a-f]+")]
    private static partial Regex Digest();

    [GeneratedRegex("SHA256:[A-Za-z0-9+/]+")]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"\b\d+\.\d+\.\d+\.\d+(?=[:/. )]|$)", RegexOptions.Multiline)]
    private static partial Regex Address();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d")]
    private static partial Regex Moment();

    [GeneratedRegex(@"generation \d+")]
    private static partial Regex Generation();

    [GeneratedRegex(@"loam-[0-9a-f]{8}-\S+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b[0-9a-f]{8}\b(?!-)")]
    private static partial Regex Copy();

    [GeneratedRegex(@"\bm[0-9a-f]{12}\b")]
    private static partial Regex Proposal();

    [GeneratedRegex("data [0-9a-f]{12}")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\d+\.\d s\b|\b\d+ (?:s|min)(?= ago)|(?<=within )\d+ s(?= and)")]
    private static partial Regex Took();

    [GeneratedRegex(@"\d+(?:\.\d+)? (kB|MB|GB)")]
    private static partial Regex Size();

    [GeneratedRegex(@"\b18[0-9]{3}\b")]
    private static partial Regex Port();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gap();
}
