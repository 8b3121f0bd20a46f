using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Publishing, moving and closing ports.</summary>
internal sealed class PortEdits(Draft draft, Service service, Clause clause)
{
    private const string EveryAddress = "0.0.0.0";

    private readonly App? _app = AppCatalog.ByImage(service.Image);

    public Reply Apply(PortAttribute said)
    {
        if (Outside(said) is { } impossible)
        {
            return impossible;
        }
        if (said.Off || clause.Verb is "unpublish" or "remove" or "stop" || clause.Negated)
        {
            return Close(said);
        }
        if (said.First is not { } first)
        {
            return Unnumbered(said);
        }
        if (said.Link == ":")
        {
            return Map(first, said.Second!.Value, said);
        }
        return said.Second is { } second ? Linked(first, second, said) : Single(first, said);
    }

    /// <summary>No such port exists.</summary>
    private Reply? Outside(PortAttribute said)
    {
        var wrong = new[] { said.First, said.Second }.OfType<int>().Where(
            p => p is < 1 or > PortReader.MostPort).ToList();
        return wrong.Count == 0 ? null : Reply.Ask($"There is no port {wrong[0]}: ports go from 1 "
            + $"to {PortReader.MostPort}. Which one shall {service.Name} be on?",
            [$"{draft.FreePort(8080, "tcp")}"],
            Filler(said, a => said.First == wrong[0] ? said with { First = a, Link = said.Second
                is null ? "on" : said.Link } : said with { Second = a }));
    }

    private Reply Linked(int first, int second, PortAttribute said)
    {
        switch (said.Link)
        {
            case "insteadof":
                return Move(second, first, said);
            case "from":
                return Move(first, second, said);
            case "as" or "on" or "in":
                return Map(second, first, said);
        }
        var publishes = service.Ports.Any(p => p.Host == first);
        if (clause.Verb is "move" or "set" && publishes)
        {
            return Move(first, second, said);
        }
        // "publish 9000 to 80" leads from the host's port inwards, unless 9000 is inside.
        var inwards = service.Ports.Any(p => p.Container == first)
            && service.Ports.All(p => p.Container != second);
        return inwards ? Map(second, first, said) : Map(first, second, said);
    }

    private Reply Move(int from, int to, PortAttribute said)
    {
        var index = IndexOf(p => p.Host == from);
        if (index < 0)
        {
            index = IndexOf(p => p.Container == from);
        }
        // "Dokuwiki, 8090 to 80": of what is new, nothing moves.
        if (index < 0 && draft.IsNew(service))
        {
            return Map(from, to, said);
        }
        return index < 0 ? Reply.Ask($"{service.Name} does not publish port {from}. "
                + $"{Published()} Which port shall become {to}?",
                service.Ports.Where(p => p.Host is not null).Select(p => $"{p.Host}"),
                Filler(said, answer => said with { First = answer, Second = to, Link = "from" }))
            : SetHost(index, to, said);
    }

    private Reply Map(int host, int container, PortAttribute said)
    {
        var index = IndexOf(p => p.Container == container
            && (said.Protocol is null || p.Protocol == said.Protocol));
        return index >= 0 ? SetHost(index, host, said) : AddPort(container, host, said);
    }

    private Reply Single(int number, PortAttribute said)
    {
        if (said.Inner)
        {
            return service.Ports.Any(p => p.Container == number)
                ? Reply.Same($"{service.Name} already has port {number} inside.")
                : AddPort(number, null, said);
        }
        if (IndexOf(p => p.Host == number) >= 0 && said.Address is null && IsOnlyOne(number)
            && service.Ports.Where(p => p.Host is not null && p.Host != number).ToList()
                is { Count: > 0 } others)
        {
            return CloseAll(others);
        }
        if (IndexOf(p => p.Host == number) is var there and >= 0
            && (said.Address is null || service.Ports[there].Address == said.Address))
        {
            return Reply.Same($"{service.Name} is already published on port {number}.");
        }
        var inside = IndexOf(p => p.Container == number);
        if (inside >= 0 && service.Ports[inside].Host is null && clause.Verb == "publish")
        {
            return SetHost(inside, number, said);
        }
        var index = Meant(out var several);
        if (several is not null && index < 0)
        {
            return Reply.Ask(several, service.Ports.Where(p => p.Host is not null)
                .Select(p => $"{p.Host}"),
                Filler(said, a => said with { First = a, Second = number, Link = "from" }));
        }
        var published = service.Ports.Any(p => p.Host is not null);
        var adds = said.Link is not ("on" or "to" or "as" or "from" or "insteadof")
            && (clause.Verb == "publish" || clause.Verb == "create" && !draft.IsNew(service))
            && published;
        var also = published && (!draft.IsNew(service)
                || clause.Targets.Count == 0 && clause.Verb is "" or "have" or "publish")
            && clause.Verb is "publish" or "have" or "set" or "" or "create"
            && clause.Lexemes.Any(l => l.Text is "also" or "as well" or "additionally"
                or "too" or "in addition");
        if (adds || also || (published && IsFurther(said)))
        {
            var known = number is 443 || _app is null && draft.IsNew(service)
                || service.Ports.Any(p => p.Container == number)
                || _app?.Ports.Any(p => p.Container == number) == true;
            return AddPort(known || index < 0 ? number : service.Ports[index].Container, number,
                said);
        }
        return index >= 0 ? SetHost(index, number, said)
            : AddPort(_app is { Ports: [var only, ..] } ? only.Container : number, number, said);
    }

