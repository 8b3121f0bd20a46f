using System.Globalization;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Memory, CPU, processes, replicas.</summary>
internal static class LimitEdits
{
    private const decimal LeastMemory = 6m * 1024 * 1024;

    /// <param name="clause">Where the attribute stands, for putting an answer in its place.
    /// </param>
    public static Reply Apply(Draft draft, Service service, LimitAttribute said, Clause clause)
    {
        if (said.Limit == LimitKind.Replicas)
        {
            return Replicas(draft, service, said, clause);
        }
        if (said.Amount.Kind == AmountKind.Unlimited)
        {
            return Lift(draft, service, said.Limit);
        }
        var present = Present(service, said.Limit);
        if (said.Like is { } like && draft.State.Services.TryGetValue(like, out var model)
            && Present(model, said.Limit) is { } measure)
        {
            return Write(draft, service, said.Limit, present, decimal.Floor(
                said.Amount.Kind == AmountKind.Factor ? measure * said.Amount.Value : measure));
        }
        if (said.Amount.IsVague || (present is null && Relative(said.Amount)))
        {
            return AskHowMuch(service, said, present, clause);
        }
        if (said is { Limit: LimitKind.Memory, Amount: { Kind: AmountKind.Absolute, Unit: "" } })
        {
            var figure = said.Amount.Value.ToString(CultureInfo.InvariantCulture);
            return Reply.Ask($"{figure} of what shall {service.Name} get: MB or GB?",
                [$"{figure}MB", $"{figure}GB"], Filler(clause, said));
        }
        var wanted = Wanted(said, present ?? 0);
        return said.Limit switch
        {
            LimitKind.Memory when wanted < LeastMemory => Reply.Ask(
                $"{Show(LimitKind.Memory, wanted)} is too little to run anything. How much memory "
                + $"shall {service.Name} get?", [], Filler(clause, said)),
            _ when wanted <= 0 => Reply.Ask(
                $"How much {Name(said.Limit)} shall {service.Name} get?", [],
                Filler(clause, said)),
            _ => Write(draft, service, said.Limit, present, wanted),
        };
    }

    private static bool Relative(Amount amount) =>
        amount.Kind is AmountKind.Factor or AmountKind.Add or AmountKind.Subtract;

    private static Reply Write(
        Draft draft, Service service, LimitKind limit, decimal? present, decimal wanted)
    {
        var shown = Show(limit, wanted);
        if (present == wanted)
        {
            return Reply.Same($"{service.Name} already has {shown} {Unit(limit, wanted)}.");
        }
        var (field, value) = limit switch
        {
            LimitKind.Memory => ("resources.memory", EditValue.Of(shown)),
            LimitKind.Cpu => ("resources.cpu", EditValue.Of(shown)),
            _ => ("resources.pids", EditValue.Of((int)wanted)),
        };
        draft.SetService(service.Name, field, value);
        var before = present is { } old
            && !draft.IsNew(service) ? $" instead of {Show(limit, old)}" : "";
        return Reply.Done($"give {service.Name} {shown} {Unit(limit, wanted)}{before}");
    }

    private static Reply Lift(Draft draft, Service service, LimitKind limit)
    {
        if (Present(service, limit) is null)
        {
            return Reply.Same($"{service.Name} has no limit of {Name(limit)}.");
        }
        draft.RemoveService(service.Name, $"resources.{Name(limit)}");
        return Reply.Done($"lift {service.Name}'s limit of {Name(limit)}");
    }

    private static decimal? Present(Service service, LimitKind limit) => limit switch
    {
        LimitKind.Memory => service.Limits.Memory,
        LimitKind.Cpu => service.Limits.Cpu,
        LimitKind.Pids => service.Limits.Pids,
        _ => service.Replicas,
    };

    private static decimal Wanted(LimitAttribute said, decimal present)
    {
        var value = said.Limit switch
        {
            LimitKind.Memory => Sizes.Bytes(said.Amount.Value, said.Amount.Unit),
            LimitKind.Cpu when said.Amount.Unit == "m" => said.Amount.Value,
            LimitKind.Cpu => said.Amount.Value * 1000,
            _ => said.Amount.Value,
        };
        var wanted = said.Amount.Kind switch
        {
            AmountKind.Factor => present * said.Amount.Value,
            AmountKind.Add => present + value,
            AmountKind.Subtract => present - value,
            _ => value,
        };
        return decimal.Floor(wanted);
    }

