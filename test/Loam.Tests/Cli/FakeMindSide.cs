using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Tests.Cli;

/// <summary>What a mind is offered, of a machine that is none.</summary>
internal sealed class FakeMindSide(FakeMachine machine, string socket) : IMindSide
{
    public string Socket => socket;

    public string PeoplesSocket => socket + ".people";

    public uint User => 0;

    public async Task<MachineView> ViewAsync(
        IEnumerable<LogExcerpt> logs, CancellationToken cancel)
    {
        var (generation, files) = await machine.CurrentAsync(cancel);
        return MachineView.Of(generation, files, await machine.StatusAsync(cancel), [],
            new("host", "Debian", "6.1", 2, 1 << 30, 1 << 29, 1 << 30, 1 << 29, FakeMachine.Noon,
                "UTC", "C"), logs, ["ada"]);
    }

    public bool HasModels => false;

    public MindModels Models() => new(new(), LlmEnvironment.None,
        ImmutableSortedDictionary<string, string>.Empty,
        ImmutableSortedDictionary<string, string>.Empty, "");
}

internal sealed class FakeWebSide(string socket) : IWebSide
{
    public string Socket => socket;

    public uint User => 0;

    public WebCertificate? Certificate() => new("chain", "key");
}
