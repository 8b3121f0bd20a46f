using Loam.Api;
using Loam.Core;

namespace Loam.MindHost.Storing;

/// <summary>Keeps conversations over restarts where that can be done; where it cannot, it says why
/// and the conversation goes on.</summary>
/// <param name="home">The mind's own folder.</param>
internal sealed class SessionStore(string home, StoreBounds bounds) : IDisposable
{
    public const string File = "sessions.db";

    public static readonly StoreBounds Usual =
        new(Limits.MindTurns, Limits.PersonSessions, Limits.SessionBytes);

    private readonly Lock _gate = new();
    private SessionTables? _tables;
    private string? _aside;

    /// <summary>Why what is said now is not kept; null: it is.</summary>
    public string? Why { get; private set; }

    public List<KeptTurn> Turns(string person, string name) =>
        Try(tables => tables.Turns(person, name)) ?? [];

    public List<SessionLine> List(string person) => Try(tables => tables.List(person)) ?? [];

    /// <summary>On disk when it returns, unless it says <see cref="Why"/>.</summary>
    public void Add(string person, string name, KeptTurn turn) => Try(tables =>
    {
        tables.Add(person, name, turn);
        return "";
    });

    public bool Forget(string person, string name) =>
        Try(tables => tables.Forget(person, name) ? "" : null) is not null;

    public List<string> Preferences(string person) =>
        Try(tables => tables.Preferences(person)) ?? [];

    public bool Prefer(string person, string text) =>
        Try(tables => tables.Prefer(person, text) ? "" : null) is not null;

    public bool Unprefer(string person, int number) =>
        Try(tables => tables.Unprefer(person, number) ? "" : null) is not null;

    /// <summary>Said once: that a damaged file was set aside.</summary>
    public string? TakeNews()
    {
        lock (_gate)
        {
            var news = _aside;
            _aside = null;
            return news;
        }
    }

    public void Dispose() => _tables?.Dispose();

    private string Path => System.IO.Path.Combine(home, File);

    private T? Try<T>(Func<SessionTables, T?> work) where T : class
    {
        lock (_gate)
        {
            if (!Sqlite.IsThere)
            {
                Why = $"{Sqlite.Library} is missing (Debian: apt install libsqlite3-0)";
                return null;
            }
            for (var again = false; ; again = true)
            {
                try
                {
                    var done = work(_tables ??= new(Path, bounds));
                    Why = null;
                    return done;
                }
                catch (DatabaseException fault)
                    when (fault.Fault == DatabaseFault.Damaged && !again)
                {
                    SetAside(fault);
                }
                catch (Exception fault) when (fault is DatabaseException or IOException
                    or UnauthorizedAccessException)
                {
                    Why = fault is DatabaseException { Fault: DatabaseFault.Full }
                        ? "there is no room for it" : $"{File}: {fault.Message}";
                    // What it holds of the file may be wrong now.
                    _tables?.Dispose();
                    _tables = null;
                    return null;
                }
            }
        }
    }

    private void SetAside(DatabaseException fault)
    {
        _tables?.Dispose();
        _tables = null;
        System.IO.File.Delete(Path + "-journal");
        System.IO.File.Move(Path, Path + ".damaged", overwrite: true);
        _aside = $"Earlier conversations cannot be read ({fault.Message}): their file is now "
            + $"{File}.damaged, and new ones are kept in a new one.";
        Console.Error.WriteLine(_aside);
    }
}