    private static Reply AskHowMuch(
        Service service, LimitAttribute said, decimal? present, Clause clause)
    {
        var has = present is { } now
            ? $" It has {Show(said.Limit, now)} {Unit(said.Limit, now)} now."
            : " It has no limit now.";
        var start = present ?? (said.Limit == LimitKind.Memory ? 256m * 1024 * 1024 : 500);
        decimal[] factors = said.Amount.Kind == AmountKind.Less ? [0.5m, 0.75m] : [2, 1.5m];
        return Reply.Ask($"How much {Name(said.Limit)} shall {service.Name} get?{has}",
            factors.Select(f => Show(said.Limit, decimal.Floor(start * f))
                + (said.Limit == LimitKind.Cpu ? " cores" : "")),
            Filler(clause, said));
    }

    /// <summary>Puts the amount that is the answer where the vague one stood.</summary>
    private static Func<Clause, bool> Filler(Clause clause, LimitAttribute said) => answer =>
    {
        var index = clause.Attributes.IndexOf(said);
        var amount = answer.Attributes.OfType<LimitAttribute>().FirstOrDefault()?.Amount
            ?? (answer.Attributes.OfType<BareAttribute>().FirstOrDefault() is { } bare
                ? bare.Unit == "x" ? new Amount(AmountKind.Factor, bare.Value, "")
                    : new Amount(AmountKind.Absolute, bare.Value, bare.Unit) : null);
        if (index < 0 || amount is null || amount.IsVague || answer.Targets.Count > 0)
        {
            return false;
        }
        clause.Attributes[index] = said with { Amount = amount };
        return true;
    };

    private static Reply Replicas(
        Draft draft, Service service, LimitAttribute said, Clause clause)
    {
        if (said.Amount.IsVague)
        {
            return Reply.Ask($"How many copies of {service.Name} shall run? It has "
                + $"{service.Replicas} now.",
                [$"{service.Replicas + 1}", $"{service.Replicas + 2}"], Filler(clause, said));
        }
        var wanted = Wanted(said, service.Replicas);
        if (wanted < 0 || wanted > Loam.Core.Limits.Replicas
            || said.Amount.Kind == AmountKind.Unlimited)
        {
            return Reply.Ask($"A service can have 0 to {Loam.Core.Limits.Replicas} copies. How "
                + $"many of {service.Name} shall run?", [], Filler(clause, said));
        }
        if (wanted == service.Replicas)
        {
            return Reply.Same($"{service.Name} already runs {wanted:0} "
                + (wanted == 1 ? "copy." : "copies."));
        }
        return SetReplicas(draft, service, (int)wanted);
    }

    public static Reply SetReplicas(Draft draft, Service service, int wanted)
    {
        draft.SetService(service.Name, "replicas", EditValue.Of(wanted));
        var shares = wanted > 1 && service.Volumes.Any(v => !v.ReadOnly)
            && Loam.Core.Catalog.AppCatalog.ByImage(service.Image)?.HasData == true;
        var reply = Reply.Done(wanted == 0 ? $"stop {service.Name}"
            : $"run {wanted} {(wanted == 1 ? "copy" : "copies")} of {service.Name} instead of "
                + $"{service.Replicas}");
        if (wanted == 0)
        {
            return reply.With(Loam.Core.Planning.Risk.Medium);
        }
        if (shares)
        {
            return reply.With(Loam.Core.Planning.Risk.High).Note($"All copies would write to the "
                + $"same data of {service.Name}, which it is not made for.");
        }
        return wanted > 1 && service.PublishesPorts
            ? reply.Note($"{service.Name} publishes a host port, and Docker and Podman give a "
                + "host port to one copy only.") : reply;
    }

    private static string Show(LimitKind limit, decimal value) => limit switch
    {
        LimitKind.Memory => Sizes.Text(value),
        LimitKind.Cpu => Sizes.Cores(value),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    private static string Unit(LimitKind limit, decimal amount) => limit switch
    {
        LimitKind.Cpu when amount == 1000 => "CPU core",
        LimitKind.Memory => "of memory",
        LimitKind.Cpu => "CPU cores",
        LimitKind.Pids => "processes at most",
        _ => "copies",
    };

    private static string Name(LimitKind limit) => limit.ToString().ToLowerInvariant();
}
