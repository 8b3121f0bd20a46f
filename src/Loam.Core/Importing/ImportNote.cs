using Loam.Core.Diagnostics;

namespace Loam.Core.Importing;

/// <summary>How far something was kept.</summary>
public enum Kept
{
    /// <summary>In another form; it works as before.</summary>
    Otherwise,

    /// <summary>Not kept, and the service may miss it.</summary>
    Lost,

    /// <summary>The service itself was left out.</summary>
    LeftOut,
}

/// <summary>One thing of a compose file that the state files say otherwise or not at all.</summary>
/// <param name="Subject">The service, volume or network; empty: the file.</param>
/// <param name="Key">The field, such as <c>ulimits</c>.</param>
public sealed record ImportNote(
    Kept Kept, Span? At, string Subject, string Key, string Message);

public enum Right { Privileged, EngineSocket, Device, Capability, HostDirectory }

/// <summary>Something of the machine that an imported service may do or see.</summary>
/// <param name="What">The device, capability or path.</param>
public sealed record ImportRight(string Service, Right Right, string What);
