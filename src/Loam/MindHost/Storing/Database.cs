using System.Runtime.InteropServices;
using System.Text;

namespace Loam.MindHost.Storing;

/// <summary>A file of SQLite that this process has for itself. Not for two threads at a time.
/// </summary>
/// <remarks>No shared memory and no file beside it but the journal: that is all a confined process
/// may have.</remarks>
internal sealed unsafe class Database : IDisposable
{
    private const int WaitMilliseconds = 2000, PageBytes = 4096, Nothing = 5;

    private readonly nint _database;

    /// <param name="most">Bytes that the file may grow to.</param>
    /// <exception cref="DatabaseException">It cannot be opened, or is damaged.</exception>
    public Database(string path, long most)
    {
        var code = Sqlite.Open(path, out _database,
            Sqlite.ReadWrite | Sqlite.Create | Sqlite.OwnMutex, 0);
        try
        {
            Check(code);
            Check(Sqlite.Wait(_database, WaitMilliseconds));
            foreach (var setting in (string[])["locking_mode = EXCLUSIVE",
                "journal_mode = TRUNCATE", "synchronous = FULL", "temp_store = MEMORY",
                "secure_delete = ON", "foreign_keys = ON", "trusted_schema = OFF",
                "cell_size_check = ON", "mmap_size = 0", "cache_size = -2000",
                $"max_page_count = {most / PageBytes}"])
            {
                Rows($"PRAGMA {setting}", _ => 0);
            }
            if (Rows("PRAGMA quick_check(1)", row => row.Text(0)) is not ["ok"])
            {
                throw new DatabaseException(DatabaseFault.Damaged, "It does not hold together.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Run(string sql, params ReadOnlySpan<object?> values) => Rows(sql, _ => 0, values);

    /// <param name="values">In the place of the question marks: texts, whole numbers, nothing.
    /// </param>
    public List<T> Rows<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> values)
    {
        var statement = Prepare(sql);
        try
        {
            for (var at = 0; at < values.Length; at++)
            {
                Bind(statement, at + 1, values[at]);
            }
            var rows = new List<T>();
            while (true)
            {
                switch (Sqlite.Step(statement))
                {
                    case Sqlite.Row:
                        rows.Add(read(new(statement)));
                        break;
                    case Sqlite.Done:
                        return rows;
                    case var code:
                        throw Fault(code);
                }
            }
        }
        finally
        {
            Sqlite.End(statement);
        }
    }

    /// <summary>All of it or nothing.</summary>
    public void AtOnce(Action work)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            work();
            Run("COMMIT");
        }
        catch
        {
            try
            {
                Run("ROLLBACK");
            }
            catch (DatabaseException)
            {
                // Some faults have rolled back by themselves.
            }
            throw;
        }
    }

    public void Dispose() => Sqlite.Close(_database);

    /// <summary>A row, until the next one.</summary>
    internal readonly ref struct Row(nint statement)
    {
        public long Number(int column) => Sqlite.Number(statement, column);

        public long? NumberOrNull(int column) => IsNothing(column) ? null : Number(column);

        public string Text(int column) => TextOrNull(column) ?? "";

        public string? TextOrNull(int column) => IsNothing(column) ? null
            : Encoding.UTF8.GetString(
                Sqlite.Text(statement, column), Sqlite.Bytes(statement, column));

        private bool IsNothing(int column) => Sqlite.TypeOf(statement, column) == Nothing;
    }

    private nint Prepare(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* at = bytes)
        {
            Check(Sqlite.Prepare(_database, at, bytes.Length, out var statement, out _));
            return statement;
        }
    }

    private void Bind(nint statement, int at, object? value)
    {
        switch (value)
        {
            case null:
                Check(Sqlite.BindNothing(statement, at));
                break;
            case string text:
                // One byte more, so that an empty text has an address as well.
                var bytes = Encoding.UTF8.GetBytes(text + '\0');
                fixed (byte* first = bytes)
                {
                    Check(Sqlite.Bind(statement, at, first, bytes.Length - 1, Sqlite.Copied));
                }
                break;
            default:
                Check(Sqlite.Bind(statement, at, Convert.ToInt64(
                    value, System.Globalization.CultureInfo.InvariantCulture)));
                break;
        }
    }

    private void Check(int code)
    {
        if (code != 0)
        {
            throw Fault(code);
        }
    }

    private DatabaseException Fault(int code) => new((code & 0xff) switch
    {
        Sqlite.Corrupt or Sqlite.NoDatabase => DatabaseFault.Damaged,
        Sqlite.Full => DatabaseFault.Full,
        _ => DatabaseFault.Other,
    }, _database == 0 ? "There is no memory for it."
        : Marshal.PtrToStringUTF8((nint)Sqlite.Message(_database)) ?? $"fault {code}");
}
