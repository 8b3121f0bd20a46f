using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Notify;

/// <summary>Adds, changes and removes notifiers.</summary>
internal sealed class NotifyEdits(Clause clause, Session session, NotifyWish wish)
{
    private static readonly EditPath s_list = EditPath.Parse("spec.notify");

    private readonly List<MapValue> _all = NotifySubject.All(session);

    public Reply Make()
    {
        if (wish.Revealed)
        {
            return Reply.Refuse("I never take a password from a sentence; `loam secret set NAME` "
                + "sets one, and the notifier names it as its `secret`.");
        }
        if ((wish.NoQuiet || wish.Quiet is not null) && wish.Url is null && wish.To is null)
        {
            return Quiet();
        }
        if (wish.Stops)
        {
            return Speaks() ? Stop() : new(ReplyKind.Unclear, "");
        }
        var present = wish.Names.Select(n => _all.Find(m => m.Text("name") == n))
            .OfType<MapValue>().FirstOrDefault();
        if (present is null && wish is { Smtp: not null, To: null }
            && _all.Where(n => n.Text("type") == "email").ToList() is [var mail])
        {
            // "Change the mail server": of the only one there is.
            present = mail;
        }
        if (present is null && wish is { To: not null, Smtp: null, Name: null } && Replaces()
            && _all.Where(n => n.Text("type") == "email").ToList() is [var only])
        {
            present = only;
        }
        if (wish is { Type: "email", To: not null, Smtp: null } && present is null)
        {
            wish.Smtp = _all.Select(n => n.Text("smtp")).OfType<string>().FirstOrDefault();
            wish.Secret ??= wish.Smtp is null ? null : _all.Where(n => n.Text("smtp") == wish.Smtp)
                .Select(n => n.Text("secret")).FirstOrDefault();
        }
        if (present is not null && (wish.Url ?? wish.To ?? wish.Smtp ?? wish.Secret ?? wish.Name)
            is not null || present is not null && wish.Events.Count > 0)
        {
            return Change(present);
        }
        return wish.Type is null ? Channel() : Add();
    }

    /// <summary>"The mails go to … from now on": to nobody else.</summary>
    private bool Replaces() => !clause.Lexemes.Any(l => l.IsGlue("also"))
        && clause.Lexemes.Any(l => l.IsGlue("insteadof") || l.IsGlue("instead")
            || l.Text is "from now on" or "from today" or "from today on" or "henceforth"
                or "in future" or "in the future" or "as of now" or "as of today"
                or "from here on" or "going forward" or "no longer" or "change" or "switch"
                or "redirect" or "should go to" or "must go to" or "arrive at");

    private Reply Channel() => _all.Count > 0
        ? Reply.Same($"Whatever needs somebody is told to {Wording.List(Told(_all))} already; a "
            + "job's own word is its on_failure.")
        : Reply.Ask("How shall you be told: by mail, by ntfy or by a webhook, and at which "
            + "address?", ["https://ntfy.sh/mybox", "ops@example.com via smtp.example.com"],
            Fill);

    private static IEnumerable<string> Told(List<MapValue> all) =>
        all.Select(n => n.Text("name")).OfType<string>();

    private bool Fill(Clause answer)
    {
        var said = answer.Attributes.OfType<NotifyWish>().FirstOrDefault()
            ?? NotifyWish.Of(answer, session, []);
        wish.Url = said.Url ?? wish.Url;
        wish.To = said.To ?? wish.To;
        wish.Smtp = said.Smtp ?? wish.Smtp;
        wish.Type = said.Url is not null && wish.Type is "email" ? said.Type
            : wish.Type ?? said.Type;
        return said.Url is not null || said.To is not null || said.Smtp is not null
            || said.Type is not null;
    }

