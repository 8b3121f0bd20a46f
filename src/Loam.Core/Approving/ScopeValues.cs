using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.Resources;
using Loam.Core.Scheduling;

namespace Loam.Core.Approving;

/// <summary>Which values do no harm although nobody said them. What is not known to be harmless
/// is not.</summary>
internal static class ScopeValues
{
    /// <summary>Times as much as before that a service may get unasked.</summary>
    public const int MostGrowth = 4;

    /// <summary>Longest time, in milliseconds, between two probes, and for one.</summary>
    private const int ShortestProbe = 1000;
    private const int LongestProbe = 60_000;
    private const int LongestStart = 600_000;
    private const int LeastRetries = 2;
    private const int MostRetries = 10;
    private const int MostDays = 8;
    private const int MostDigits = 9;

    /// <summary>Limits below which hardly anything runs: bytes, milli-cores, processes.</summary>
    private static readonly Dictionary<string, decimal> s_least = new(StringComparer.Ordinal)
    {
        ["resources.memory"] = 64L << 20, ["resources.cpu"] = 100, ["resources.pids"] = 50,
    };

    /// <summary>What a program has for its work, with how much of it is little where nothing was
    /// set before; 0: only a size counts, from 64 MB on.</summary>
    private static readonly ImmutableDictionary<string, int> s_tuning =
        new Dictionary<string, int>
        {
            ["WORKERS"] = 2, ["WORKER"] = 2, ["THREADS"] = 2, ["CONCURRENCY"] = 2, ["POOL"] = 10,
            ["SERVERS"] = 4, ["PROCESSES"] = 4, ["CHILDREN"] = 10, ["QUEUE"] = 100,
            ["CONNECTIONS"] = 100, ["BUFFER"] = 0, ["BUFFERS"] = 0, ["CACHE"] = 0, ["HEAP"] = 0,
            ["MEMORY"] = 0, ["MAXMEMORY"] = 0,
        }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Variables by which a program is given code, or told where to send things; an
    /// innocent one more is no loss.</summary>
    private static readonly ImmutableHashSet<string> s_obeyed =
    [
        "PATH", "PRELOAD", "LIBRARY", "OPTIONS", "OPTS", "OPT", "ARGS", "FLAGS", "COMMAND", "CMD",
        "HOOK", "HOOKS", "WEBHOOK", "SCRIPT", "EXEC", "ENTRYPOINT", "PLUGIN", "PLUGINS", "MODULE",
        "MODULES", "STARTUP", "INIT", "SHELL", "ENV", "PROXY", "URL", "URI", "ENDPOINT", "SMTP",
        "RUBYOPT", "PERL5OPT", "PERL5LIB", "PYTHONPATH", "PYTHONSTARTUP", "CLASSPATH", "PROFILER",
        "DSN", "UID", "GID", "PUID", "PGID", "ROOT", "ADMIN", "AUTH", "PORT",
    ];

    private static readonly ImmutableHashSet<string> s_hidden =
    [
        "PASS", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "SECRETS", "TOKEN", "TOKENS",
        "KEY", "KEYS", "SALT", "CREDENTIAL", "CREDENTIALS", "APIKEY",
    ];

    private static readonly string[] s_places =
        ["HOST", "SERVER", "ADDR", "ADDRESS", "HOSTNAME"];

    /// <summary>A limit that is set or raised, and that something can live with.</summary>
    public static bool IsRoomier(string field, decimal? before, decimal? after) =>
        s_least.TryGetValue(field, out var least) && after >= least
        && (before is null || (after > before && after <= before * MostGrowth));

    /// <summary>A limit with which most things run.</summary>
    public static bool IsEnough(string field, decimal limit) =>
        s_least.TryGetValue(field, out var least) && limit >= least;

    /// <summary>More of the same, not less, and not without end.</summary>
    public static bool IsMore(decimal? before, decimal? after) =>
        before >= 1 && after > before && after <= before * MostGrowth;

    /// <summary>Times and tries of a probe that still finds out something.</summary>
    public static bool IsProbing(string field, decimal? after) => field switch
    {
        "healthcheck.interval" or "healthcheck.timeout" =>
            after is >= ShortestProbe and <= LongestProbe,
        "healthcheck.retries" => after is >= LeastRetries and <= MostRetries,
        "healthcheck.start_period" => after is >= 0 and <= LongestStart,
        "healthcheck.http.expect" => after is >= 200 and < 400,
        _ => false,
    };

