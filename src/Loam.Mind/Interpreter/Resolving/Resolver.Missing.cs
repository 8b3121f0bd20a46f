using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What a clause leaves open: the field from the turn before, or what the verb wants.
/// </summary>
internal sealed partial class Resolver
{
    /// <summary>"make that 4", "on 8080 instead": the field is that of the turn before.</summary>
    private void Revised(Clause clause)
    {
        foreach (var bare in clause.Attributes.OfType<BareAttribute>().ToList())
        {
            var earlier = turn.TakeWhile(c => c != clause);
            var like = session.LastWishes.Concat(earlier).Reverse()
                .SelectMany(c => c.Attributes.AsEnumerable().Reverse())
                .Select(a => Like(a, bare, clause)).FirstOrDefault(a => a is not null);
            if (like is not null)
            {
                clause.Attributes[clause.Attributes.IndexOf(bare)] = like;
            }
        }
    }

    private static ClauseAttribute? Like(ClauseAttribute before, BareAttribute bare, Clause clause)
    {
        switch (before)
        {
            case LimitAttribute limit when bare.Unit == "x":
                return limit with { Amount = new(AmountKind.Factor, bare.Value, "") };
            case LimitAttribute limit when bare.Unit.Length == 0 || limit.Limit != LimitKind.Pids:
                var unit = bare.Unit.Length > 0 ? bare.Unit : limit.Amount.Unit;
                return limit with { Amount = new(AmountKind.Absolute, bare.Value, unit) };
            case PortAttribute when bare.Unit.Length == 0 && bare.Value is > 0 and < 65536:
                clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
                return new PortAttribute((int)bare.Value, null, "on", false, null, null);
            case SettingAttribute setting when bare.Unit.Length == 0:
                return setting with { Value = bare.Text };
            case VersionAttribute:
                return new VersionAttribute(bare.Text);
            default:
                return null;
        }
    }

    /// <summary>A verb that wants more than a name.</summary>
    private Reply Bare(Clause clause, List<string> names)
    {
        var service = _draft.State.Services[names[0]];
        switch (clause.Verb)
        {
            case "create" or "have" or "":
                return clause.Verb.Length == 0 && clause.Targets.All(t => t.Reference is null)
                    ? new(ReplyKind.Unclear, "")
                    : Reply.Same($"{Wording.List(names)} {(names.Count == 1 ? "is" : "are")} "
                        + $"already there. Say \"another {names[0]}\" for a second one.");
            case "publish" or "unpublish" or "move":
                return new PortEdits(_draft, service, clause).Apply(
                    Added(clause, new(null, null, "", false, null, null)));
            case "upgrade" or "downgrade":
                return WhichVersion(clause, service);
            case "connect" when names.Count > 1:
                return ConnectAll(names);
            case "limit" or "raise" or "lower":
                return Reply.Ask($"What of {names[0]} shall I change: memory, CPU or the number "
                    + "of copies, and to how much?", ["memory 512MB", "1 core"]);
            default:
                return Reply.Ask($"What shall I change of {Wording.List(names)}?",
                    ["memory", "port", "version"]);
        }
    }

    private static PortAttribute Added(Clause clause, PortAttribute port)
    {
        clause.Attributes.Add(port);
        return port;
    }

    private static Reply WhichVersion(Clause clause, Service service)
    {
        var app = AppCatalog.ByImage(service.Image);
        var newer = app?.Majors.Where(m => m != Images.VersionOf(service.Image.Tag)).ToList() ?? [];
        return Reply.Ask($"To which version shall I take {service.Name}? It runs "
            + $"{service.Image.Tag} now; `loam update {service.Name}` fetches the newest build of "
            + "that.", newer, answer =>
            {
                var version = answer.Attributes.OfType<VersionAttribute>().FirstOrDefault()?.Version
                    ?? answer.Attributes.OfType<BareAttribute>().FirstOrDefault()?.Text;
                if (version is null)
                {
                    return false;
                }
                clause.Attributes.Add(new VersionAttribute(version));
                return true;
            });
    }

    private Reply ConnectAll(List<string> names)
    {
        var services = names.Select(n => _draft.State.Services[n]).ToList();
        var shared = services.Select(s => s.Networks.AsEnumerable())
            .Aggregate((a, b) => a.Intersect(b)).FirstOrDefault();
        if (shared is not null || services.All(s => s.Networks.IsEmpty))
        {
            return Reply.Same($"{Wording.List(names)} already reach each other by name.");
        }
        var network = services.SelectMany(s => s.Networks).First();
        foreach (var service in services.Where(s => !s.Networks.Contains(network)))
        {
            _draft.Append("services.yaml", Draft.Path(service.Name, "networks"),
                Core.StateFiles.Editing.EditValue.Of(network));
        }
        return Reply.Done($"put {Wording.List(names)} on the network {network}");
    }
}
