using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Certificates of security.yaml.</summary>
internal sealed class CertificateEdits(ISubject subject, Session session)
{
    private static readonly EditPath s_list = EditPath.Parse("spec.certificates");

    private Draft Draft => session.Draft;
    private List<MapValue> All =>
        [.. Draft.State.Specs.GetValueOrDefault(SecurityFile.File)?.Maps("certificates") ?? []];

    private MapValue? Find(string name) => All.Find(c => c.Text("name") == name);

    public IEnumerable<Reply> Apply(Clause clause, CertificateAttribute said)
    {
        var names = said.Names.Count > 0
            ? said.Names.Where(n => Find(n) is not null).ToList()
            : Of(clause, said) ?? Meant(said);
        if (names.Count < said.Names.Count)
        {
            return [Reply.Absent($"There is no certificate {Wording.List(said.Names)} any more.")];
        }
        // A name out of several goes; the certificate goes with its last.
        var whole = said.Names.Count == 0 && names.TrueForAll(n => Find(n)!.Texts("domains")
            .All(said.Domains.Contains));
        if (said.Removes && said.Domains.Count == 0 || said.Removes && names.Count > 0 && whole)
        {
            return names.Count == 0 ? [Which(clause, said)] : [.. names.Select(Remove)];
        }
        if (names.Count > 0)
        {
            said = said with { Removes = false };
            session.About = new(subject, names);
            return names.SelectMany(n => Change(n, said));
        }
        return said.Removes ? [Reply.Absent($"There is no certificate for "
            + $"{Wording.List(said.Domains)}.")] : [New(clause, said)];
    }

    /// <summary>"Mails about certificates go to …": all there are; null: not all are meant.
    /// </summary>
    private List<string>? Of(Clause clause, CertificateAttribute said) =>
        said is { Email: not null, Removes: false, Domains.Count: 0, UsedBy.Count: 0 }
            && clause.Verb is "" or "set" or "move" or "replace"
            && (clause.Lexemes.Any(l => l.Text is "certs" or "certificates")
                || said.Provider is not null && clause.Lexemes.Any(
                    l => l.Is(Part.Topic, "warnings")))
            && clause.Lexemes.Count(l => l.Is(Part.Email)) == 1
            && All.Count > 0 ? [.. All.Select(c => c.Text("name")!)] : null;

    /// <summary>The one for just these names, the one spoken of, or the only one.</summary>
    private List<string> Meant(CertificateAttribute said)
    {
        if (said.Domains.Count > 0)
        {
            return [.. All.Where(c => said.Domains.TrueForAll(c.Texts("domains").Contains))
                .Select(c => c.Text("name")!).Take(1).DefaultIfEmpty(Joined(said) ?? "")
                .Where(n => n.Length > 0)];
        }
        if (session.About is { Subject: PeopleSubject } about)
        {
            var spoken = about.Names.Where(n => Find(n) is not null).ToList();
            if (spoken.Count > 0)
            {
                return spoken;
            }
        }
        var changes = said.Days is not null || said.Renews is not null || said.Removes
            || said.Hook is not null || said.Email is not null || said.UsedBy.Count > 0;
        return changes && All.Count == 1 ? [All[0].Text("name")!] : [];
    }

    /// <summary>The one that a name is added to: spoken of, the only one, or that of the same
    /// domain.</summary>
    private string? Joined(CertificateAttribute said)
    {
        if (!said.Joins || said.Removes || said.Takes)
        {
            return null;
        }
        var spoken = session.About is { Subject: PeopleSubject } about
            ? All.FindAll(c => about.Names.Contains(c.Text("name")!)) : [];
        var kin = All.FindAll(c => c.Texts("domains").Any(d => said.Domains.Exists(n =>
            Parent(n) is { Length: > 0 } parent && (Parent(d) == parent || d == parent))));
        return (spoken.Count == 1 ? spoken : All.Count == 1 ? All : kin) is [var one]
            ? one.Text("name") : null;
    }

    private static string Parent(string domain) => domain.Split('.', 2) is [_, var parent]
        && parent.Contains('.', StringComparison.Ordinal) ? parent : "";

