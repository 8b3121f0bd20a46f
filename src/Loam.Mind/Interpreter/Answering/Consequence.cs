using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects.People;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>"What would happen if …": who refers to a thing, and what of it stays.</summary>
internal sealed class Consequence(Clause clause, Session session)
{
    private readonly DesiredState _state = session.Draft.State;

    /// <summary>Null: nothing is known that it could be about.</summary>
    public string? Of()
    {
        if ((Guarded() ?? Bans()) is { } guarded)
        {
            return guarded;
        }
        var texts = new List<string>();
        foreach (var lexeme in clause.Lexemes)
        {
            if (OfNamed(lexeme) is { } text && !texts.Contains(text))
            {
                texts.Add(text);
            }
        }
        if (texts.Count == 0 && Port() is { } port)
        {
            texts.Add(port);
        }
        if (texts.Count == 0 && Says("its", "it", "their", "them", "data") && Gone() is { } gone)
        {
            texts.Add(gone);
        }
        return texts.Count == 0 ? null : string.Join(" ", texts.Take(4));
    }

    /// <summary>"Remove gitea", "what happens to its data?".</summary>
    private string? Gone()
    {
        var names = session.Focus.Where(_state.Services.ContainsKey).ToList();
        var removed = session.BaseState.Services.Values.Where(
            s => !_state.Services.ContainsKey(s.Name)).ToList();
        if (removed.Count == 0)
        {
            return names.Count is > 0 and < 4 ? string.Join(" ", names.Select(OfService)) : null;
        }
        var kept = removed.SelectMany(s => s.Volumes).Select(v => v.Source).Distinct().ToList();
        return kept.Count == 0
            ? $"{Wording.List(removed.Select(s => s.Name))} kept no data in a volume."
            : $"The data in {Wording.List(kept)} are kept: what is removed from the files never "
                + "deletes anything from the disk.";
    }

    private bool Says(params string[] words) => clause.Lexemes.Any(l => l.Text.Split(' ')
        .Any(words.Contains));

    /// <summary>What Loam itself does when something goes wrong.</summary>
    private string? Guarded()
    {
        if (Says("unhealthy", "fails", "fail", "failed", "wrong", "broken", "bad", "healthy")
            && Says("change", "changes", "update", "apply", "applied", "upgrade", "deploy",
                "health"))
        {
            return FieldWords.At(_state.Specs.GetValueOrDefault(ManifestFile.File),
                ManifestFile.Kind.Spec, "safety") is { Value: MapValue map }
                    && map.Flag("rollback_on_health_failure") == false
                ? "Nothing is taken back: `safety.rollback_on_health_failure` is off."
                : "The change is rolled back by itself: everything goes back to what ran before, "
                    + "and the message says why.";
        }
        if (Says("power", "reboot", "reboots", "rebooted", "electricity", "blackout",
            "restarts") && clause.Targets.Count == 0)
        {
            return "After a boot everything that is declared comes up again; a change that was "
                + "under way is finished or taken back as a whole, and `loam status` says which.";
        }
        return null;
    }

    /// <summary>"What happens to somebody who gets the ssh password wrong too often?"</summary>
    private string? Bans()
    {
        var bans = _state.Specs.GetValueOrDefault(NetworkFile.File)?.Maps("bans") ?? [];
        return AskingWords.English.Of(clause).ContainsKey("bans")
            && clause.Targets.TrueForAll(t => t.Named(Known.Service) is null)
            ? bans.Any() ? string.Join("; ", bans.Select(b => $"at {b.Text("service")}, "
                + Subjects.Firewall.BanEdits.Text(b))) + "." : "No bans are declared." : null;
    }

    private string? OfNamed(Lexeme lexeme)
    {
        var stated = clause.Lexemes.Any(l => l.IsField("volume") || l.Text.Contains("data",
            StringComparison.Ordinal));
        if (lexeme.Named(Known.Volume) is { } volume
            && (stated || lexeme.Named(Known.Service) is null))
        {
            return OfVolume(volume);
        }
        if (lexeme.Named(Known.User) is { } user && lexeme.Named(Known.Service) is null)
        {
            return OfUser(user);
        }
        if (lexeme.Named(Known.Certificate) is { } certificate
            && (lexeme.Named(Known.Service) is null
                || clause.Lexemes.Any(l => l.IsField("certificate"))))
        {
            return $"The certificate {certificate} would not be renewed any more"
                + Users(StateLists.Of("certificates")!, certificate, "used_by") + ".";
        }
        if (lexeme.Named(Known.Service) is { } service
            && _state.Services.ContainsKey(service))
        {
            return OfService(service);
        }
        if (lexeme.Named(Known.Secret) is { } secret)
        {
            var users = Secrets.Users(session.Draft, secret);
            return users.Count == 0 ? $"Nothing uses {secret}."
                : $"{Wording.List(users)} {(users.Count == 1 ? "uses" : "use")} {secret} and "
                    + "would fail without it.";
        }
        if (lexeme.Named(Known.Network) is { } network)
        {
            var on = _state.Services.Values.Where(s => s.Networks.Contains(network))
                .Select(s => s.Name).ToList();
            return on.Count == 0 ? $"No service is on {network}."
                : $"{Wording.List(on)} {(on.Count == 1 ? "is" : "are")} on {network} and would "
                    + "no longer reach each other there.";
        }
        return OfRest(lexeme);
    }

