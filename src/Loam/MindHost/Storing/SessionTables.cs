using System.Text;
using Loam.Api;
using Loam.Core;

namespace Loam.MindHost.Storing;

/// <summary>Conversations in a database. Every person has their own.</summary>
internal sealed class SessionTables : IDisposable
{
    private const int Version = 2, LongestAbout = 120;

    private readonly Database _database;
    private readonly StoreBounds _bounds;

    /// <exception cref="DatabaseException">It cannot be opened, is damaged, or is of a newer
    /// version.</exception>
    public SessionTables(string path, StoreBounds bounds)
    {
        // Words are bounded below; this is for what is around them.
        _database = new(path, 2 * bounds.Bytes + (1 << 20));
        _bounds = bounds;
        try
        {
            Make();
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>Oldest first; none: there is no such conversation.</summary>
    public List<KeptTurn> Turns(string person, string name) => _database.Rows(
        """
        SELECT at, asked, kind, said, by, generation, cost, proposal, digest FROM turns
        JOIN sessions ON sessions.id = session WHERE person = ? AND name = ? ORDER BY n
        """,
        row => new KeptTurn(Time(row.Number(0)), row.Text(1), row.Text(2), row.Text(3),
            row.TextOrNull(4), (int)row.Number(5))
        {
            Cost = row.NumberOrNull(6), Proposal = row.TextOrNull(7), Digest = row.TextOrNull(8),
        }, person, name);

    /// <summary>Newest first.</summary>
    public List<SessionLine> List(string person) => _database.Rows(
        """
        SELECT name, began, last, (SELECT count(*) FROM turns WHERE session = id), about
        FROM sessions WHERE person = ? ORDER BY last DESC, id DESC
        """,
        row => new SessionLine(row.Text(0), Time(row.Number(1)), Time(row.Number(2)),
            (int)row.Number(3), row.Text(4)), person);

    /// <summary>On disk when it returns. What is too much goes, oldest first; of everybody's, of
    /// whoever has most.</summary>
    public void Add(string person, string name, KeptTurn turn) => _database.AtOnce(() =>
    {
        var (at, about) = (turn.At.ToUnixTimeMilliseconds(), About(turn.Asked));
        _database.Run(
            """
            INSERT INTO sessions (person, name, began, last, about) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (person, name) DO UPDATE SET last = excluded.last
            """,
            person, name, at, at, about);
        var session = _database.Rows("SELECT id FROM sessions WHERE person = ? AND name = ?",
            row => row.Number(0), person, name)[0];
        _database.Run(
            """
            INSERT INTO turns (session, n, at, asked, kind, said, by, generation, cost, proposal,
              digest, bytes)
            VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM turns WHERE session = ?), ?, ?, ?, ?,
              ?, ?, ?, ?, ?, ?)
            """,
            session, session, at, turn.Asked, turn.Kind, Cut(turn.Said), turn.By, turn.Generation,
            turn.Cost, turn.Proposal, turn.Digest,
            Encoding.UTF8.GetByteCount(turn.Asked) + Encoding.UTF8.GetByteCount(Cut(turn.Said)));
        _database.Run(
            """
            DELETE FROM turns WHERE session = ?
              AND n <= (SELECT max(n) FROM turns WHERE session = ?) - ?
            """,
            session, session, _bounds.Turns);
        Bound(person, session);
    });

    /// <returns>False: there was none of that name.</returns>
    public bool Forget(string person, string name)
    {
        var there = _database.Rows("SELECT id FROM sessions WHERE person = ? AND name = ?",
            row => row.Number(0), person, name);
        _database.Run("DELETE FROM sessions WHERE person = ? AND name = ?", person, name);
        return there.Count > 0;
    }

    /// <summary>What a person prefers, a sentence each, oldest first.</summary>
    public List<string> Preferences(string person) => _database.Rows(
        "SELECT text FROM preferences WHERE person = ? ORDER BY id", row => row.Text(0), person);

    /// <returns>False: there are as many as there may be, or the very same.</returns>
    public bool Prefer(string person, string text)
    {
        var known = Preferences(person);
        if (known.Count >= Limits.Preferences || known.Contains(text, StringComparer.Ordinal))
        {
            return false;
        }
        _database.Run("INSERT INTO preferences (person, text) VALUES (?, ?)", person, text);
        return true;
    }

    /// <param name="number">From 1, as <see cref="Preferences"/> lists them.</param>
    /// <returns>False: there is none of that number.</returns>
    public bool Unprefer(string person, int number)
    {
        var ids = _database.Rows("SELECT id FROM preferences WHERE person = ? ORDER BY id",
            row => row.Number(0), person);
        if (number < 1 || number > ids.Count)
        {
            return false;
        }
        _database.Run("DELETE FROM preferences WHERE id = ?", ids[number - 1]);
        return true;
    }

    public void Dispose() => _database.Dispose();

    private void Bound(string person, long session)
    {
        _database.Run(
            """
            DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE person = ?
              ORDER BY last DESC, id DESC LIMIT -1 OFFSET ?)
            """,
            person, _bounds.Sessions);
        while (_database.Rows("SELECT coalesce(sum(bytes), 0) FROM turns",
            row => row.Number(0))[0] > _bounds.Bytes)
        {
            var oldest = _database.Rows(
                """
                SELECT id FROM sessions WHERE id <> ? AND person = (
                  SELECT person FROM sessions JOIN turns ON session = id WHERE id <> ?
                  GROUP BY person ORDER BY sum(bytes) DESC LIMIT 1)
                ORDER BY last, id LIMIT 1
                """,
                row => row.Number(0), session, session);
            if (oldest.Count == 0)
            {
                return;
            }
            _database.Run("DELETE FROM sessions WHERE id = ?", oldest[0]);
        }
    }

    private void Make()
    {
        var version = _database.Rows("PRAGMA user_version", row => row.Number(0))[0];
        if (version > Version)
        {
            throw new DatabaseException(DatabaseFault.Other, "a newer version of loam wrote it");
        }
        if (version < Version)
        {
            _database.AtOnce(() =>
            {
                _database.Run(
                    """
                    CREATE TABLE preferences (id INTEGER PRIMARY KEY, person TEXT NOT NULL,
                      text TEXT NOT NULL)
                    """);
                _database.Run($"PRAGMA user_version = {Version}");
                if (version > 0)
                {
                    return;
                }
                _database.Run(
                    """
                    CREATE TABLE sessions (id INTEGER PRIMARY KEY, person TEXT NOT NULL,
                      name TEXT NOT NULL, began INTEGER NOT NULL, last INTEGER NOT NULL,
                      about TEXT NOT NULL, UNIQUE (person, name))
                    """);
                _database.Run(
                    """
                    CREATE TABLE turns (
                      session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
                      n INTEGER NOT NULL, at INTEGER NOT NULL, asked TEXT NOT NULL,
                      kind TEXT NOT NULL, said TEXT NOT NULL, by TEXT, generation INTEGER NOT NULL,
                      cost INTEGER, proposal TEXT, digest TEXT, bytes INTEGER NOT NULL,
                      PRIMARY KEY (session, n)) WITHOUT ROWID
                    """);
            });
        }
    }

    private static string About(string asked)
    {
        var line = asked.ReplaceLineEndings(" ").Trim();
        return line.Length <= LongestAbout ? line : line[..(LongestAbout - 1)] + "…";
    }

    private static string Cut(string said) =>
        said.Length <= Limits.AnswerWords ? said : said[..Limits.AnswerWords];

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
