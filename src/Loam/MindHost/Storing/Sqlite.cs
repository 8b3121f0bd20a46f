using System.Runtime.InteropServices;

namespace Loam.MindHost.Storing;

/// <summary>The calls of SQLite's library that are used. https://sqlite.org/c3ref/intro.html
/// </summary>
internal static unsafe partial class Sqlite
{
    public const string Library = "libsqlite3.so.0";

    public const int Row = 100, Done = 101;
    public const int Error = 1, Busy = 5, Corrupt = 11, Full = 13, CannotOpen = 14, NoDatabase = 26;
    public const int ReadWrite = 2, Create = 4, OwnMutex = 0x10000;
    public static readonly nint Copied = -1;

    /// <summary>The host has it.</summary>
    public static bool IsThere { get; } = NativeLibrary.TryLoad(Library, out _);

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string file, out nint database, int flags, nint module);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    public static partial int Wait(nint database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(
        nint database, byte* sql, int bytes, out nint statement, out nint rest);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int End(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int Bind(nint statement, int at, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int Bind(nint statement, int at, byte* text, int bytes, nint owner);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNothing(nint statement, int at);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int TypeOf(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long Number(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* Text(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int Bytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial byte* Message(nint database);
}
