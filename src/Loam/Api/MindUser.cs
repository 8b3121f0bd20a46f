namespace Loam.Api;

/// <summary>Numbers of users that minds run as: above every user that a host gives out, below
/// those of sandboxes, and in no file of the machine.</summary>
internal static class MindUser
{
    private const uint First = 1_899_000_000, Count = 100_000;

    public static bool Is(uint user) => user is >= First and < First + Count;

    /// <summary>The one of an instance: minds of two instances are strangers.</summary>
    /// <param name="instance">Its UUID.</param>
    public static uint Of(string instance) =>
        First + (uint)(BitConverter.ToUInt32(Guid.Parse(instance).ToByteArray()) % Count);

    /// <summary>Of the process that reads what words cover, which has no right at all.</summary>
    public static uint OfScope(string instance) => Of(instance) + (2 * Count);

    /// <summary>Of its model host, which is no mind and has no right at all.</summary>
    public static uint OfModelHost(string instance) => Of(instance) + Count;
}
