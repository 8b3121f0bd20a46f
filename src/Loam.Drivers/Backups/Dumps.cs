using System.Collections.Immutable;
using System.Text;
using Loam.Core.Backups;
using Loam.Core.Catalog;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Backups;

/// <summary>A service whose data an app of the catalogue keeps in a volume.</summary>
internal sealed record DataKeeper(Service Service, App App)
{
    /// <summary>The name of its dump in a copy.</summary>
    public string File => $"{Service.Name}.dump";
}

/// <summary>A database's own copy of itself: what it writes when it is asked, and reads back.
/// Its files would be torn while it runs.</summary>
internal static class Dumps
{
    /// <summary>Bytes at the end of a dump in which its last words stand.</summary>
    private const int TailBytes = 1024;

    /// <summary>The app whose data are the volume's; null: nobody knows what is in it.</summary>
    public static DataKeeper? KeeperOf(DesiredState state, string volume) =>
        BackupSettings.Users(state, volume).Select(s => Keeper(s, volume)).FirstOrDefault(
            k => k is not null);

    /// <summary>The container of a service; running, if one of them is.</summary>
    public static async Task<ObservedContainer?> ContainerAsync(
        IContainerEngine engine, string instance, string service, CancellationToken cancel) =>
        (await engine.ListAsync(instance, cancel).ConfigureAwait(false))
            .Where(c => c.Service == service && !c.Rehearsal)
            .OrderByDescending(c => c.State == ContainerState.Running)
            .ThenByDescending(c => c.Generation).FirstOrDefault();

    /// <summary>Writes the dump; whatever is wrong with it is thrown. Goes on where it was called
    /// from: a step of a plan runs on the simulation's one thread.</summary>
    /// <param name="dumpEnd">Stands near the end of a whole one; null: nothing does.</param>
    public static async Task WriteAsync(IContainerEngine engine, string container,
        string service, ImmutableArray<string> dump, string? dumpEnd, Stream to,
        Action<long> progress, CancellationToken cancel)
    {
        var seen = new TailStream(to, TailBytes, progress);
        var end = await engine.PipeAsync(container, dump, null, seen, cancel);
        if (end.ExitCode != 0)
        {
            throw Failed(
                $"The dump of {service} ended with exit code {end.ExitCode}.", end.Output);
        }
        if (seen.Length == 0 || !EndsWell(dumpEnd, seen.Tail))
        {
            throw Failed($"The dump of {service} does not end as a whole one does.", end.Output);
        }
    }

    /// <summary>Lets a fresh database read a dump.</summary>
    public static async Task ReadAsync(IContainerEngine engine, string container,
        string service, ImmutableArray<string> restore, Stream from, CancellationToken cancel)
    {
        var end = await engine.PipeAsync(container, restore, from, null, cancel);
        // A fresh database has some of what the dump creates, and says so.
        var faults = end.Output.Split('\n').Where(l => l.Contains("ERROR", StringComparison.Ordinal)
            && !l.Contains("already exists", StringComparison.Ordinal)).ToList();
        if (end.ExitCode != 0 || faults.Count > 0)
        {
            throw Failed($"{service} could not read the dump.",
                faults.Count > 0 ? faults[0] : end.Output);
        }
    }

    /// <summary>Looks at a dump in a file.</summary>
    /// <returns>What is wrong with it; null: nothing that can be seen.</returns>
    public static string? FaultIn(string app, string file)
    {
        using var handle = File.OpenRead(file);
        var tail = new byte[Math.Min(TailBytes, handle.Length)];
        handle.Seek(-tail.Length, SeekOrigin.End);
        handle.ReadExactly(tail);
        return tail.Length == 0 ? "it is empty"
            : AppCatalog.Named(app) is { } known
                && !EndsWell(known.DumpEnd, Encoding.UTF8.GetString(tail))
                ? "it does not end as a whole dump does" : null;
    }

    private static bool EndsWell(string? dumpEnd, string tail) =>
        dumpEnd is null || tail.Contains(dumpEnd, StringComparison.Ordinal);

    private static DataKeeper? Keeper(Service service, string volume)
    {
        var app = AppCatalog.ByImage(service.Image);
        var target = app?.Volumes.FirstOrDefault(v => v.Name == app.Data?.Volume)?.Target;
        return target is not null && service.Volumes.Any(v => v.Source == volume
            && v.Target == target && !v.ReadOnly) ? new(service, app!) : null;
    }

    private static HostException Failed(string what, string said)
    {
        var line = said.Split('\n', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries).LastOrDefault();
        return new(
            Fault.Unavailable, what, "`loam logs` of the service may say more.", line);
    }

    /// <summary>Passes bytes on and remembers the last of them.</summary>
    private sealed class TailStream(Stream to, int most, Action<long> progress) : Stream
    {
        private byte[] _tail = [];
        private long _length;

        public string Tail => Encoding.UTF8.GetString(_tail);
        public override long Length => _length;
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await to.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            _length += buffer.Length;
            _tail = buffer.Length >= most ? buffer[^most..].ToArray()
                : [.. _tail.AsSpan(Math.Max(0, _tail.Length + buffer.Length - most)),
                    .. buffer.Span];
            progress(_length);
        }

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override void Flush() => to.Flush();
        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
