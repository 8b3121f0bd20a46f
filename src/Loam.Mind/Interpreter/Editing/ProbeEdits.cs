using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>How it is found out whether a service is well.</summary>
internal static class ProbeEdits
{
    public static Reply Apply(Draft draft, Service service, ProbeAttribute said)
    {
        if (said.Off)
        {
            if (!service.Spec.Has("healthcheck"))
            {
                return Reply.Same($"{service.Name} has no health check of its own.");
            }
            draft.RemoveService(service.Name, "healthcheck");
            return Reply.Done($"remove {service.Name}'s health check").With(Risk.Medium)
                .Note("Loam then only looks whether its first port answers.");
        }
        var before = draft.Files;
        if (said.Path is { } path)
        {
            var port = said.Port ?? (service.Probe.Port > 0 ? service.Probe.Port
                : service.Ports.FirstOrDefault()?.Container);
            var http = EditValue.Map([("path", EditValue.Of(path)),
                .. port is { } number ? [("port", EditValue.Of(number))] : Nothing,
                .. said.Expect is { } status ? [("expect", EditValue.Of(status))] : Nothing]);
            RemoveOthers(draft, service);
            draft.SetService(service.Name, "healthcheck.http", http);
        }
        else if (said.Test is { } test)
        {
            RemoveOthers(draft, service);
            draft.SetService(service.Name, "healthcheck.test",
                EditValue.List([.. RunEdits.Arguments(test).Select(EditValue.Of)]));
        }
        else if (said.Port is { } number)
        {
            RemoveOthers(draft, service);
            draft.SetService(service.Name, "healthcheck.tcp",
                EditValue.Map(("port", EditValue.Of(number))));
        }
        foreach (var (field, value) in (ReadOnlySpan<(string, string?)>)
            [("interval", said.Interval), ("timeout", said.Timeout),
             ("retries", said.Retries?.ToString(CultureInfo.InvariantCulture)),
             ("start_period", said.StartPeriod)])
        {
            if (value is not null)
            {
                draft.SetService(service.Name, $"healthcheck.{field}",
                    field == "retries" ? EditValue.Of(said.Retries!.Value) : EditValue.Of(value));
            }
        }
        if (!ReferenceEquals(before, draft.Files) && draft.State.Services[service.Name].Spec.Map(
            "healthcheck")?.Canonical() == service.Spec.Map("healthcheck")?.Canonical())
        {
            draft.Restore(before);
            return Reply.Same($"{service.Name} is checked like that already.");
        }
        return ReferenceEquals(before, draft.Files)
            ? Reply.Ask($"How shall {service.Name} be checked: a path such as /health, or a port?",
                ["/health", "/"])
            : Reply.Done($"check {service.Name}" + (said.Path is null ? "" : $" at {said.Path}")
                + (said.Interval is null ? "" : $" every {said.Interval}"));
    }

    private static (string, EditValue)[] Nothing => [];

    private static void RemoveOthers(Draft draft, Service service)
    {
        var probe = service.Spec.Map("healthcheck");
        foreach (var field in (string[])["test", "http", "tcp"])
        {
            if (probe?.Has(field) == true)
            {
                draft.RemoveService(service.Name, $"healthcheck.{field}");
            }
        }
    }
}
