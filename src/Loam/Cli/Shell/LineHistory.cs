using Loam.Core;

namespace Loam.Cli.Shell;

/// <summary>Lines entered before, kept in a file that only its owner reads. A line that begins
/// with a space is not kept.</summary>
/// <param name="file">Null: kept in memory alone.</param>
internal sealed class LineHistory(string? file)
{
    private readonly OwnLines _kept = new(file);
    private readonly List<string> _lines = [.. new OwnLines(file).ReadLast(Limits.ShellHistory)];
    private int _at;
    private string _draft = "";

    /// <summary><c>$XDG_STATE_HOME/loam/history</c>, by default below <c>~/.local/state</c>;
    /// null when there is no home directory.</summary>
    public static string? DefaultFile()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        var home = Environment.GetEnvironmentVariable("HOME");
        return !string.IsNullOrEmpty(state) ? Path.Combine(state, "loam", "history")
            : !string.IsNullOrEmpty(home)
                ? Path.Combine(home, ".local", "state", "loam", "history") : null;
    }

    /// <summary>A new line begins.</summary>
    public void Begin() => (_at, _draft) = (_lines.Count, "");

    public string? Older(string present)
    {
        if (_at == 0)
        {
            return null;
        }
        if (_at == _lines.Count)
        {
            _draft = present;
        }
        return _lines[--_at];
    }

    public string? Newer()
    {
        if (_at >= _lines.Count)
        {
            return null;
        }
        return ++_at == _lines.Count ? _draft : _lines[_at];
    }

    /// <summary>The newest line older than the present one that contains a text, and makes it the
    /// present one; null when there is none.</summary>
    /// <param name="again">Not the present one itself.</param>
    public string? Find(string text, bool again)
    {
        for (var at = Math.Min(again ? _at - 1 : _at, _lines.Count - 1); at >= 0; at--)
        {
            if (_lines[at].Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return _lines[_at = at];
            }
        }
        return null;
    }

    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || line[0] == ' '
            || (_lines.Count > 0 && _lines[^1] == line))
        {
            return;
        }
        _lines.Add(line);
        if (_lines.Count > Limits.ShellHistory)
        {
            _lines.RemoveRange(0, _lines.Count - Limits.ShellHistory);
        }
        _kept.Write(_lines);
    }
}
