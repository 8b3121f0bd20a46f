using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>How services stand to each other: networks, order, names.</summary>
internal static class WiringEdits
{
    public static Reply Network(
        Draft draft, Service service, NetworkAttribute said, Clause clause)
    {
        if ((said.Name ?? OfAnother(draft, service, clause)) is not { } name)
        {
            return Reply.Ask($"Which network shall {service.Name} join?",
                draft.State.Networks.Keys, NameFiller(clause, said));
        }
        var list = Draft.Path(service.Name, "networks");
        var isIn = service.Networks.Contains(name);
        if (clause.Verb is "disconnect" or "remove" or "stop" or "unset" || clause.Negated)
        {
            if (!isIn)
            {
                return Reply.Absent($"{service.Name} is not on the network {name}.");
            }
            draft.Remove("services.yaml", service.Networks.Length == 1 ? list : list.Text(name));
            return Reply.Done($"take {service.Name} off the network {name}").With(Risk.Medium);
        }
        if (isIn)
        {
            return Reply.Same($"{service.Name} is already on the network {name}.");
        }
        Declare(draft, name, said.Internal);
        draft.Append("services.yaml", list, EditValue.Of(name));
        return Reply.Done($"put {service.Name} on the network {name}");
    }

    /// <summary>"On the same network as redis", "on redis's network": the only one of it.
    /// </summary>
    private static string? OfAnother(Draft draft, Service service, Clause clause)
    {
        if (!clause.Lexemes.Any(l => l.Text == "same" || l.Possessive))
        {
            return null;
        }
        var networks = clause.Lexemes.Select(l => l.Named(Known.Service)).OfType<string>()
            .Where(n => n != service.Name && draft.State.Services.ContainsKey(n))
            .SelectMany(n => draft.State.Services[n].Networks).Distinct().ToList();
        return networks is [var only] ? only : null;
    }

    /// <summary>Declares a network nobody has joined yet.</summary>
    public static Reply NewNetwork(Draft draft, NetworkAttribute said)
    {
        if (said.Name is not { } name)
        {
            return Reply.Ask("What shall the network be called?", ["backend"]);
        }
        if (draft.State.Networks.ContainsKey(name))
        {
            return Reply.Same($"There is already a network {name}.");
        }
        Declare(draft, name, said.Internal);
        return Reply.Done($"make a network {name}"
            + (said.Internal ? " without a way to the internet" : ""));
    }

    private static void Declare(Draft draft, string name, bool isInternal)
    {
        if (draft.State.Networks.ContainsKey(name))
        {
            return;
        }
        NewService.DeclareNetwork(draft, name);
        if (isInternal)
        {
            draft.Set("services.yaml", EditPath.Parse("spec.networks").Item("name", name)
                .Key("internal"), EditValue.Of(true));
        }
    }

    private static Func<Clause, bool> NameFiller(Clause clause, NetworkAttribute said) =>
        answer =>
        {
            var name = answer.Lexemes.FirstOrDefault()?.Original;
            var index = clause.Attributes.IndexOf(said);
            if (name is null || index < 0 || answer.Lexemes.Count > 2)
            {
                return false;
            }
            clause.Attributes[index] = said with { Name = name };
            return true;
        };

    public static Reply Depends(
        Draft draft, Service service, DependsAttribute said, Clause clause,
        TargetResolver targets)
    {
        var names = new List<string>();
        foreach (var target in said.On)
        {
            var found = (target.Reference == "it" ? targets.Without(service.Name) : targets)
                .Resolve(target, clause);
            if (found.Problem is { } problem)
            {
                return problem;
            }
            names.AddRange(found.Names);
        }
        names.Remove(service.Name);
        if (names.Count == 0)
        {
            return Reply.Ask($"What shall {service.Name} wait for?",
                draft.State.Services.Keys.Where(n => n != service.Name));
        }
        var gone = said.Instead.SelectMany(t => targets.Resolve(t, clause).Names)
            .Where(service.DependsOn.Contains).ToList();
        if (gone.Count == 0 || clause.Negated)
        {
            return clause.Negated ? Undepend(draft, service, names)
                : Depend(draft, service, names);
        }
        gone.ForEach(name => RemoveDependency(draft, service.Name, name));
        var put = Depend(draft, draft.State.Services[service.Name], names);
        return put.Kind is ReplyKind.Question or ReplyKind.Refusal ? put
            : Reply.Done($"start {service.Name} after {Wording.List(names)} instead of "
                + Wording.List(gone));
    }

