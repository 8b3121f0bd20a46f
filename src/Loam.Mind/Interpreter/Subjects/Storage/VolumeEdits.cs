using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Makes, changes and forgets volumes.</summary>
internal sealed class VolumeEdits(ISubject subject, Session session)
{
    private const decimal Least = 1 << 20;

    private static readonly EditPath s_volumes = EditPath.Parse("spec.volumes");

    private Draft Draft => session.Draft;

    public static EditPath Path(string volume) => s_volumes.Item("name", volume);

    /// <summary>What the state declares of a volume; null: it is not declared.</summary>
    public static MapValue? Spec(Draft draft, string volume) =>
        draft.State.Specs.GetValueOrDefault(StorageFile.File)?.Maps("volumes")
            .FirstOrDefault(v => v.Text("name") == volume);

    public IEnumerable<Reply> Apply(Clause clause, VolumeAttribute said)
    {
        var volumes = Meant(said, out var problem);
        if (problem is not null)
        {
            return [problem];
        }
        if (clause is { Verb: "remove", Negated: true })
        {
            return [Reply.Same("That stays as it is.")];
        }
        if (said.FileSystem is { } kind && kind != "ext4")
        {
            return [Reply.Refuse($"A volume of its own size is ext4, not {kind}. What has another "
                + "file system can be mounted: \"mount /dev/sdb1 at /mnt/data\".")];
        }
        if (volumes.Count == 0)
        {
            var all = session.Draft.State.Volumes.Keys.ToList();
            return clause.Verb is "remove" && all.Count > 0 && !clause.Lexemes.Any(l => l.IsMention
                    || l.Is(Part.Unknown) || l.Is(Part.Path) || l.Is(Part.Quoted))
                ? [Reply.Ask($"Which volume do you mean: {Wording.List(all.Take(10), "or")}?", [])]
                : clause.Verb is "remove" ? [Reply.Absent("There is no such volume here.")]
                : [Create(clause, said)];
        }
        session.About = new(subject, volumes);
        if (clause.Verb is "remove" && said.SaysNothing)
        {
            return volumes.Select(v => Remove(clause, v)).ToList();
        }
        if (said.SaysNothing)
        {
            return clause.Verb is "create" or "have"
                ? [Reply.Same($"There is already a volume {Wording.List(volumes)}.")]
                : [new(ReplyKind.Unclear, "")];
        }
        return volumes.SelectMany(v => Change(clause, v, said)).ToList();
    }

    /// <summary>The volumes that are meant: named, of a service that is named, or those spoken of
    /// before.</summary>
    public List<string> Meant(VolumeAttribute? said, out Reply? problem)
    {
        problem = null;
        var volumes = said?.Volumes.ToList() ?? [];
        if (said?.OneOf is { IsMade: false } open)
        {
            problem = Reply.Ask($"Which do you mean: {Wording.List(open.Services, "or")}?",
                open.Services, open.Make);
            return [];
        }
        foreach (var service in said?.OneOf?.Services ?? said?.Services ?? [])
        {
            var own = Data(service);
            if (own.Count == 0)
            {
                problem = Reply.Same($"{service} keeps nothing in a volume.");
                return [];
            }
            volumes.AddRange(own);
        }
        if (volumes.Count == 0 && said is null or { Name: null } && session.About is { } about
            && ReferenceEquals(about.Subject, subject))
        {
            volumes.AddRange(about.Names.Where(n => Draft.State.Volumes.ContainsKey(n)));
        }
        return [.. volumes.Distinct()];
    }

    /// <summary>The volumes with what a service must not lose.</summary>
    public List<string> Data(string service) =>
        Of(service) is { Count: > 0 } own ? own : OfNeeded(service);

    /// <summary>Of a service that keeps nothing itself: the volumes of the one it needs that does.
    /// </summary>
    private List<string> OfNeeded(string service) =>
        Draft.State.Services.TryGetValue(service, out var found)
        && found.DependsOn.Select(Of).Where(v => v.Count > 0).ToList() is [var only] ? only : [];

    /// <summary>The declared volumes that hold a service's data.</summary>
    public List<string> Of(string service)
    {
        if (!Draft.State.Services.TryGetValue(service, out var found))
        {
            return [];
        }
        var own = found.Volumes.Where(v => !v.ReadOnly)
            .Select(v => Draft.State.Volumes.ContainsKey(v.Source) ? v.Source
                : Draft.State.Volumes.Values.FirstOrDefault(d => d.Path == v.Source)?.Name)
            .OfType<string>().Distinct().ToList();
        var main = AppCatalog.ByImage(found.Image)?.Data?.Volume;
        return own.Count > 1 && main is not null && own.Contains($"{service}-{main}")
            ? [$"{service}-{main}"] : own;
    }