    private Reply Add()
    {
        if (wish.Type is "webhook" or "ntfy" && wish.Url is null)
        {
            return Reply.Ask(wish.Type == "ntfy"
                ? "Which ntfy topic: what is its address?"
                : "Which address shall be posted to?",
                [wish.Type == "ntfy" ? "https://ntfy.sh/mybox" : "https://example.com/hook"],
                Fill);
        }
        if (wish.Type == "email" && (wish.To is null || wish.Smtp is null))
        {
            var missing = wish.To is null && wish.Smtp is null
                ? "To which mail address, and through which mail server (SMTP)?"
                : wish.To is null ? "To which mail address?"
                : $"Through which mail server (SMTP) shall mail to {wish.To} go?";
            return Reply.Ask(missing, [wish.To is null
                ? "ops@example.com via smtp.example.com" : "smtp.example.com:587"], Fill);
        }
        if (_all.Find(n => (wish.Url is not null && n.Text("url") == wish.Url)
            || (wish.To is not null && n.Text("to") == wish.To && n.Text("smtp") == wish.Smtp))
            is { } same)
        {
            return Reply.Same($"{same.Text("name")} is told there already.");
        }
        var name = Free(wish.Name ?? Derived());
        var fields = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)), ("type", EditValue.Of(wish.Type!)),
        };
        foreach (var (field, value) in Values())
        {
            fields.Add((field, EditValue.Of(value)));
        }
        if (wish.Events.Count > 0)
        {
            fields.Add(("events", EditValue.List([.. wish.Events.Select(EditValue.Of)])));
        }
        session.Draft.Append(ManifestFile.File, s_list, EditValue.Map([.. fields]));
        wish.Names.Clear();
        wish.Names.Add(name);
        var reply = Reply.Done($"tell {wish.Url ?? wish.To} by {wish.Type}"
                + (wish.Smtp is null ? "" : $" through {wish.Smtp}") + $", as {name}")
            .With(Risk.Low);
        return wish.Type == "email" && wish.Secret is null
            ? reply.Note("If the mail server wants a password, name a secret: \"with the secret "
                + "SMTP_PASSWORD\", set by `loam secret set SMTP_PASSWORD`.") : reply;
    }

    private IEnumerable<(string Field, string Value)> Values()
    {
        foreach (var (field, value) in ((string, string?)[])
            [("url", wish.Url), ("smtp", wish.Type == "email" ? wish.Smtp : null),
             ("to", wish.Type == "email" ? wish.To : null), ("secret", wish.Secret),
             ("quiet_hours", wish.Quiet)])
        {
            if (value is not null)
            {
                yield return (field, value);
            }
        }
    }

    private string Derived() => wish.Type switch
    {
        "email" => NameReader.AsLabel(wish.To!.Split('@')[0]) is { Length: > 0 } box ? box : "mail",
        "ntfy" => NameReader.AsLabel(wish.Url!.TrimEnd('/').Split('/')[^1]) is
            { Length: > 0 and <= 30 } topic ? topic : "ntfy",
        _ => Uri.TryCreate(wish.Url, UriKind.Absolute, out var uri)
            && NameReader.AsLabel(uri.Host.Split('.')[0]) is { Length: > 0 } host
                ? host : "webhook",
    };

    private string Free(string wanted)
    {
        var name = wanted;
        for (var count = 2; _all.Exists(n => n.Text("name") == name); count++)
        {
            name = $"{wanted}-{count}";
        }
        return name;
    }

    private Reply Change(MapValue present)
    {
        var name = present.Text("name")!;
        var done = new List<string>();
        foreach (var (field, value) in ((string, string?)[])
            [("url", wish.Url), ("smtp", wish.Smtp), ("to", wish.To), ("secret", wish.Secret),
             ("name", wish.Name)])
        {
            if (value is not null && present.Text(field) != value)
            {
                session.Draft.Set(ManifestFile.File, s_list.Item("name", name).Key(field),
                    EditValue.Of(value));
                done.Add(field == "name" ? $"call {name} {value}"
                    : field == "secret" ? $"have {name} use the secret {value}"
                    : $"send {name} {(field == "smtp" ? "through" : "to")} {value}");
            }
        }
        if (wish.Events.Count > 0 && !wish.Events.SequenceEqual(present.Texts("events")))
        {
            session.Draft.Set(ManifestFile.File, s_list.Item("name", wish.Name ?? name)
                .Key("events"), EditValue.List([.. wish.Events.Select(EditValue.Of)]));
            done.Add($"tell {name} of {Wording.List(wish.Events)}");
        }
        return done.Count == 0 ? Reply.Same($"{name} is told there already.")
            : Reply.Done(Wording.List(done));
    }

    private Reply Quiet()
    {
        if (_all.Count == 0)
        {
            return Reply.Same("Nobody is told anything yet, so it is quiet already.");
        }
        var chosen = wish.Names.Count > 0
            ? _all.Where(n => wish.Names.Contains(n.Text("name")!)).ToList() : _all;
        var left = chosen.Where(n => n.Text("quiet_hours") != wish.Quiet).ToList();
        if (left.Count == 0)
        {
            return Reply.Same(wish.Quiet is null ? "There are no quiet hours."
                : $"Quiet hours are {wish.Quiet} already.");
        }
        foreach (var name in Told(left).ToList())
        {
            var path = s_list.Item("name", name).Key("quiet_hours");
            if (wish.Quiet is { } quiet)
            {
                session.Draft.Set(ManifestFile.File, path, EditValue.Of(quiet));
            }
            else
            {
                session.Draft.Remove(ManifestFile.File, path);
            }
        }
        var names = Wording.List(Told(left));
        if (wish.Quiet is null)
        {
            return Reply.Done($"end the quiet hours of {names}");
        }
        var reply = Reply.Done($"tell {names} only alerts between "
            + wish.Quiet.Replace("-", " and ", StringComparison.Ordinal));
        return wish.Quiet != "22:00-07:00" || !clause.Lexemes.Any(l => l.Text.Contains("night",
            StringComparison.Ordinal)) ? reply
            : reply.Note("Night is taken as 22:00 to 7:00.");
    }

    /// <summary>A word of telling, or of whom: "karl no longer works for us" has none.</summary>
    private bool Speaks() => wish.Names.Count > 0 || wish.Type is not null || wish.Url is not null
        || wish.To is not null || clause.Lexemes.Any(l => l.Is(Part.Topic, "notify")
            || l.Is(Part.Topic, "alert") || l.Is(Part.Topic, "notifier")
            || l.Text.StartsWith("notif", StringComparison.Ordinal)
            || l.Text is "mail" or "mails" or "email" or "emails" or "messages" or "pager");

    /// <summary>"That notification": one of several.</summary>
    private bool IsOne() => clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "that" or "this")
        && clause.Lexemes.Any(l => l.Text is "notification" or "notifier" or "channel" or "one");

    private Reply Stop()
    {
        if (NotifySubject.IsOfSomebody(clause))
        {
            return new(ReplyKind.Unclear, "");
        }
        var chosen = wish.Names.Count > 0
            ? _all.Where(n => wish.Names.Contains(n.Text("name")!)).ToList()
            : wish.Type is { } type ? _all.Where(n => n.Text("type") == type).ToList() : _all;
        if (chosen.Count == 0)
        {
            return Reply.Same(_all.Count == 0 ? "Nobody is told anything."
                : $"Nobody is told that way; told {(_all.Count == 1 ? "is" : "are")} "
                    + $"{Wording.List(Told(_all))}.");
        }
        if (chosen.Count > 1 && wish.Names.Count == 0 && (wish.Type is not null || IsOne()))
        {
            return Reply.Ask($"Which shall go: {Wording.List(Told(chosen), "or")}?",
                Told(chosen), answer =>
                {
                    var names = Told(chosen).Where(n => answer.Lexemes.Any(l => l.Text == n))
                        .ToList();
                    wish.Names.AddRange(names);
                    return names.Count > 0;
                });
        }
        foreach (var name in Told(chosen).ToList())
        {
            session.Draft.Remove(ManifestFile.File, s_list.Item("name", name));
        }
        var rest = _all.Count - chosen.Count;
        var reply = Reply.Done($"no longer tell {Wording.List(Told(chosen))}").With(Risk.Medium);
        return rest == 0 ? reply.Note("Then nobody hears when something fails.") : reply;
    }
}