    private Reply Which(Clause clause, CertificateAttribute said) => All.Count == 0
        ? Reply.Same("No certificates are declared.")
        : Reply.Ask($"Which certificate: {Wording.List(
            All.Select(c => c.Text("name")!).Take(6), "or")}?",
            All.Select(c => c.Text("name")!).Take(4), answer =>
        {
            var index = clause.Attributes.IndexOf(said);
            var names = answer.Lexemes.Select(l => l.Named(Recognising.Known.Certificate))
                .OfType<string>().ToList();
            if (index < 0 || names.Count == 0)
            {
                return false;
            }
            clause.Attributes[index] = said with { Names = names };
            return true;
        });

    private Reply Remove(string name)
    {
        var users = Find(name)!.Texts("used_by");
        Draft.Remove(SecurityFile.File, s_list.Item("name", name));
        var reply = Reply.Done($"remove the certificate {name}").With(Risk.High);
        return users.Length == 0 ? reply : reply.Note(
            $"{Wording.List(users)} {(users.Length == 1 ? "uses" : "use")} it.");
    }

    private Reply New(Clause clause, CertificateAttribute said)
    {
        if (said.Domains.Count == 0)
        {
            var change = said.Days is not null || said.Renews is not null
                || clause.Verb != "create" && clause.Lexemes.Any(l => l.Is(Part.Topic, "renewal"));
            return change && All.Count > 1 ? Which(clause, said) : Reply.Ask(
                "For which name shall the certificate be, such as www.example.com?", [],
                answer => Fill(clause, said, answer));
        }
        var provider = said.Provider ?? (said.Domains.TrueForAll(IsLocal) ? "self-signed" : null);
        var wild = said.Domains.Exists(d => d.StartsWith('*'));
        var dns = provider != "self-signed" && (wild || said.Challenge == "dns");
        if (dns && said.Hook is null)
        {
            return Reply.Ask("A certificate for a wildcard is proved by a DNS record: which "
                + "command sets it, such as /etc/loam/dns-hook.sh?", [],
                answer => Fill(clause, said, answer));
        }
        if (provider == "acme" && said.Directory is null)
        {
            return Reply.Ask("Under which address is the ACME directory, such as "
                + "https://ca.example.com/acme/directory?", [],
                answer => Fill(clause, said, answer));
        }
        if (provider is null or "letsencrypt" && said.Domains.Find(IsLocal) is { } local)
        {
            return Reply.Refuse($"Let's Encrypt does not sign {local}, which is a name of a local "
                + "network; say \"self-signed certificate for it\".");
        }
        said.Email ??= Shared(said);
        var name = said.Called is { } called && Find(called) is null ? called
            : Name(said.Domains[0]);
        var fields = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)), ("domains", List(said.Domains)),
        };
        foreach (var (field, value) in Fields(said with
        {
            Provider = provider == "letsencrypt" ? null : provider,
            Challenge = dns ? "dns" : null,
        }))
        {
            fields.Add((field, value));
        }
        Draft.Append(SecurityFile.File, s_list, EditValue.Map([.. fields]));
        session.About = new(subject, [name]);
        var signer = provider == "acme" ? said.Directory : "Let's Encrypt";
        var reply = Reply.Done((provider == "self-signed" ? "make a self-signed certificate for "
            : $"get a certificate from {signer} for ") + Wording.List(said.Domains)
            + (said.UsedBy.Count > 0 ? $", used by {Wording.List(said.UsedBy)}" : ""))
            .With(Risk.Medium);
        return said.Email is null && provider is null or "letsencrypt"
            ? reply.Note("No mail address was said, so nobody is warned if it cannot be renewed.")
            : reply;
    }

    /// <summary>The one mail address of the certificates that were meant.</summary>
    private string? Shared(CertificateAttribute said) => said.EmailOf is not { } of ? null
        : All.Where(c => of.Count == 0 || of.Contains(c.Text("name")!))
            .Select(c => c.Text("email")).OfType<string>().Distinct().ToList() is [var mail]
            ? mail : null;

    private static bool Fill(Clause clause, CertificateAttribute said, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var domains = Texts(answer, Part.Domain);
        var path = answer.Lexemes.FirstOrDefault(l => l.Is(Part.Path))?.Original;
        var url = answer.Lexemes.FirstOrDefault(l => l.Is(Part.Url))?.Original;
        if (index < 0 || (domains.Count == 0 && path is null && url is null))
        {
            return false;
        }
        clause.Attributes[index] = said with
        {
            Domains = said.Domains.Count > 0 ? said.Domains : domains,
            Hook = path ?? said.Hook, Directory = url ?? said.Directory,
            Email = Texts(answer, Part.Email).FirstOrDefault() ?? said.Email,
        };
        return true;
    }

    private static List<string> Texts(Clause answer, Part part) =>
        [.. answer.Lexemes.Where(l => l.Is(part)).Select(l => l.Text)];

    private static IEnumerable<(string, EditValue)> Fields(CertificateAttribute said)
    {
        foreach (var (field, text) in (IEnumerable<(string, string?)>)
            [("provider", said.Provider), ("directory", said.Directory), ("email", said.Email),
             ("challenge", said.Challenge), ("path", said.Path)])
        {
            if (text is not null)
            {
                yield return (field, EditValue.Of(text));
            }
        }
        if (said.Hook is not null)
        {
            yield return ("dns_hook", EditValue.List([EditValue.Of(said.Hook)]));
        }
        if (said.Days is { } days)
        {
            yield return ("renew_before_days", EditValue.Of(days));
        }
        if (said.Renews == false)
        {
            yield return ("auto_renew", EditValue.Of(false));
        }
        if (said.UsedBy.Count > 0)
        {
            yield return ("used_by", List(said.UsedBy));
        }
    }

    private List<Reply> Change(string name, CertificateAttribute said)
    {
        var before = Draft.Files;
        var path = s_list.Item("name", name);
        var spec = Find(name)!;
        var done = new List<string>();
        if (said.Challenge == "dns" && said.Hook is null && spec["dns_hook"] is null)
        {
            return [Reply.Refuse($"To prove {name} by DNS I need the command that sets the "
                + "record; say \"with the hook /path/to/script\".")];
        }
        if (said is { Only: true, Takes: false, Domains.Count: > 0 })
        {
            Draft.Set(SecurityFile.File, path.Key("domains"), List(said.Domains));
            done.Add($"let the certificate {name} be for {Wording.List(said.Domains)} only");
            said = said with { Domains = [] };
        }
        foreach (var (list, wanted) in (IEnumerable<(string, List<string>)>)
            [("domains", said.Domains), ("used_by", said.UsedBy)])
        {
            var present = spec.Texts(list);
            foreach (var item in wanted)
            {
                if (said.Takes && present.Contains(item))
                {
                    Draft.Remove(SecurityFile.File, path.Key(list).Text(item));
                    done.Add($"take {item} from the certificate {name}");
                }
                else if (!said.Takes && !present.Contains(item))
                {
                    Draft.Append(SecurityFile.File, path.Key(list), EditValue.Of(item));
                    done.Add(list == "domains" ? $"add {item} to the certificate {name}"
                        : $"let {item} use the certificate {name}");
                }
            }
        }
        foreach (var (field, value) in Fields(said with { UsedBy = [] }))
        {
            var wanted = value is ScalarEdit text ? text.Text : said.Hook;
            var old = value is ListEdit ? string.Join(' ', spec.Texts(field)) : spec.Text(field)
                ?? (spec.Number(field) is { } n ? $"{n:0}" : null)
                ?? spec.Flag(field)?.ToString().ToLowerInvariant();
            if (old != wanted)
            {
                Draft.Set(SecurityFile.File, path.Key(field), value);
                done.Add(field == "renew_before_days"
                    ? $"renew the certificate {name} {wanted} days before it ends"
                    : field == "auto_renew" ? $"no longer renew the certificate {name} by itself"
                    : $"set the {field.Replace('_', ' ')} of the certificate {name} to {wanted}");
            }
        }
        if (said.Renews == true && spec.Flag("auto_renew") == false)
        {
            Draft.Set(SecurityFile.File, path.Key("auto_renew"), EditValue.Of(true));
            done.Add($"renew the certificate {name} in time");
        }
        if (!Draft.Files.ChangedFrom(before).Any())
        {
            return [Reply.Same($"The certificate {name} is for "
                + $"{Wording.List(spec.Texts("domains"))} already.")];
        }
        return [Reply.Done(Wording.List(done)).With(said.Renews == false ? Risk.High
            : Risk.Medium)];
    }

    private static bool IsLocal(string domain) => domain.Split('.')[^1] is "local" or "lan"
        or "internal" or "home" or "localdomain" or "intranet" or "corp" or "localhost";

    private string Name(string domain)
    {
        var labels = domain.Split('.').Where(l => l != "*" && l != "www").ToList();
        var name = domain.StartsWith('*') ? $"{labels[0]}-wildcard" : labels[0];
        for (var at = 1; Find(name) is not null && at < labels.Count; at++)
        {
            name = string.Join('-', labels.Take(at + 1));
        }
        var unique = name;
        for (var number = 2; Find(unique) is not null; number++)
        {
            unique = $"{name}-{number}";
        }
        return unique;
    }

    private static EditValue List(IEnumerable<string> texts) =>
        EditValue.List([.. texts.Select(EditValue.Of)]);
}