    private Reply Create(Clause clause, VolumeAttribute said)
    {
        if (said.Name is not { Length: > 0 } name)
        {
            var free = Draft.State.Volumes.Keys.ToList();
            return clause.Verb is "create" or "have" || free.Count == 0
                ? Reply.Ask("What shall the volume be called?", ["data"], answer =>
                {
                    var word = answer.Lexemes.SkipWhile(l => !l.IsField("name")).Skip(1)
                        .FirstOrDefault() ?? answer.Lexemes.FirstOrDefault(l =>
                            l.Is(Part.Unknown) || l.Is(Part.Quoted) || l.IsMention
                            || l.IsField("data")) ?? (answer.Count == 1 ? answer[0] : null);
                    var index = clause.Attributes.IndexOf(said);
                    if (word is null || index < 0 || word.IsNumber)
                    {
                        return false;
                    }
                    clause.Attributes[index] = said with
                    {
                        Name = Parsing.Attributes.NameReader.AsLabel(word.Original),
                    };
                    return true;
                })
                : Which(clause, said, free);
        }
        if (Draft.State.Volumes.ContainsKey(name))
        {
            session.About = new(subject, [name]);
            return said.SaysNothing ? Reply.Same($"There is already a volume {name}.")
                : Change(clause, name, said).First();
        }
        var makes = clause.Verb is "create" or "have"
            || clause.Lexemes.Any(VolumeReader.IsVolumeWord) && (clause.Verb is "" or "backup"
                || clause.Lexemes.Any(l => l.IsVerb("set") && l.Text is "make" or "define")
                || clause.Lexemes.Any(l => l.Text is "new" or "a" or "an" or "another"));
        if (!makes)
        {
            return Reply.Ask($"There is no volume {name} here. Which one do you mean?",
                Draft.State.Volumes.Keys);
        }
        Draft.Append(StorageFile.File, s_volumes, EditValue.Map(("name", EditValue.Of(name))));
        session.About = new(subject, [name]);
        var replies = said.SaysNothing ? [] : Change(clause, name, said).ToList();
        if (replies.Find(r => r.Kind is ReplyKind.Question or ReplyKind.Refusal) is { } open)
        {
            return open;
        }
        var size = said.Size is { } amount ? $" of {Sizes.Text(Bytes(amount))}" : "";
        return Reply.Done($"make a{(said.Encrypted == true ? "n encrypted" : "")} volume {name}"
            + size + (said.Path is null ? "" : $" at {said.Path}"));
    }

    private static Reply Which(Clause clause, VolumeAttribute said, List<string> volumes) =>
        Reply.Ask($"Which volume do you mean: {Wording.List(volumes.Take(8), "or")}?", volumes,
            answer =>
            {
                var chosen = answer.Lexemes.Select(l => l.Named(Known.Volume)).OfType<string>()
                    .ToList();
                var index = clause.Attributes.IndexOf(said);
                if (chosen.Count == 0 || index < 0)
                {
                    return false;
                }
                clause.Attributes[index] = said with { Volumes = chosen };
                return true;
            });

    private IEnumerable<Reply> Change(Clause clause, string volume, VolumeAttribute said)
    {
        var replies = new List<Reply>();
        if (said.Size is { } size)
        {
            replies.Add(Resize(clause, volume, said, size));
        }
        if (said.Encrypted is { } encrypted)
        {
            replies.Add(Encrypt(volume, encrypted));
        }
        foreach (var (field, value) in (ReadOnlySpan<(string, string?)>)
            [("path", said.Path), ("owner", Owner(volume, said.Owner)),
             ("permissions", said.Permissions)])
        {
            if (value is null)
            {
                continue;
            }
            if (Spec(Draft, volume)?.Text(field) == value)
            {
                replies.Add(Reply.Same($"{volume} has {field} {value} already."));
                continue;
            }
            Draft.Set(StorageFile.File, Path(volume).Key(field), EditValue.Of(value));
            replies.Add(field == "path" && Draft.Base.Volumes.ContainsKey(volume)
                ? Reply.Done($"put {volume} at {value}").With(Risk.High)
                    .Note("What is at the old place stays there; it is not copied.")
                : Reply.Done($"set the {field} of {volume} to {value}"));
        }
        return replies;
    }

    /// <summary>Where only a group was said, the user stays.</summary>
    private string? Owner(string volume, string? said) => said is [':', ..]
        ? (Spec(Draft, volume)?.Text("owner") ?? "0").Split(':')[0] + said : said;

