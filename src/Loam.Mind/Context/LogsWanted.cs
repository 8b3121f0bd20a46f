using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Context;

/// <summary>Whose last lines a model should see, by the words of the request: of whoever it looks
/// for a cause at; where it names nobody, of those that are ill.</summary>
public static class LogsWanted
{
    private static readonly Lazy<Phrases> s_symptoms = new(() => new(
        WordFile.Read("en", "symptoms").Select(w => w.Phrase)));

    /// <returns>Names of services, at most <see cref="Limits.ViewLogs"/>.</returns>
    public static ImmutableArray<string> Of(string request, MachineView view)
    {
        if (!s_symptoms.Value.OccurIn(request))
        {
            return [];
        }
        var named = Relevance.Named(
            request, StateReader.Read(view.State).State ?? DesiredState.Empty);
        var all = view.Status.Services;
        var services = all.Where(s => named.Contains(s.Name)).ToList();
        return
        [
            .. (services.Count > 0 ? services : all.Where(s => s.Health
                is ServiceHealth.Unhealthy or ServiceHealth.Missing or ServiceHealth.Starting))
                .Select(s => s.Name).Take(Limits.ViewLogs),
        ];
    }
}
