using Loam.Mind.Files;

namespace Loam.Bench.Models;

/// <summary>Power goes here. Nothing catches it.</summary>
internal sealed class PowerLoss() : Exception("the power is gone");

/// <summary>Files as a disk keeps them: what was not synced may be there, in part, or not.
/// </summary>
/// <param name="losses">How often, of one, power goes at a call.</param>
internal sealed class SimulatedDisk(Random chance, double losses)
{
    private readonly List<SimulatedFile> _files = [];

    /// <summary>Nothing goes wrong meanwhile.</summary>
    public bool IsQuiet { get; set; }

    public SimulatedFile Create()
    {
        var file = new SimulatedFile(this);
        _files.Add(file);
        return file;
    }

    /// <summary>What a process finds after it ended in any way.</summary>
    /// <param name="isPower">The machine ended, too.</param>
    public void Restart(bool isPower)
    {
        foreach (var file in _files.Where(_ => isPower))
        {
            file.Lose(chance);
        }
    }

    internal void Call()
    {
        if (!IsQuiet && chance.NextDouble() < losses)
        {
            throw new PowerLoss();
        }
    }

    /// <summary>Of bytes that are written when power goes, any part may be.</summary>
    internal int Part(int length) =>
        !IsQuiet && chance.NextDouble() < losses ? chance.Next(length + 1) : length;
}

internal sealed class SimulatedFile(SimulatedDisk disk) : IOwnFile
{
    private byte[] _synced = [];
    private byte[] _content = [];

    /// <summary>What stood there before it was replaced and may come back.</summary>
    private byte[]? _before;

    public byte[] Read() => _content;

    public void Append(ReadOnlySpan<byte> content)
    {
        disk.Call();
        var part = disk.Part(content.Length);
        _content = [.. _content, .. content[..part]];
        if (part < content.Length)
        {
            throw new PowerLoss();
        }
    }

    public void Sync()
    {
        disk.Call();
        (_synced, _before) = (_content, null);
        disk.Call();
    }

    public void Replace(ReadOnlySpan<byte> content)
    {
        disk.Call();
        _before = _synced;
        (_synced, _content) = ([], []);
        Append(content);
        Sync();
    }

    public void Dispose()
    {
    }

    internal void Lose(Random chance)
    {
        if (_before is not null && chance.Next(2) == 0)
        {
            _content = _before;
        }
        else
        {
            var kept = chance.Next(_synced.Length, _content.Length + 1);
            var content = _content[..kept];
            if (kept > _synced.Length && chance.Next(3) == 0)
            {
                // Room was made and what should stand there was not yet written.
                content.AsSpan(chance.Next(_synced.Length, kept)).Clear();
            }
            _content = content;
        }
        (_synced, _before) = (_content, null);
    }
}
