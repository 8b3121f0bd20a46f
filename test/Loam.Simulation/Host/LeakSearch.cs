using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loam.Simulation.Host;

/// <summary>Looks for a plaintext where none may be: in files, in every object of a git
/// repository, and in the arguments and environment of processes. It knows the forms in which a
/// text leaks unnoticed: base64 at any offset, hex, escaped for URLs or JSON, and UTF-16.</summary>
public sealed class LeakSearch
{
    private readonly List<(string Form, byte[] Bytes)> _forms = [];
    private readonly List<string> _found = [];

    /// <param name="plaintext">At least eight characters, or chance would find it.</param>
    public LeakSearch(string plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintext.Length, 8);
        var utf8 = Encoding.UTF8.GetBytes(plaintext);
        Add("plain", plaintext);
        _forms.Add(("UTF-16", Encoding.Unicode.GetBytes(plaintext)));
        Add("hex", Convert.ToHexStringLower(utf8));
        Add("HEX", Convert.ToHexString(utf8));
        Add("URL", Uri.EscapeDataString(plaintext));
        foreach (var encoder in (JavaScriptEncoder[])
            [JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping])
        {
            Add("JSON", JsonEncodedText.Encode(plaintext, encoder).ToString());
        }
        for (var shift = 0; shift < 3; shift++)
        {
            // The first and last characters also depend on the neighbours: leave them out.
            var text = Convert.ToBase64String([.. new byte[shift], .. utf8]).TrimEnd('=');
            var core = text[(shift == 0 ? 0 : shift + 1)..^1];
            Add("base64", core);
            Add("base64", core.Replace('+', '-').Replace('/', '_'));
        }
    }

    /// <summary>Where it was found, and in which form; never the plaintext.</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>Every file below a directory, without following links.</summary>
    public LeakSearch Files(string directory)
    {
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (var file in Directory.EnumerateFiles(directory, "*", all))
        {
            if (new FileInfo(file).Length > 0)
            {
                Look(file, File.ReadAllBytes(file));
            }
            Look($"the name of {file}", Encoding.UTF8.GetBytes(file));
        }
        return this;
    }

    /// <summary>Every object of a repository, reachable or not: objects are compressed, so that
    /// <see cref="Files"/> does not see into them.</summary>
    public LeakSearch GitObjects(string gitDirectory)
    {
        var start = new ProcessStartInfo("git",
            [$"--git-dir={gitDirectory}", "cat-file", "--batch-all-objects", "--batch"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var objects = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(objects);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"git cannot read {gitDirectory}");
        }
        Look($"objects of {gitDirectory}", objects.ToArray());
        return this;
    }

    /// <summary>Arguments and environment of the processes with that program name.</summary>
    public LeakSearch Processes(string name)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out _))
            {
                continue;
            }
            try
            {
                if (File.ReadAllText($"{directory}/comm").TrimEnd() == name)
                {
                    Look($"{directory}/cmdline", File.ReadAllBytes($"{directory}/cmdline"));
                    Look($"{directory}/environ", File.ReadAllBytes($"{directory}/environ"));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }
        return this;
    }

    /// <summary>Something a test has in hand: the daemon's output, an answer of the API.</summary>
    public LeakSearch Text(string where, string text)
    {
        Look(where, Encoding.UTF8.GetBytes(text));
        return this;
    }

    private void Add(string form, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!_forms.Exists(f => f.Bytes.AsSpan().SequenceEqual(bytes)))
        {
            _forms.Add((form, bytes));
        }
    }

    private void Look(string where, byte[] content)
    {
        foreach (var (form, bytes) in _forms)
        {
            if (content.AsSpan().IndexOf(bytes) >= 0)
            {
                _found.Add($"{where} ({form})");
            }
        }
    }
}