    /// <summary>A path that asks how it is: no program hands out or does anything there.</summary>
    public static bool IsProbePath(string? path) => path is "/" or "/health" or "/healthz"
        or "/ready" or "/readyz" or "/live" or "/livez" or "/ping" or "/status" or "/up"
        or "/-/healthy" or "/-/ready" or "/api/health" or "/health/live" or "/health/ready";

    /// <summary>It comes once in eight days at least, as far as four weeks show.</summary>
    public static bool IsOften(string? schedule)
    {
        if (schedule is null || CronSchedule.Parse(schedule, out _) is not { } cron)
        {
            return false;
        }
        var at = new DateTimeOffset(2026, 2, 20, 0, 0, 0, TimeSpan.Zero);
        for (var end = at.AddDays(28); at < end;)
        {
            if (cron.Next(at, TimeZoneInfo.Utc) is not { } next
                || next - at > TimeSpan.FromDays(MostDays))
            {
                return false;
            }
            at = next;
        }
        return true;
    }

    /// <summary>A number of something that a program has for its work, larger than before.
    /// </summary>
    public static bool IsTuning(string key, string? before, string? after)
    {
        var words = Words(key);
        if (after is null || !words.Any(s_tuning.ContainsKey) || words.Any(IsObeyed)
            || Amount(after) is not { } now)
        {
            return false;
        }
        var least = words.Max(w => s_tuning.GetValueOrDefault(w, -1));
        return before is not null
            ? Amount(before) is { } then && Unit(before) == Unit(after) && IsMore(then, now)
            : least > 0 ? now >= least && Unit(after).Length == 0
            : Unit(after) is "g" or "gb" || (Unit(after) is "m" or "mb" && now >= 64);
    }

    public static bool IsHidden(string key) => Words(key).Any(s_hidden.Contains);

    /// <summary>It carries code, or says whom the program obeys or talks to.</summary>
    public static bool IsObeyed(string word) => s_obeyed.Contains(word)
        || s_hidden.Contains(word) || s_places.Contains(word);

    public static bool CarriesCode(string key) => Words(key).Any(
        w => s_obeyed.Contains(w) && w is not ("URL" or "URI" or "PORT" or "UID" or "GID"
            or "PUID" or "PGID" or "ADMIN" or "ROOT" or "AUTH" or "SMTP" or "ENDPOINT"));

    /// <summary>The variable names another machine or service.</summary>
    public static bool NamesPlace(string key) => Words(key).Any(s_places.Contains);

    /// <summary>Names and addresses of other machines in a value; references to secrets are none.
    /// </summary>
    public static IEnumerable<string> Places(string value)
    {
        value = value.Replace("${secrets.", "${", StringComparison.Ordinal);
        var from = 0;
        for (var at = 0; at <= value.Length; at++)
        {
            if (at < value.Length && (char.IsLetterOrDigit(value[at]) || value[at] is '.' or '-'
                or '_' or '[' or ']'))
            {
                continue;
            }
            var token = value[from..at].Trim('.', '[', ']');
            if (token.Length > 0 && (IsPlace(token)
                || (from >= 2 && value[(from - 2)..from] == "//")
                || (from >= 1 && value[from - 1] == '@')))
            {
                yield return token;
            }
            from = at + 1;
        }
    }

    private static bool IsPlace(string token) => token.Contains('.', StringComparison.Ordinal)
        && (IPAddress.TryParse(token, out _) || char.IsLetter(token[^1]));

    private static List<string> Words(string key) =>
        [.. key.ToUpperInvariant().Split(['_', '-', '.'], StringSplitOptions.RemoveEmptyEntries)];

    private static string Unit(string text) =>
        text.TrimStart("0123456789".ToCharArray()).ToLowerInvariant();

    /// <summary>A whole number with at most a size's or a time's letter behind it.</summary>
    private static decimal? Amount(string text)
    {
        var digits = text[..^Unit(text).Length];
        return digits.Length is > 0 and <= MostDigits && digits[0] != '0'
            && Unit(text) is "" or "m" or "mb" or "g" or "gb" or "s" or "min"
            ? decimal.Parse(digits, CultureInfo.InvariantCulture) : null;
    }
}
