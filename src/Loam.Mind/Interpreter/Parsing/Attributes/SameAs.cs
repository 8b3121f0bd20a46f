using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"The same image as the api", "the network nginx is in", "the worker's image": a field
/// that is to be what it is of a service that is there.</summary>
internal static class SameAs
{
    /// <returns>Where the service is named, and how it is declared; null: none is.</returns>
    public static (int At, Service Service)? Find(Clause clause, int field, Discourse said)
    {
        var of = field + 1;
        while (of < clause.Count && !clause[of].IsMention && (clause[of].IsGlue("as")
            || clause[of].IsGlue("of") || clause[of].Readings[0].Part == Part.Noise
            || clause[of].Text is "that" or "which" or "where"))
        {
            of++;
        }
        of = field > 0 && clause[field - 1].Possessive ? field - 1 : of;
        return clause.IsFree(of) && clause[of].Named(Known.Service) is { } name
            && said.Session.Draft.State.Services.TryGetValue(name, out var service)
            ? (of, service) : null;
    }
}
