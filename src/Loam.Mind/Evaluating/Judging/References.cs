using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Checks;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>The names of other things that a thing speaks of.</summary>
public static class References
{
    /// <summary>Fields that hold names, and where what they name is declared.</summary>
    private static readonly Dictionary<string, string> s_fields = new(StringComparer.Ordinal)
    {
        ["networks"] = "networks",
        ["source"] = "volumes",
        ["depends_on"] = "services",
        ["used_by"] = "services",
        ["container"] = "services",
        ["service"] = "services",
        ["tls"] = "certificates",
        ["secret"] = "secrets",
        ["password_secret"] = "secrets",
        ["api_key_secret"] = "secrets",
        ["credentials_secret"] = "secrets",
    };

    public static IEnumerable<Thing> In(Value? value) => value switch
    {
        MapValue map => map.Entries.SelectMany(e =>
            Names(e.Value, s_fields.GetValueOrDefault(e.Key)).Concat(In(e.Value))),
        ListValue list => list.Items.SelectMany(In),
        TextValue text => SecretRefs.In(text).Select(n => new Thing("secrets", n)),
        _ => [],
    };

    private static IEnumerable<Thing> Names(Value value, string? topic) => topic is null ? []
        : (value as ListValue)?.Items.OfType<TextValue>().Select(t => new Thing(topic, t.Text))
            ?? (value is TextValue text ? [new Thing(topic, text.Text)] : []);

    /// <summary>The same value without the names of those things in its lists of names; a list
    /// without names is no list.</summary>
    public static Value Without(Value value, IReadOnlySet<Thing> gone) => value switch
    {
        MapValue map => new MapValue([.. map.Entries
            .Select(e => KeyValuePair.Create(e.Key,
                e.Value is ListValue list && s_fields.TryGetValue(e.Key, out var topic)
                    ? new ListValue([.. list.Items.Where(i => i is not TextValue text
                        || !gone.Contains(new(topic, text.Text)))])
                    : Without(e.Value, gone)))
            .Where(e => e.Value is not ListValue { Items.IsEmpty: true }
                || !s_fields.ContainsKey(e.Key))], map.At),
        ListValue list => new ListValue([.. list.Items.Select(i => Without(i, gone))], list.At),
        _ => value,
    };
}
