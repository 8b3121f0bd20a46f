namespace Loam.Simulation.Mutating;

/// <summary>One deliberate fault in Loam.Core's source: each edit replaces a text that must be
/// there exactly once.</summary>
internal sealed record Mutation(string Name, params Edit[] Edits);

/// <param name="File">Below src/Loam.Core.</param>
internal sealed record Edit(string File, string Find, string Replace);

/// <summary>Faults that a simulation worth its name must find.</summary>
internal static class Mutations
{
    private const string Execution = "Reconciling/Execution.cs";
    private const string Rollback = "Reconciling/Rollback.cs";
    private const string Reconciler = "Reconciling/Reconciler.cs";
    private const string Machine = "Reconciling/Machine.cs";
    private const string Steps = "Planning/ServiceSteps.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("the intent is written after the act",
            new Edit(Execution, "await write(Record(JournalMark.Intended, step.Number, index));", ""),
            new Edit(Execution, "await write(Record(JournalMark.Done, step.Number, index));",
                "await write(Record(JournalMark.Intended, step.Number, index)); "
                + "await write(Record(JournalMark.Done, step.Number, index));")),
        new("no check that the plan is still the one approved",
            new Edit(Machine, "fresh.Plan?.Digest != approval.PlanDigest || !fresh.CanApply",
                "!fresh.CanApply")),
        new("rollback in the order of the acts",
            new Edit(Rollback, "in intents.Reverse()", "in intents")),
        new("rollback forgets what was intended last",
            new Edit(Rollback, "in intents.Reverse()", "in intents.Reverse().Skip(1)")),
        new("recovery takes nothing back",
            new Edit(Reconciler, "r.Mark == JournalMark.Intended && !r.Undo",
                "r.Mark == JournalMark.Intended && r.Undo")),
        new("steps do not wait for those they require",
            new Edit(Execution, "!(await Task.WhenAll(before)).All(d => d) || ending", "ending")),
        new("a fresh container is not waited for",
            new Edit(Steps, "actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });\n"
                + "                actions.Add(gate);",
                "actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });")),
        new("the old container is removed instead of stopped",
            new Edit(Steps, "actions.Add(Create(spec));\n        actions.Add(stop);",
                "actions.Add(Create(spec));\n        actions.Add(stop with "
                + "{ Kind = ActionKind.Remove });")),
        new("the journal is not settled after a rollback",
            new Edit(Machine, "else if (result.Outcome == Outcome.RolledBack)\n        {\n"
                + "            await SettleAsync(generation);",
                "else if (result.Outcome == Outcome.RolledBack)\n        {")),
        new("an applied generation does not come into force",
            new Edit(Machine, ": _parts.History.AdvanceAsync(generation, CancellationToken.None);",
                ": Task.CompletedTask;")),
        new("what was replaced is never removed",
            new Edit(Machine, "[.. retired[false].SelectMany(r => r)]", "[]")),
        new("the result is not looked at",
            new Edit(Reconciler, "return differs.IsEmpty ? null", "return !differs.IsDefault ? null")),
        new("a rollback gives up at the first fault",
            new Edit(Rollback, "Limits.RollbackPatience", "TimeSpan.Zero")),
        new("a crash after the commit point is rolled back",
            new Edit("Reconciling/Machine.Recovery.cs",
                "if (closed?.Outcome == Outcome.Applied)",
                "if (closed?.Outcome == Outcome.Incomplete)")),
        new("a change on trial stays although nobody confirmed it",
            new Edit(Reconciler, "await trial.WaitAsync(stop) && deadman.Disarm()",
                "(await trial.WaitAsync(stop) || deadman.Disarm())")),
        new("any connection confirms",
            new Edit("Reconciling/Trial.cs", "!connections().Contains(by.Key())",
                "connections() is null")),
        new("a change on trial is not watched from outside",
            new Edit(Execution,
                "action with { Trial = run.Trial?.Begin(action.Kind != ActionKind.SetUser) }",
                "action with { Trial = run.Trial?.Begin(true) is null ? null : null }")),
        new("an approval is not recorded",
            new Edit("Auditing/ChangeRecord.cs", "await audit.WriteAsync(approved, stop);",
                "stop.ThrowIfCancellationRequested();")),
        new("rules do not go back with the rest",
            new Edit("Planning/Inverse.cs", "new(action.Firewall!.After, action.Firewall.Before)",
                "new(action.Firewall!.Before, action.Firewall.After)")),
        new("accounts do not go back with the rest",
            new Edit("Planning/Inverse.cs", "User = new(action.User!.After, action.User.Before)",
                "User = new(action.User!.Before, action.User.After)")),
        new("the last way in is not looked after",
            new Edit("Planning/PlanChecks.cs", "UserChecks.Fit, UserChecks.LastWayIn,",
                "UserChecks.Fit,")),
        new("who was there before is locked like one of ours",
            new Edit("Planning/UserSteps.cs", "gone.Account.Ownership == Ownership.Created\n",
                "gone.Account.Ownership != Ownership.Foreign\n")),
        new("certificates do not go back with the rest",
            new Edit("Planning/Inverse.cs",
                "Before = action.Certificate.After, After = action.Certificate.Before,",
                "Before = action.Certificate.Before, After = action.Certificate.After,")),
        new("data that were set aside do not go back with the rest",
            new Edit("Planning/Inverse.cs",
                "ActionKind.SetDataAside => action with { Kind = ActionKind.PutDataBack },",
                "ActionKind.SetDataAside => null,")),
        new("data stay where the new version cannot read them",
            new Edit(Steps, "actions.Add(Moving(ActionKind.SetDataAside, upgrade.Move.Path));", "")),
        new("the name does not go back with the rest",
            new Edit("Planning/Inverse.cs", "new(action.Hostname!.After, action.Hostname.Before)",
                "new(action.Hostname!.Before, action.Hostname.After)")),
        new("name servers are not asked",
            new Edit("Planning/ResolverSteps.cs", "draft.Context.Heal || wanted is not",
                "wanted is null || draft.Context.Heal || wanted is not null || wanted is not")),
        new("name servers do not go back with the rest",
            new Edit("Planning/Inverse.cs",
                "Before = action.Resolver.After, After = action.Resolver.Before,",
                "Before = action.Resolver.Before, After = action.Resolver.After,")),
        new("addresses do not go back with the rest",
            new Edit("Planning/Inverse.cs",
                "Before = action.Interface.After, After = action.Interface.Before,",
                "Before = action.Interface.Before, After = action.Interface.After,")),
        new("volume groups do not go back with the rest",
            new Edit("Planning/Inverse.cs",
                "Before = action.Group.After, After = action.Group.Before,",
                "Before = action.Group.Before, After = action.Group.After,")),
        new("a volume does not wait for the group that it is in",
            new Edit("Planning/StepOrder.cs", "requires[i].UnionWith(groups);", "")),
        new("who is declared no more keeps the groups",
            new Edit("Planning/UserSteps.cs",
                "Groups = [.. there.Account.Groups.Except(there.Account.Given)],\n        Given",
                "Groups = there.Account.Groups,\n        Given")),
    ];
}
