namespace Loam.Api;

/// <summary>Numbers of users that the processes run as which answer containers' questions for
/// names: apart from those of minds and of the web, and in no file of the machine.</summary>
internal static class NamesUser
{
    private const uint First = 1_899_600_000, Count = 100_000;

    /// <param name="instance">Its UUID.</param>
    public static uint Of(string instance) =>
        First + (uint)(BitConverter.ToUInt32(Guid.Parse(instance).ToByteArray()) % Count);
}