    private static Reply Depend(Draft draft, Service service, List<string> names)
    {
        var added = names.Where(n => !service.DependsOn.Contains(n)).ToList();
        foreach (var name in added)
        {
            if (Reaches(draft.State, name, service.Name))
            {
                return Reply.Refuse($"{name} already waits for {service.Name}, so they would wait "
                    + "for each other for ever.");
            }
            draft.Append("services.yaml", Draft.Path(service.Name, "depends_on"),
                EditValue.Of(name));
        }
        return added.Count == 0
            ? Reply.Same($"{service.Name} already waits for {Wording.List(names)}.")
            : Reply.Done($"start {service.Name} after {Wording.List(added)}");
    }

    private static bool Reaches(DesiredState state, string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var name))
        {
            if (name == to)
            {
                return true;
            }
            if (seen.Add(name) && state.Services.TryGetValue(name, out var service))
            {
                foreach (var next in service.DependsOn)
                {
                    open.Push(next);
                }
            }
        }
        return false;
    }

    private static Reply Undepend(Draft draft, Service service, List<string> names)
    {
        var gone = names.Where(n => service.DependsOn.Contains(n)).ToList();
        foreach (var name in gone)
        {
            RemoveDependency(draft, service.Name, name);
        }
        return gone.Count == 0
            ? Reply.Absent($"{service.Name} does not wait for {Wording.List(names)}.")
            : Reply.Done($"no longer let {service.Name} wait for {Wording.List(gone)}");
    }

    /// <summary>Takes a name out of a list, and the list away with its last name.</summary>
    public static void RemoveDependency(Draft draft, string service, string on)
    {
        var list = Draft.Path(service, "depends_on");
        var only = draft.State.Services[service].DependsOn.Length == 1;
        draft.Remove("services.yaml", only ? list : list.Text(on));
    }

    public static Reply Rename(Draft draft, Service service, string name)
    {
        if (name == service.Name)
        {
            return Reply.Same("");
        }
        if (draft.State.Services.ContainsKey(name))
        {
            return Reply.Ask($"There is already a service {name}. What shall {service.Name} be "
                + "called?", []);
        }
        var waiting = draft.State.Services.Values
            .Where(s => s.DependsOn.Contains(service.Name)).Select(s => s.Name).ToList();
        var before = draft.State;
        foreach (var other in waiting)
        {
            var index = before.Services[other].DependsOn.IndexOf(service.Name);
            draft.Set("services.yaml", Draft.Path(other, "depends_on").At(index),
                EditValue.Of(name));
        }
        draft.Set("services.yaml", Draft.Path(service.Name, "name"), EditValue.Of(name));
        foreach (var job in (before.Specs.GetValueOrDefault(ScheduledFile.File)?.Maps("jobs") ?? [])
            .Where(j => j.Text("container") == service.Name))
        {
            draft.Set(ScheduledFile.File, EditPath.Parse("spec.jobs")
                .Item("name", job.Text("name")!).Key("container"), EditValue.Of(name));
        }
        foreach (var certificate in (before.Specs.GetValueOrDefault(SecurityFile.File)?
            .Maps("certificates") ?? []).Where(c => c.Texts("used_by").Contains(service.Name)))
        {
            draft.Set(SecurityFile.File, EditPath.Parse("spec.certificates")
                .Item("name", certificate.Text("name")!).Key("used_by")
                .At(certificate.Texts("used_by").ToList().IndexOf(service.Name)),
                EditValue.Of(name));
        }
        var users = before.Services.Values.Where(s => s.Name != service.Name
            && s.Environment.Values.Any(
            v => v.Contains(service.Name, StringComparison.Ordinal))).Select(s => s.Name).ToList();
        var reply = Reply.Done($"rename {service.Name} to {name}").With(Risk.Medium);
        return users.Count == 0 ? reply : reply.Note($"{Wording.List(users)} may still look for "
            + $"it under its old name {service.Name}.");
    }
}