    public Reply Resize(Clause clause, string volume, VolumeAttribute said, Amount size)
    {
        var present = Spec(Draft, volume)?.Number("size");
        if (size.IsVague || (present is null && size.Kind is AmountKind.Factor or AmountKind.Add
            or AmountKind.Subtract))
        {
            var has = present is { } now ? $"It has {Sizes.Text(now)} now." : "It has no size now.";
            var start = present ?? 10m * 1024 * 1024 * 1024;
            return Reply.Ask($"Which size shall {volume} have? {has}",
                [Sizes.Text(start * 1.5m), Sizes.Text(start * 2)], answer =>
                {
                    // A bare number counts what the size is counted in.
                    var number = answer.Lexemes.FirstOrDefault(SizeReader.IsSize)
                        ?? answer.Lexemes.FirstOrDefault(l => l is { IsNumber: true, Unit: "" });
                    var index = clause.Attributes.IndexOf(said);
                    if (number is null || index < 0)
                    {
                        return false;
                    }
                    clause.Attributes[index] = said with
                    {
                        Size = new(AmountKind.Absolute, number.Value,
                            number.Unit.Length == 0 ? UnitOf(start) : SizeReader.Unit(number)),
                        Volumes = [volume],
                    };
                    return true;
                });
        }
        var wanted = size.Kind switch
        {
            AmountKind.Factor => decimal.Round(present!.Value * size.Value),
            AmountKind.Add => present!.Value + Bytes(size),
            AmountKind.Subtract => present!.Value - Bytes(size),
            _ => Bytes(size),
        };
        if (wanted < Least)
        {
            return Reply.Refuse($"A volume of {Sizes.Text(Math.Max(0, wanted))} holds nothing; "
                + "say at least 1Mi.");
        }
        if (present == wanted)
        {
            return Reply.Same($"{volume} has {Sizes.Text(wanted)} already.");
        }
        if (wanted < present)
        {
            return Reply.Refuse($"{volume} has {Sizes.Text(present.Value)}, and I never shrink a "
                + "volume: what is in it could be lost. Make a smaller one and move the data.");
        }
        Draft.Set(StorageFile.File, Path(volume).Key("size"), EditValue.Of(Sizes.Text(wanted)));
        return present is not null
            ? Reply.Done($"grow {volume} from {Sizes.Text(present.Value)} to {Sizes.Text(wanted)}")
            : Reply.Done($"give {volume} a size of {Sizes.Text(wanted)}")
                .With(Draft.Base.Volumes.ContainsKey(volume) ? Risk.Medium : Risk.Low);
    }

    private Reply Encrypt(string volume, bool encrypted)
    {
        if ((Spec(Draft, volume)?.Flag("encrypted") == true) == encrypted)
        {
            return Reply.Same($"{volume} is {(encrypted ? "" : "not ")}encrypted already.");
        }
        Draft.Set(StorageFile.File, Path(volume).Key("encrypted"), EditValue.Of(encrypted));
        var reply = Reply.Done($"{(encrypted ? "encrypt" : "no longer encrypt")} {volume}");
        return Draft.Base.Volumes.ContainsKey(volume) ? reply.With(Risk.High)
            .Note("What is in it has to be written anew for that: back it up first.") : reply;
    }

    private Reply Remove(Clause clause, string volume)
    {
        var users = Draft.State.Services.Values
            .Where(s => s.Volumes.Any(v => v.Source == volume)).Select(s => s.Name).ToList();
        if (users.Count > 0 && !clause.Lexemes.Any(l => l.Is(Part.Topic, "forced")))
        {
            return Reply.Ask($"{Wording.List(users)} {(users.Count == 1 ? "keeps" : "keep")} data "
                + $"in {volume}. Shall {(users.Count == 1 ? "it" : "they")} go on without it?",
                ["yes", "no"], answer =>
                {
                    if (!answer.Lexemes.Any(l => l.IsGlue("yes")))
                    {
                        return false;
                    }
                    foreach (var user in users)
                    {
                        TakeOut(user, volume);
                    }
                    return true;
                });
        }
        Draft.Remove(StorageFile.File, Path(volume));
        return Reply.Done($"forget the volume {volume}").With(Risk.Medium)
            .Note("Its data are kept on the disk; the plan says how to delete them.");
    }

    private void TakeOut(string service, string volume)
    {
        var list = Draft.Path(service, "volumes");
        var volumes = Draft.State.Services[service].Volumes;
        for (var at = volumes.Length - 1; at >= 0; at--)
        {
            if (volumes[at].Source == volume)
            {
                Draft.Remove(ServicesFile.File, volumes.Length == 1 ? list : list.At(at));
            }
        }
    }

    private static string UnitOf(decimal bytes) => Sizes.Text(bytes)[^2..];

    private static decimal Bytes(Amount amount) => Sizes.Bytes(amount.Value, amount.Unit);
}
