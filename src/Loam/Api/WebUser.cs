namespace Loam.Api;

/// <summary>Numbers of users that the processes run as which take requests from the network: apart
/// from those of minds, and in no file of the machine.</summary>
internal static class WebUser
{
    private const uint First = 1_899_500_000, Count = 100_000;

    public static bool Is(uint user) => user is >= First and < First + Count;

    /// <param name="instance">Its UUID.</param>
    public static uint Of(string instance) =>
        First + (uint)(BitConverter.ToUInt32(Guid.Parse(instance).ToByteArray()) % Count);
}
