using Loam.Core.Catalog;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>The edits would make a state that is not valid.</summary>
internal sealed class InvalidDraftException(Diagnostic finding)
    : Exception($"{finding.Message} {finding.Remedy}")
{
    public Diagnostic Finding { get; } = finding;
}

/// <summary>The state files as they would be: each edit goes through <see cref="StateEdit"/>, and
/// what came out is read again before anybody relies on it.</summary>
/// <param name="now">The time a restart is marked with.</param>
internal sealed class Draft(StateSet files, DesiredState state, DateTimeOffset now)
{
    /// <summary>What was read before is mostly gone back to.</summary>
    private const int MostRead = 32;

    private const int MostEdited = 256;

    private readonly Dictionary<StateSet, DesiredState> _read =
        new(ReferenceEqualityComparer.Instance) { [files] = state };

    /// <summary>Other readings of a turn begin with the same files and mostly make the same edits.
    /// </summary>
    private readonly Dictionary<StateSet, Dictionary<string, StateSet>> _edited =
        new(ReferenceEqualityComparer.Instance);

    private DesiredState? _state = state;

    /// <summary>What the turn has cost so far.</summary>
    public Effort Effort { get; } = new();

    /// <summary>The state the conversation started from.</summary>
    public DesiredState Base { get; } = state;

    public StateSet Files { get; private set; } = files;
    public DateTimeOffset Now { get; } = now;

    /// <exception cref="InvalidDraftException">The edits so far are not valid.</exception>
    public DesiredState State
    {
        get
        {
            if (_state is null && !_read.TryGetValue(Files, out _state))
            {
                Effort.SpendOnText(Files.Texts.Values.Sum(t => t.Length));
                var reading = StateReader.Read(Files);
                _state = reading.State
                    ?? throw new InvalidDraftException(reading.Findings.First(f => f.IsError));
                if (_read.Count > MostRead)
                {
                    _read.Clear();
                }
                _read[Files] = _state;
            }
            return _state;
        }
    }

    /// <summary>What earlier files say; they were read before.</summary>
    public DesiredState StateOf(StateSet files)
    {
        if (!_read.TryGetValue(files, out var state))
        {
            state = StateReader.Read(files).State ?? Base;
            _read[files] = state;
        }
        return state;
    }

    public static EditPath Services { get; } = EditPath.Parse("spec.services");

    public static EditPath ServicePath(string name) => Services.Item("name", name);

    public App? AppOf(string service) =>
        State.Services.TryGetValue(service, out var found) ? AppCatalog.ByImage(found.Image) : null;

    /// <summary>Nothing of it is there yet: neither the service nor any of its data.</summary>
    public bool IsNew(Service service) => !Base.Services.ContainsKey(service.Name)
        && service.Volumes.All(v => !v.Source.StartsWith('/')
            && !Base.Volumes.ContainsKey(v.Source));

    /// <summary>The image as the file has it, short or long; null: it is not there.</summary>
    public string? WrittenImage(string service)
    {
        var root = Files[ServicesFile.File] is { } text
            ? YamlReader.Read(ServicesFile.File, text, new DiagnosticBag()) : null;
        var items = (root?["spec"] as MappingNode)?["services"] as SequenceNode;
        return items?.Items.OfType<MappingNode>()
            .Where(s => (s["name"] as ScalarNode)?.Text == service)
            .Select(s => (s["image"] as ScalarNode)?.Text).FirstOrDefault();
    }

    public void SetService(string service, string field, EditValue value) =>
        Set(ServicesFile.File, Path(service, field), value);

    public void RemoveService(string service, string field) =>
        Remove(ServicesFile.File, Path(service, field));

    /// <summary>A path below a service: <c>resources.memory</c>.</summary>
    public static EditPath Path(string service, string field)
    {
        var path = ServicePath(service);
        foreach (var key in field.Split('.'))
        {
            path = path.Key(key);
        }
        return path;
    }

    public void Set(string file, EditPath path, EditValue value) =>
        Change(file, $"set {path} {EditTexts.Of(value)}",
            text => StateEdit.Set(text, path, value));

    public void Remove(string file, EditPath path)
    {
        Change(file, $"remove {path}", text => StateEdit.Remove(text, path));
        Clear(file);
    }

    /// <summary>A list that this conversation made and emptied again goes: left empty, it would
    /// say that there shall be none. So does a file with nothing left in it.</summary>
    private void Clear(string file)
    {
        var before = Spec(Base.Files[file]);
        foreach (var (key, value) in Spec(Files[file])?.Entries ?? [])
        {
            if (value is SequenceNode { Items.IsEmpty: true } && before?[key.Text] is null)
            {
                var list = EditPath.Root.Key("spec").Key(key.Text);
                Change(file, $"remove {list}", text => StateEdit.Remove(text, list));
            }
        }
        if (Base.Files[file] is null && Spec(Files[file]) is { Entries.IsEmpty: true })
        {
            Files = Files.Without(file);
            _state = null;
        }
    }

    private static MappingNode? Spec(string? text) => text is null ? null
        : YamlReader.Read("", text, new DiagnosticBag())?["spec"] as MappingNode;

    public void Append(string file, EditPath list, EditValue item) =>
        Change(file, $"append {list} {EditTexts.Of(item)}",
            text => StateEdit.Append(text, list, item));

    public void Restore(StateSet files)
    {
        Files = files;
        _state = null;
    }

    /// <summary>A port of the host that no service publishes, from <paramref name="wanted"/> up.
    /// </summary>
    public int FreePort(int wanted, string protocol)
    {
        var port = wanted;
        while (PublisherOf(port, protocol) is not null && port < 65535)
        {
            port++;
        }
        return port;
    }

    /// <summary>The service that publishes a host port; null: none.</summary>
    public string? PublisherOf(int port, string protocol) =>
        State.Services.Values.FirstOrDefault(s => s.Ports.Any(p =>
            p.Host == port && p.Protocol == protocol))?.Name;

    /// <param name="what">The edit in words, the same for the same edit.</param>
    private void Change(string file, string what, Func<string, string> edit)
    {
        var (before, key) = (Files, $"{file} {what}");
        if (_edited.TryGetValue(before, out var known) && known.TryGetValue(key, out var after))
        {
            Effort.Spend(1);
        }
        else
        {
            Effort.SpendOnText(Files[file]?.Length ?? 0);
            var text = Files[file] ?? StateEdit.NewFile(FileKinds.Of(file)!, NewName());
            after = Files.With(file, edit(text));
            if (_edited.Count > MostEdited)
            {
                _edited.Clear();
            }
            (_edited.TryGetValue(before, out known) ? known : _edited[before] = [])[key] = after;
        }
        Files = after;
        _state = null;
    }

    private string NewName() =>
        Files["manifest.yaml"] is not null && State.Settings.Name is { } name ? name : "main";
}