    private string? OfRest(Lexeme lexeme)
    {
        if (lexeme.Named(Known.Job) is { } job && Item("jobs", job) is { } map)
        {
            if (clause.Lexemes.Any(l => l.Is(Part.Topic, "fail")))
            {
                return Subjects.Jobs.JobAnswers.Whole(map);
            }
            return $"{job} would not run any more; it runs "
                + $"{FieldWords.Show("schedule", Formats(map), map["schedule"]!)}.";
        }
        if (lexeme.Named(Known.Mount) is { } mount)
        {
            var on = _state.Services.Values.Where(s => s.Volumes.Any(v => v.Source.StartsWith(
                mount, StringComparison.Ordinal))).Select(s => s.Name).ToList();
            return on.Count == 0 ? $"No service has anything from {mount}."
                : $"{Wording.List(on)} {(on.Count == 1 ? "uses" : "use")} {mount} and would "
                    + "miss it; what is on it is kept.";
        }
        return lexeme.Named(Known.Rule) is { } rule && Item("rules", rule) is { } item
            ? $"The rule {rule} ({FieldWords.Fields(item, StateLists.Of("rules")!.Schema)}) would "
                + "no longer hold; what no other rule matches meets the default policy."
            : null;
    }

    private static FieldType Formats(MapValue _) => StateLists.Of("jobs")!.Schema["schedule"]!
        .Type;

    private MapValue? Item(string list, string name) => StateLists.Of(list)!.Items(_state)
        .Find(i => StateLists.Of(list)!.Name(i) == name);

    private string Users(StateList list, string name, string field) =>
        list.Items(_state).Find(i => list.Name(i) == name)?.Texts(field) is { Length: > 0 } users
            ? $"; {Wording.List(users)} {(users.Length == 1 ? "uses" : "use")} it" : "";

    private string OfVolume(string volume)
    {
        var users = _state.Services.Values.Where(s => s.Volumes.Any(v => v.Source == volume))
            .Select(s => s.Name).ToList();
        return (users.Count == 0 ? $"No service uses {volume}. "
                : $"{Wording.List(users)} {(users.Count == 1 ? "keeps" : "keep")} data in "
                    + $"{volume}, so it is not safe. ")
            + "What is on the disk is kept: removing a volume from the file never deletes its "
            + "data, and the plan says how to.";
    }

    private string OfUser(string user)
    {
        var book = new PeopleBook(_state);
        var admins = book.All.Where(PeopleBook.IsAdmin).Select(u => u.Text("name")).ToList();
        return $"{user} could not log in any more"
            + (admins is [{ } only] && only == user ? ", and nobody would be left as an "
                + "administrator." : "; the other users stay.");
    }

    private string OfService(string service)
    {
        var users = _state.Services.Values.Where(s => s.DependsOn.Contains(service)
            || s.Environment.Values.Any(v => Mentions(v, service)))
            .Select(s => s.Name).Where(n => n != service).ToList();
        var jobs = StateLists.Of("jobs")!.Items(_state).Where(j => j.Text("container") == service)
            .Select(j => j.Text("name")!).ToList();
        var volumes = _state.Services[service].Volumes.Select(v => v.Source).Distinct().ToList();
        var ports = _state.Services[service].Ports.Where(p => p.Host is not null)
            .Select(p => $"{p.Host}").Distinct().ToList();
        return (users.Count == 0 ? $"Nothing depends on {service}."
            : $"{Wording.List(users)} {(users.Count == 1 ? "uses" : "use")} {service} and may "
                + "fail without it.")
            + (ports.Count == 0 ? "" : $" Nobody would answer on {Wording.List(ports)}.")
            + (jobs.Count == 0 ? "" : $" The {(jobs.Count == 1 ? "job" : "jobs")} "
                + $"{Wording.List(jobs)} could not run.")
            + (volumes.Count == 0 ? "" : $" The data in {Wording.List(volumes)} would be kept.");
    }

    private string? Port()
    {
        var number = clause.Lexemes.FirstOrDefault(l => l.IsNumber && l.Unit.Length == 0
            && l.Value is > 0 and < 65536);
        if (number is null || !clause.Lexemes.Any(l => l.IsField("port")
            || l.Is(Part.Topic, "close") || l.Is(Part.Topic, "open") || l.Is(Part.Topic, "block")))
        {
            return null;
        }
        var users = _state.Services.Values.Where(s => s.Ports.Any(p => p.Host == number.Value))
            .Select(s => s.Name).ToList();
        return users.Count == 0 ? $"No service publishes port {number.Value:0}."
            : $"Port {number.Value:0} leads to {Wording.List(users)}; without it nobody outside "
                + "would reach that.";
    }

    private static bool Mentions(string value, string name)
    {
        var at = value.IndexOf(name, StringComparison.Ordinal);
        while (at >= 0)
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(value[at - 1]))
                && (end == value.Length || !char.IsLetterOrDigit(value[end])))
            {
                return true;
            }
            at = value.IndexOf(name, end, StringComparison.Ordinal);
        }
        return false;
    }
}
