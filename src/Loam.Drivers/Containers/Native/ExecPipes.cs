using System.IO.Pipes;
using System.Runtime.InteropServices;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Containers.Native;

/// <summary>The streams of a command in a container: named pipes, the shim at the other end.
/// </summary>
internal sealed partial class ExecPipes : IDisposable
{
    private const uint OwnerReadWrite = 0x180;
    private readonly string _folder;
    private readonly SafeFileHandle? _held;

    private ExecPipes(string folder, bool hasInput)
    {
        _folder = folder;
        Streams = new(hasInput ? Path.Combine(folder, "in") : "", Path.Combine(folder, "out"),
            Path.Combine(folder, "err"));
        Output = Reader(Streams.Output);
        Errors = Reader(Streams.Errors);
        if (hasInput)
        {
            Create(Streams.Input);
            // With a reader there, opening it for writing does not wait.
            _held = Open(Streams.Input, Libc.OpenReadWrite);
            Input = Pipe(PipeDirection.Out, Open(Streams.Input, Libc.OpenWriteOnly));
        }
    }

    public TaskStreams Streams { get; }
    public Stream Output { get; }
    public Stream Errors { get; }
    public Stream? Input { get; }

    public static ExecPipes Make(string folder, bool hasInput)
    {
        AtomicFile.Filing(folder, () => Directory.CreateDirectory(folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        return new(folder, hasInput);
    }

    /// <summary>The shim has opened its ends: from now on the command alone reads the input.
    /// </summary>
    public void Started() => _held?.Dispose();

    public void Dispose()
    {
        _held?.Dispose();
        Input?.Dispose();
        Output.Dispose();
        Errors.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start of the engine takes it away.
        }
    }

    private static AnonymousPipeClientStream Reader(string path)
    {
        Create(path);
        return Pipe(PipeDirection.In, Open(path, Libc.OpenReadOnly));
    }

    /// <summary>No thread waits in it, and waiting can be ended: a process that a command left
    /// behind may hold the other end for ever.</summary>
    private static AnonymousPipeClientStream Pipe(PipeDirection direction, SafeFileHandle file)
    {
        var pipe = new SafePipeHandle(file.DangerousGetHandle(), ownsHandle: true);
        file.SetHandleAsInvalid();
        return new(direction, pipe);
    }

    /// <summary>Opened without waiting for the other end.</summary>
    private static SafeFileHandle Open(string path, int flags) =>
        Libc.Open(path, flags | Libc.OpenNonBlocking, 0, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);

    private static void Create(string path)
    {
        if (mkfifo(path, OwnerReadWrite) != 0)
        {
            throw Libc.Failure($"{path} cannot be made", Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
