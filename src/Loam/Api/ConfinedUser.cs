namespace Loam.Api;

/// <summary>Numbers of users that processes without a right run as, a range for each sort of them:
/// above every user that a host gives out, below those of sandboxes, and in no file of the machine.
/// </summary>
internal sealed class ConfinedUser
{
    private const uint Count = 100_000;

    private readonly uint _first;

    private ConfinedUser(uint first) => _first = first;

    public static ConfinedUser Mind { get; } = new(1_899_000_000);

    /// <summary>Of a model's host, which is no mind.</summary>
    public static ConfinedUser ModelHost { get; } = new(1_899_100_000);

    /// <summary>Of what reads what words cover.</summary>
    public static ConfinedUser Scope { get; } = new(1_899_200_000);

    /// <summary>Of what takes requests from the network.</summary>
    public static ConfinedUser Web { get; } = new(1_899_500_000);

    /// <summary>Of what answers containers' questions for names.</summary>
    public static ConfinedUser Names { get; } = new(1_899_600_000);

    public bool Is(uint user) => user >= _first && user - _first < Count;

    /// <summary>The one of an instance: those of two are strangers.</summary>
    /// <param name="instance">Its UUID.</param>
    public uint Of(string instance) =>
        _first + (uint)(BitConverter.ToUInt32(Guid.Parse(instance).ToByteArray()) % Count);
}