    /// <summary>"On ports 80 and 443": the second one comes beside the first.</summary>
    private bool IsFurther(PortAttribute said) =>
        clause.Attributes.OfType<PortAttribute>().FirstOrDefault(p => p.First is not null)
            is { } first && first != said;

    /// <summary>The port that is meant when only a host port was said: by what people call it,
    /// else the published one, else the only one.</summary>
    private int Meant(out string? several)
    {
        several = null;
        var called = _app?.Ports.FirstOrDefault(p => p.Words.Any(w =>
            clause.Lexemes.Any(l => l.Text.Split(' ').Contains(w))));
        if (called is not null && IndexOf(p => p.Container == called.Container) is var named
            and >= 0)
        {
            return named;
        }
        var published = service.Ports.Count(p => p.Host is not null);
        if (published == 1)
        {
            return IndexOf(p => p.Host is not null);
        }
        if (published > 1 && _app is not null && HasWebPort(out var web))
        {
            return web;
        }
        if (published > 1)
        {
            several = $"{service.Name} publishes several ports: "
                + $"{Wording.List(service.Ports.Where(p => p.Host is not null)
                    .Select(p => p.ToString()))}. Which one is meant?";
            return -1;
        }
        return service.Ports.Length > 0 ? 0 : -1;
    }

    private bool HasWebPort(out int index)
    {
        var web = _app!.Ports.FirstOrDefault(p => p.Words.Contains("web"));
        index = web is null ? -1 : IndexOf(p => p.Container == web.Container);
        return index >= 0;
    }

    /// <summary>"On the same port as gitea": the one of the other service.</summary>
    private int? Other() => Enumerable.Range(1, Math.Max(0, clause.Count - 1))
        .Where(i => clause[i - 1].IsGlue("as") && clause[i].Named(Known.Service) != service.Name)
        .Select(i => clause[i].Named(Known.Service)).OfType<string>()
        .Select(n => draft.State.Services[n].Ports.FirstOrDefault(p => p.Host is not null)?.Host)
        .FirstOrDefault(p => p is not null);

    private Reply Unnumbered(PortAttribute said)
    {
        if (Other() is { } same)
        {
            return Single(same, said with { First = same, Link = "on" });
        }
        var unnamed = clause.Targets.Count == 0 && clause.Lexemes.Any(l => l.IsField("port"));
        if (clause.Verb == "publish" && said.Address is null && (unnamed || IsUnsaid()))
        {
            return Reply.Ask($"Which port of the host shall {service.Name} be on? {Published()}",
                [$"{draft.FreePort(8080, "tcp")}"],
                Filler(said, a => said with { First = a, Link = "on" }));
        }
        if (said.Address is { } inner and not EveryAddress
            && (draft.IsNew(service) || !clause.Lexemes.Any(l => l.IsField("port")))
            && service.Ports.Count(p => p.Host is not null) > 1)
        {
            return Bound(inner);
        }
        if (clause.Verb == "publish" || said.Address is not null)
        {
            var index = Math.Max(0, Meant(out _));
            if (service.Ports.Length > index)
            {
                var port = service.Ports[index];
                if (port is { Host: not null, Address: "127.0.0.1" or "::1" }
                    && said.Address is null)
                {
                    return SetHost(index, port.Host.Value, said with { Address = EveryAddress });
                }
                if (port.Host is { } already && said.Address is null)
                {
                    return Reply.Same(
                        $"{service.Name} is already published on port {already}.");
                }
                var wanted = port.Host ?? _app?.Ports.FirstOrDefault(
                    p => p.Container == port.Container)?.Publish ?? port.Container;
                return SetHost(index, port.Host ?? draft.FreePort(wanted, port.Protocol), said);
            }
        }
        if (clause.Verb == "publish" && service.Ports.IsEmpty && _app is { Ports: [var own, ..] })
        {
            return AddPort(own.Container,
                draft.FreePort(own.Publish ?? own.Container, own.Protocol), said);
        }
        var suggested = draft.FreePort(8080, "tcp");
        return Reply.Ask($"Which port of the host shall {service.Name} be on? {Published()}",
            [$"{suggested}"], Filler(said, a => said with { First = a, Link = "on" }));
    }

    /// <summary>All ports of what is new are on one address.</summary>
    private Reply Bound(string address)
    {
        for (var index = 0; index < service.Ports.Length; index++)
        {
            if (service.Ports[index].Host is not null)
            {
                draft.Set(ServicesFile.File, Draft.Path(service.Name, "ports").At(index)
                    .Key("address"), EditValue.Of(address));
            }
        }
        return Reply.Done($"publish {service.Name} on {address} only");
    }

    /// <summary>"A port", where there are several.</summary>
    private bool IsOneOfSeveral() => service.Ports.Count(p => p.Host is not null) > 1
        && Enumerable.Range(1, Math.Max(0, clause.Count - 1)).Any(i =>
            clause[i].Text == "port" && clause[i - 1].Text is "a" or "one" or "some" or "any");

    /// <summary>"Another port", of which nothing more is said.</summary>
    private bool IsUnsaid() => clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "another"
        or "further" or "additional" or "second" or "different" or "more" or "extra");

    private string Published()
    {
        var ports = service.Ports.Where(p => p.Host is not null).Select(p => p.ToString()).ToList();
        return ports.Count == 0 ? "It is not published now."
            : $"It publishes {Wording.List(ports)} now.";
    }

    private Reply SetHost(int index, int host, PortAttribute said)
    {
        var port = service.Ports[index];
        if (port.Host == host && (said.Address is null || said.Address == port.Address))
        {
            return Reply.Same($"{service.Name} already publishes {port}.");
        }
        if (Taken(host, port.Protocol, said) is { } question)
        {
            return question;
        }
        var path = Draft.Path(service.Name, "ports").At(index);
        draft.Set(ServicesFile.File, path.Key("host"), EditValue.Of(host));
        AppText.Follow(draft, service, port.Host, host);
        if (said.Address is EveryAddress && port.Address != EveryAddress)
        {
            draft.Remove(ServicesFile.File, path.Key("address"));
        }
        else if (said.Address is { } address and not EveryAddress)
        {
            draft.Set(ServicesFile.File, path.Key("address"), EditValue.Of(address));
        }
        return Opened($"publish {service.Name} on port {host}"
            + (port.Host is { } before && before != host ? $" instead of {before}" : ""), said);
    }

    private Reply AddPort(int container, int? host, PortAttribute said)
    {
        if (host is { } wanted && Taken(wanted, said.Protocol ?? "tcp", said) is { } question)
        {
            return question;
        }
        var entries = new List<(string, EditValue)> { ("container", EditValue.Of(container)) };
        if (host is { } number)
        {
            entries.Add(("host", EditValue.Of(number)));
        }
        if (said.Protocol is { } protocol and not "tcp")
        {
            entries.Add(("protocol", EditValue.Of(protocol)));
        }
        if (said.Address is { } address and not EveryAddress)
        {
            entries.Add(("address", EditValue.Of(address)));
        }
        draft.Append(ServicesFile.File, Draft.Path(service.Name, "ports"),
            EditValue.Map([.. entries]));
        return host is null ? Reply.Done($"declare port {container} of {service.Name}")
            : Opened($"publish port {container} of {service.Name} on {host}", said);
    }

    /// <summary>A database that the whole network can reach is a risk worth naming.</summary>
    private Reply Opened(string what, PortAttribute said)
    {
        var where = said.Address is null or EveryAddress ? "" : $", on {said.Address} only";
        var reply = Reply.Done(what + where).With(Risk.Low);
        var risky = _app?.HasData == true && _app.Ports.All(p => p.Publish is null);
        return risky && said.Address is null
            ? reply.With(Risk.High).Note(
                $"Anybody who reaches this machine can then try to log in to {service.Name}.")
            : reply;
    }

    private Reply? Taken(int host, string protocol, PortAttribute said)
    {
        if (draft.PublisherOf(host, protocol) is not { } other || other == service.Name)
        {
            return null;
        }
        var free = draft.FreePort(host + 1, protocol);
        return Reply.Ask($"Port {host} is already published by {other}. Shall {service.Name} get "
            + $"{free} instead?", [$"{free}"], Filler(said, a => said.Link switch
            {
                ":" or "to" => said with { First = a },
                "from" or "as" or "on" when said.Second is not null => said with { Second = a },
                _ => said with { First = a },
            }, free));
    }

    private Func<Clause, bool> Filler(
        PortAttribute said, Func<int, PortAttribute> put, int? yes = null) => answer =>
    {
        var number = answer.Attributes.OfType<PortAttribute>().FirstOrDefault()?.First
            ?? (answer.Attributes.OfType<BareAttribute>().FirstOrDefault() is { } bare
                && bare.Value is > 0 and < 65536 ? (int)bare.Value : (int?)null)
            ?? (answer.Lexemes.Any(l => l.IsGlue("yes")) ? yes : null);
        var index = clause.Attributes.IndexOf(said);
        if (number is not { } port || index < 0 || answer.Targets.Count > 0)
        {
            return false;
        }
        clause.Attributes[index] = put(port);
        return true;
    };

    private Reply Close(PortAttribute said)
    {
        if (said is { First: null, Off: false, Protocol: null } && IsOneOfSeveral())
        {
            return Reply.Ask($"Which port of {service.Name} is meant? {Published()}",
                service.Ports.Where(p => p.Host is not null).Select(p => $"{p.Host}"),
                Filler(said, a => said with { First = a }));
        }
        var indexes = Enumerable.Range(0, service.Ports.Length)
            .Where(i => service.Ports[i].Host is not null && (said.First is null
                || service.Ports[i].Host == said.First
                || service.Ports[i].Container == said.First)
                && (said.Protocol is null || service.Ports[i].Protocol == said.Protocol)).ToList();
        if (indexes.Count == 0 && clause.Verb == "remove" && said.First is not null
            && IndexOf(p => p.Container == said.First && p.Host is null) is var inner and >= 0)
        {
            var list = Draft.Path(service.Name, "ports");
            draft.Remove(ServicesFile.File, service.Ports.Length == 1 ? list : list.At(inner));
            return Reply.Done($"no longer declare port {said.First} of {service.Name}");
        }
        if (indexes.Count == 0)
        {
            return said.First is { } number
                ? Reply.Absent($"{service.Name} does not publish port {number}.")
                : Reply.Same($"{service.Name} publishes no port.");
        }
        return CloseAll([.. indexes.Select(i => service.Ports[i])]);
    }

    private Reply CloseAll(List<Port> ports)
    {
        var list = Draft.Path(service.Name, "ports");
        foreach (var port in ports.OrderByDescending(service.Ports.IndexOf))
        {
            // "No more udp": the same port is there with another protocol.
            var twin = service.Ports.Any(p => p.Container == port.Container
                && p.Protocol != port.Protocol && !ports.Contains(p));
            var item = list.At(service.Ports.IndexOf(port));
            draft.Remove(ServicesFile.File, twin ? item : item.Key("host"));
        }
        return Reply.Done($"stop publishing {service.Name} on port"
            + (ports.Count == 1 ? " " : "s ")
            + Wording.List(ports.Select(p => $"{p.Host}").Distinct()))
            .With(draft.IsNew(service) ? Risk.Low : Risk.Medium);
    }

    /// <summary>"Caddy only on 443", and on nothing else that is said.</summary>
    private bool IsOnlyOne(int number)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsNumber && l.Value == number);
        var before = at - 1;
        while (before > 0 && (clause[before].IsGlue("on") || clause[before].IsField("port")
            || clause[before].Readings[0].Part == Part.Noise))
        {
            before--;
        }
        return before >= 0 && clause[before].IsGlue("only")
            && clause.Attributes.OfType<PortAttribute>().Count() == 1;
    }

    private int IndexOf(Func<Port, bool> wanted)
    {
        for (var index = 0; index < service.Ports.Length; index++)
        {
            if (wanted(service.Ports[index]))
            {
                return index;
            }
        }
        return -1;
    }
}
