using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>The jobs of a draft, and edits of their fields.</summary>
internal sealed class JobFields(Draft draft)
{
    private static readonly EditPath s_jobs = EditPath.Parse("spec.jobs");

    public IReadOnlyList<MapValue> All =>
        [.. draft.State.Specs.GetValueOrDefault(ScheduledFile.File)?.Maps("jobs") ?? []];

    public List<string> Names => [.. All.Select(j => j.Text("name")).OfType<string>()];

    public MapValue? Find(string name) => All.FirstOrDefault(j => j.Text("name") == name);

    /// <summary>A name no job has.</summary>
    public string Free(string wanted)
    {
        var names = Names;
        var name = wanted;
        for (var count = 2; names.Contains(name); count++)
        {
            name = $"{wanted}-{count}";
        }
        return name;
    }

    public void Add(IEnumerable<(string, EditValue)> fields) =>
        draft.Append(ScheduledFile.File, s_jobs, EditValue.Map([.. fields]));

    public void Set(string job, string field, EditValue value) =>
        draft.Set(ScheduledFile.File, s_jobs.Item("name", job).Key(field), value);

    public void SetWord(string job, int at, EditValue value) => draft.Set(
        ScheduledFile.File, s_jobs.Item("name", job).Key("command").At(at), value);

    public void Unset(string job, string field) =>
        draft.Remove(ScheduledFile.File, s_jobs.Item("name", job).Key(field));

    public void Remove(string job) =>
        draft.Remove(ScheduledFile.File, s_jobs.Item("name", job));

    /// <summary>"Every day at 3:00".</summary>
    public static string When(MapValue job) => ScheduleWords.Of(job.Text("schedule") ?? "");

    /// <summary>What it runs, as one would type it.</summary>
    public static string Command(MapValue job) => job.Texts("command") switch
    {
        ["/bin/sh", "-c", var line] => line,
        var words => string.Join(' ', words),
    };

    private static string Short(string image) =>
        ImageReference.Parse(image, out _)?.Short ?? image;

    /// <summary>"In nextcloud", "in a fresh alpine:3.20", "in the host's sandbox".</summary>
    public static string Where(MapValue job) => job.Text("container") is { } container
        ? $"in {container}" : job.Text("image") is { } image
            ? $"in a fresh container of {Short(image)}"
            : "in the host's sandbox";
}
