using System.Globalization;
using System.Text;

namespace Loam.Drivers.Containers.Native.Logs;

/// <summary>Writes lines with their time and stream, in the form of CRI's logs, into files of
/// bounded size: <c>2026-01-31T12:00:00.0000000Z stdout F text</c>.
/// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
/// </summary>
/// <param name="most">Bytes of one file.</param>
/// <param name="files">How many there are.</param>
internal sealed class LogWriter(string folder, long most, int files, TimeProvider clock)
    : IDisposable
{
    /// <summary>Bytes of one piece of a line that has no end yet.</summary>
    private const int Piece = 16 * 1024;

    private readonly Lock _turn = new();
    private readonly MemoryStream[] _begun = [new(), new()];
    private FileStream? _file;
    private long _lost;

    public void Dispose() => _file?.Dispose();

    public void Add(bool isError, ReadOnlySpan<byte> bytes)
    {
        lock (_turn)
        {
            var begun = _begun[isError ? 1 : 0];
            var written = new MemoryStream();
            while (!bytes.IsEmpty)
            {
                var end = bytes.IndexOf((byte)'\n');
                var whole = end >= 0 && begun.Length + end <= Piece;
                var take = whole ? end : Math.Min(bytes.Length, Piece - (int)begun.Length);
                begun.Write(bytes[..take]);
                bytes = bytes[(whole ? take + 1 : take)..];
                if (whole || begun.Length == Piece)
                {
                    Put(written, isError, whole, begun);
                }
            }
            Write(written);
        }
    }

    /// <summary>The stream has ended: what it said last may have no end.</summary>
    public void End(bool isError)
    {
        lock (_turn)
        {
            if (_begun[isError ? 1 : 0] is { Length: > 0 } begun)
            {
                var written = new MemoryStream();
                Put(written, isError, true, begun);
                Write(written);
            }
        }
    }

    private void Put(MemoryStream into, bool isError, bool whole, MemoryStream line)
    {
        into.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffff}Z {Stream(isError)} "
            + $"{(whole ? 'F' : 'P')} ")));
        into.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
        into.WriteByte((byte)'\n');
        line.SetLength(0);
    }

    private static string Stream(bool isError) => isError ? "stderr" : "stdout";

    /// <summary>A full disk must not stop the container: what cannot be written is counted, and
    /// the count is written when there is room again.</summary>
    private void Write(MemoryStream lines)
    {
        if (lines.Length == 0)
        {
            return;
        }
        try
        {
            var file = Room(lines.Length);
            if (_lost > 0)
            {
                var said = new MemoryStream(Encoding.ASCII.GetBytes(
                    $"loam: {_lost} bytes could not be written"));
                said.Position = said.Length;
                var note = new MemoryStream();
                Put(note, true, true, said);
                note.WriteTo(file);
            }
            lines.WriteTo(file);
            file.Flush();
            _lost = 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _lost += lines.Length;
        }
    }

    private FileStream Room(long bytes)
    {
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + bytes > most)
        {
            _file.Dispose();
            _file = null;
            for (var i = files - 1; i > 0; i--)
            {
                var former = ContainerLog.PathOf(folder, i - 1);
                if (File.Exists(former))
                {
                    File.Move(former, ContainerLog.PathOf(folder, i), overwrite: true);
                }
            }
            _file = Open();
        }
        return _file;
    }

    private FileStream Open() => new(ContainerLog.PathOf(folder, 0), new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
