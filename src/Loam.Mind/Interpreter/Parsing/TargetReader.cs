using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What remains of names and references after the attributes took theirs.</summary>
internal static class TargetReader
{
    public static void Read(Clause clause)
    {
        Target? owner = null;
        var (except, all, why, described) = (false, false, false, false);
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            except |= !described && (lexeme.IsGlue("except") && clause.IsFree(at)
                    && !IsCompany(clause, at + 1)
                || lexeme.IsGlue("but") && clause.Targets.Exists(t => t.Reference == "all")
                    && !IsContrast(clause, at));
            why |= clause.Targets.Count > 0 && clause.Question is null && ClauseReason(clause, at);
            if (!clause.IsFree(at) || !(lexeme.IsMention || lexeme.Is(Part.Reference)))
            {
                continue;
            }
            if (!why && lexeme.Role == Role.Model && clause.Question is null)
            {
                ReadModel(clause, at);
                continue;
            }
            clause.Use(at);
            if (why || IsPassedOver(clause, at))
            {
                continue;
            }
            if (IsDescribed(clause, at))
            {
                described = true;
                continue;
            }
            var thing = Thing(clause, at);
            if (thing > at && !lexeme.IsMention)
            {
                // "its database" belongs to what was said last, "both databases" are several.
                owner = lexeme.Text is "its" or "their"
                    ? (except ? clause.Except : clause.Targets).LastOrDefault()
                        ?? TargetAt(clause, at) : owner;
                all |= lexeme.Key(Part.Reference) is "them" or "all" && owner is null;
                continue;
            }
            if (IsBoth(clause, lexeme, except))
            {
                continue;
            }
            var target = TargetAt(clause, at) with { Owner = owner };
            target = target with { Plural = target.Plural || all };
            all = false;
            if (Owns(clause, at))
            {
                owner = target;
                continue;
            }
            owner = null;
            var named = except ? clause.Except : clause.Targets;
            if (!named.Exists(t => IsSame(t, target)))
            {
                named.Add(target);
            }
        }
        if (owner is not null)
        {
            clause.Targets.Add(owner);
        }
        WithoutOther(clause);
        WithoutAll(clause);
        Bind(clause);
        Unneeded.Settle(clause);
    }

    /// <summary>It names nothing that is wished of.</summary>
    private static bool IsPassedOver(Clause clause, int at) => IsOfField(clause, at)
        || IsOfOthers(clause, at) || IsApposition(clause, at) || IsWhatever(clause, at);

    /// <summary>"Sonarr and radarr both need …": those that were named.</summary>
    private static bool IsBoth(Clause clause, Lexeme lexeme, bool except) => lexeme.Text is "both"
            or "each" or "all" or "all three" or "both of them" or "each of them" or "all of them"
        && !except && clause.Targets.Count(t => t.Reference is null) > 1;

    /// <summary>"Jellyfin should see its media", "the api has it all, give it 1 GB": a word such as
    /// "it" behind a name stands for that name.</summary>
    private static void Bind(Clause clause)
    {
        var named = clause.Lexemes.ToList().FindIndex(l => l.IsMention && clause.Targets.Exists(
            t => t.Reference is null && t.Text == l.Text));
        if (named < 0 || clause.Question is not null
            || clause.Verb is "connect" or "disconnect" or "depend" or "replace" or "move")
        {
            return;
        }
        clause.Targets.RemoveAll(t => t is { Reference: "it", IsAnother: false, Owner: null }
            && clause.Lexemes.Skip(named).Any(l => l.Text == t.Text && !l.IsMention)
            && !clause.Lexemes.Take(named).Any(l => l.Text == t.Text));
    }

    /// <summary>"And the other one: minio" says which that is.</summary>
    private static void WithoutOther(Clause clause)
    {
        var other = clause.Targets.FindIndex(t => t.Reference == "other");
        if (other >= 0 && clause.Targets.Skip(other + 1).Any(t => t.Reference is null)
            && !clause.Lexemes.Any(l => l.IsGlue("and") && l != clause[0]))
        {
            clause.Targets.RemoveAt(other);
        }
    }

    /// <summary>"Somebody broke everything, so put the api back": of that one.</summary>
    private static void WithoutAll(Clause clause)
    {
        var all = clause.Targets.FindIndex(t => t is { Reference: "all", Text: "all" or
            "everything" });
        if (all < 0 || clause.Except.Count > 0 || clause.Question is not null
            || clause.Verb is "connect" or "disconnect" or "depend")
        {
            return;
        }
        var lexemes = clause.Lexemes.ToList();
        var said = lexemes.FindIndex(l => l.Text == clause.Targets[all].Text && !l.IsMention);
        var joint = said < 0 ? -1 : lexemes.FindIndex(said, l => ClauseSplitter.IsJoint(l)
            || l.IsGlue("but") || l.Text is "so" or "hence" or "therefore");
        if (joint >= 0 && lexemes.Skip(joint).Any(l => l.IsMention && clause.Targets.Exists(
            t => t.Reference is null && t.Text == l.Text)))
        {
            clause.Targets.RemoveAt(all);
        }
    }

    /// <summary>"Something like plex" is what is wished if nothing else is named. Of what is
    /// there, a reader of values has taken what it is a model of; otherwise it stays unread.
    /// </summary>
    private static void ReadModel(Clause clause, int at)
    {
        if (clause[at].Named(Known.App) is { } app && clause.Targets.Count == 0
            && clause[at].Named(Known.Service) is null
            && !clause.Lexemes.Any(l => l != clause[at] && (l.IsMention || l.Is(Part.Image))))
        {
            clause.Use(at);
            clause.Targets.Add(TargetAt(clause, at) with
            {
                Namings = [new(Known.App, Roles.InsteadOf(app))],
            });
        }
    }

    /// <summary>"… now that the load balancer does it": what else is named is no target.
    /// </summary>
    private static bool ClauseReason(Clause clause, int at) => !clause[at].IsMention
        && (clause[at].Text is "because" or "since" or "now that" or "as it" or "as we"
            or "as they" or "so that" or "given that" or "because of" or "due to"
            or "in order to" or "in case" or "being replaced by" or "replaced by")
        || clause[at].Text is "when" or "before" or "until" or "while"
            && at + 1 < clause.Count && clause[at + 1].Is(Part.Reference);

    /// <summary>"Gitea: ssh on 2022": what people call a port, beside a service.</summary>
    private static bool IsPortName(Clause clause, int at) => clause.Question is null
        && clause[at].Named(Known.Service) is null && clause[at].Named(Known.App) is null
        && clause[at].Readings.Any(r => r.Part == Part.Topic
            && r.Key.Contains(" tcp:", StringComparison.Ordinal))
        && clause.Attributes.Exists(a => a is PortAttribute)
        && clause.Lexemes.Any(l => l != clause[at] && l.Named(Known.Service) is not null);

    /// <summary>"Besides influx we want loki": it is there, and something else is wished.</summary>
    private static bool IsCompany(Clause clause, int at) => at > 0 && at < clause.Count
        && clause.Verb is "create" or "have"
        && clause[at - 1].Text is "besides" or "in addition to" or "apart from" or "other than"
        && clause.Lexemes.Skip(at + 1).Any(l => l.IsMention || l.Is(Part.Image));

    /// <summary>"The other disk" is about disks, not about the other service.</summary>
    private static bool IsOfField(Clause clause, int at) => clause[at].Text == "all"
            && at + 2 < clause.Count && clause[at + 1].Text is "my" or "our" or "his" or "her"
                or "their" && clause[at + 2].Is(Part.Unknown)
        // "All resource limits from grafana"
        || clause[at].Text == "all" && at + 2 < clause.Count && !clause[at + 1].IsMention
            && clause[at + 1].Is(Part.Field) && !clause[at + 1].IsField("service")
            && clause[at + 2].Text is "from" or "of" or "for" or "on" or "in"
            && clause.Lexemes.Skip(at + 3).Take(3).Any(l => l.IsMention)
        || !clause[at].IsMention
        && clause[at].Key(Part.Reference) is "other" or "all" && at + 1 < clause.Count
        && clause[at].Text.Split(' ')[^1] is "other" or "all" && clause.IsFree(at + 1)
        && (clause[at + 1].Is(Part.Field) && clause[at].IsReference("other")
            || clause[at + 1].Is(Part.Topic) || clause[at + 1].Is(Part.Unknown)
                && clause[at].IsReference("other") && clause[at + 1].Original.EndsWith('s'))
        && !clause[at + 1].IsMention
        && !clause[at + 1].IsField("service");

    /// <summary>"Everything is fine", "all of it works": told, and nothing is wished of it.
    /// </summary>
    private static bool IsDescribed(Clause clause, int at)
    {
        var (is_, how) = (at + 1, at + 2);
        if (clause[at].IsMention || !clause[at].IsReference("all") || how >= clause.Count
            || !(clause[is_].IsGlue("is") || clause[is_].Text.Split(' ')[0] is "is" or "are"
                or "was" or "were" or "looks" or "look" or "works" or "work" or "seems"
                or "runs" or "went"))
        {
            return false;
        }
        var (said, told) = (clause[is_], clause[how]);
        return (said.Is(Part.Noise) && said.Text.Contains(' ', StringComparison.Ordinal)
                || told.IsGlue("except") || told.IsGlue("but")
                || !told.Is(Part.Verb) && !told.IsNumber
                    && told.Readings[0].Part is Part.Unknown or Part.Noise or Part.Topic)
            && clause.Lexemes.Skip(how).Any(l => l.IsMention);
    }

    /// <summary>"… but the worker is slow": told of it, and no exception.</summary>
    private static bool IsContrast(Clause clause, int but)
    {
        var thing = clause.Lexemes.ToList().FindIndex(but, l => l.IsMention);
        return thing > 0 && thing + 1 < clause.Count && (clause[thing + 1].IsGlue("is")
            || clause[thing + 1].Text.Split(' ')[0] is "was" or "has" or "had" or "keeps"
                or "looks" or "seems" or "needs" or "feels" or "hangs" or "crawls");
    }

    /// <summary>"All the kids", "all of us", "all day": all of something else.</summary>
    private static bool IsOfOthers(Clause clause, int at)
    {
        var next = at + 1;
        while (next < clause.Count && clause[next].Text is "the" or "of" or "of the" or "our"
            or "these" or "those")
        {
            next++;
        }
        if (clause[at].Text == "both" && next == at + 1 && next < clause.Count)
        {
            return clause[next].Readings[0].Part == Part.Unknown
                && clause[next].Text.EndsWith('s') && !clause[next].IsMention
                && clause.Lexemes.Skip(next).Any(l => l.IsMention);
        }
        return !clause[at].IsMention && clause[at].Text is "all" or "all the" or "all of"
            or "all of the" && next < clause.Count && !clause[next].IsMention
            && (clause[next].Text is "us" or "day" or "night" or "week" or "weekend" or "morning"
                or "afternoon" or "evening" or "month" or "year" or "summer" or "winter" or "time"
                || (next > at + 1 || clause[at].Text != "all")
                    && clause[next].Readings[0].Part == Part.Unknown);
    }

    /// <summary>"Two cores are all it gets": whatever it gets.</summary>
    private static bool IsWhatever(Clause clause, int at) => IsPortName(clause, at)
        || IsCompany(clause, at) || at > 0
        && clause[at].IsReference("all") && !clause[at].IsMention && at + 1 < clause.Count
        && clause[at + 1].Text is "it" or "we" or "i" or "they" or "he" or "she";

    /// <summary>What is named twice in one wish is one thing, unless another one is spoken of.
    /// </summary>
    private static bool IsSame(Target said, Target again) =>
        !again.IsAnother && !again.Namings.IsEmpty && said.Reference == again.Reference
        && said.Version == again.Version && said.IsPurpose == again.IsPurpose
        && said.Plural == again.Plural && ReferenceEquals(said.Owner, again.Owner)
        && said.Namings.SequenceEqual(again.Namings);

    /// <summary>The mention right behind a word such as "both"; the same place if none is.
    /// </summary>
    private static int Thing(Clause clause, int at)
    {
        var next = at + 1;
        while (next < clause.Count && clause[next].Text is ("the" or "my" or "our" or "of"))
        {
            next++;
        }
        return next < clause.Count && clause.IsFree(next) && clause[next].IsMention
            ? next : at;
    }

    /// <summary>"gitea's database", "the nextcloud database".</summary>
    private static bool Owns(Clause clause, int at)
    {
        var next = at + 1;
        while (next < clause.Count && clause[next].Text is "own")
        {
            next++;
        }
        return next < clause.Count && clause.IsFree(next) && clause[at].IsMention
            && clause[next].IsMention && !IsApposition(clause, next)
            && clause[next].Named(Known.Role) is not null
            && clause[next].Named(Known.App) is null
            && clause[at].Named(Known.Service) is not null;
    }

    public static Target TargetAt(Clause clause, int at)
    {
        var lexeme = clause[at];
        var reference = lexeme.IsMention ? null : lexeme.Key(Part.Reference);
        var target = new Target(lexeme.Text, lexeme.Namings, reference,
            (lexeme.Plural || reference is "them" or "all") && !OneOf(clause, at), null)
        {
            IsPurpose = PrecededBy(clause, at, "for"),
            IsOrigin = at > 1 && clause[at - 1].Text is "the" or "our" or "my" or "your"
                && clause[at - 2].Text == "from" && !(at + 1 < clause.Count
                    && (clause[at + 1].IsField("image") || clause[at + 1].IsField("version"))),
            IsAnother = IsAnother(clause, at),
        };
        var next = at + 1;
        return VersionAt(clause, next) is { } version && !lexeme.Is(Part.Reference)
            ? Taken(clause, next, target with { Version = version }) : target;
    }

    /// <summary>"A postgres 14 for the old intranet": none that is there is changed to it.
    /// </summary>
    private static bool IsOfVersion(Clause clause, int at) => at + 1 < clause.Count
        && clause[at].Named(Known.App) is not null && clause.Question is null
        && !clause.Lexemes.Take(at).Any(l => l.Text is "have" or "i have" or "we have" or "runs"
            or "there is" or "is" or "was" or "had" or "we run" or "i run" or "should be"
            or "needs" or "must be")
        && (clause[at + 1].Is(Part.Version) || clause[at + 1] is { IsNumber: true, Unit: "",
            Value: < 1000 } && char.IsAsciiDigit(clause[at + 1].Text[0]));

    /// <summary>"Another redis", "a third postgres", "one more nginx", "add a redis named
    /// sessions".</summary>
    public static bool IsAnother(Clause clause, int at)
    {
        var article = at > 1 && clause[at - 1].Text is "stopped" or "paused" ? at - 2 : at - 1;
        if (at > 0 && clause.Verb is "create" or "have" or "" or "unpublish"
            && clause[article].Text is "a" or "an"
            && (clause.Attributes.Exists(a => a is NameAttribute) || IsOfVersion(clause, at))
            // "Postgres 15 named wiki-db"
            || clause.Verb is "create" or "have" or "" && IsOfVersion(clause, at)
                && clause.Attributes.Exists(a => a is NameAttribute)
                && clause.Lexemes.Any(l => l.IsField("name")))
        {
            return true;
        }
        // "Give nginx a twin called nginx-b"
        if (at + 2 < clause.Count && clause[at + 1].Text is "a" or "an"
            && clause[at + 2].Text is "twin" or "clone" or "copy" or "duplicate" or "sibling"
                or "brother" or "sister" or "companion" or "double"
            && clause.Attributes.Exists(a => a is NameAttribute))
        {
            return true;
        }
        for (var before = at - 1; before >= 0 && before >= at - 2; before--)
        {
            var last = clause[before].Text.Split(' ')[^1];
            var first = clause[before].Text.Split(' ')[0];
            if (last == "of" && first is "copy" or "clone" or "duplicate" or "twin"
                && clause.Attributes.Exists(a => a is NameAttribute))
            {
                clause.Use(before);
                return true;
            }
            if (Roles.IsMore(clause[before]) is { } bare
                && (bare || clause.Attributes.Exists(a => a is NameAttribute)))
            {
                clause.Use(before);
                return true;
            }
            if (clause[before].Readings[0].Part != Part.Noise)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>"The esphome dashboard", "a postgres database", "the wordpress site": the second
    /// word says again what the first one is.</summary>
    private static bool IsApposition(Clause clause, int at)
    {
        // "The results site"
        if (at > 0 && clause[at].Text is "site" or "website" or "page" && !clause[at - 1].Possessive
            && clause[at - 1].Named(Known.Service) is not null
            && clause[at].Named(Known.Service) is null)
        {
            return true;
        }
        if (at == 0 || !clause[at].IsMention || clause[at].Named(Known.Role) is not { } role
            || clause[at].Named(Known.Service) is not null
            || clause[at].Named(Known.App) is not null || clause[at - 1].Possessive
            || clause[at - 1].Named(Known.App) is not { } app)
        {
            return false;
        }
        return clause[at - 1].Named(Known.Service) is null
            || Core.Catalog.AppCatalog.Named(app)?.Roles.Contains(role) == true;
    }

    private static Target Taken(Clause clause, int at, Target target)
    {
        clause.Use(at);
        return target;
    }

    /// <summary>"One of the postgres servers" does not say which.</summary>
    private static bool OneOf(Clause clause, int at)
    {
        for (var before = at - 1; before > 0 && before >= at - 3; before--)
        {
            if (clause[before].IsGlue("of") || clause[before].Text.EndsWith(" of",
                StringComparison.Ordinal))
            {
                return clause[before - 1].Text is "one" or "any" or "either" or "some"
                    || clause[before].Text is "one of" or "any of";
            }
        }
        return false;
    }

    /// <summary>"postgres 15": a bare number right behind the name of an app.</summary>
    private static string? VersionAt(Clause clause, int at)
    {
        if (!clause.IsFree(at))
        {
            return null;
        }
        var lexeme = clause[at];
        var app = clause[at - 1].Named(Known.App) is not null;
        return app && (lexeme.Is(Part.Version)
            || (lexeme.IsNumber && lexeme.Unit.Length == 0 && lexeme.Value < 1000
                && char.IsAsciiDigit(lexeme.Text[0]))) ? lexeme.Original : null;
    }

    private static bool PrecededBy(Clause clause, int at, string glue)
    {
        for (var before = at - 1; before >= 0 && before >= at - 3; before--)
        {
            if (clause[before].IsGlue(glue))
            {
                return true;
            }
            if (clause[before].Readings[0].Part is not Part.Noise)
            {
                return false;
            }
        }
        return false;
    }
}
