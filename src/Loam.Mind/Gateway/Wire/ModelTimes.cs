namespace Loam.Mind.Gateway.Wire;

/// <summary>How long a model may take.</summary>
/// <param name="First">Until the first bytes of its answer.</param>
/// <param name="Between">From bytes to bytes.</param>
/// <param name="Whole">From question to end.</param>
public sealed record ModelTimes(TimeSpan First, TimeSpan Between, TimeSpan Whole)
{
    /// <summary>For a provider in the network.</summary>
    public static ModelTimes Cloud { get; } =
        new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));

    /// <summary>For this machine: a model may have to be loaded first, and a processor reads a long
    /// question slowly.</summary>
    public static ModelTimes Local { get; } =
        new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30));

    public static ModelTimes For(PrivacyClass privacy) =>
        privacy == PrivacyClass.Local ? Local : Cloud;
}
