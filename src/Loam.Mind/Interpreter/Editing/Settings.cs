using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Settings of apps that are arguments of their command.</summary>
internal static class Settings
{
    public static string Value(AppSetting setting, SettingAttribute said) => setting.Type switch
    {
        SettingType.Size when said.Unit.Length > 0 => Megabytes(said) + "mb",
        SettingType.Megabytes when said.Unit.Length > 0 => Megabytes(said),
        SettingType.Duration => said.Value + (said.Unit is "min" ? "m" : said.Unit),
        SettingType.Switch => said.Value is "off" or "no" or "false" ? "no" : "yes",
        _ => said.Value ?? "",
    };

    private static string Megabytes(SettingAttribute said)
    {
        var value = decimal.Parse(said.Value!, CultureInfo.InvariantCulture);
        return decimal.Round(Sizes.Bytes(value, said.Unit) / 1024 / 1024)
            .ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The command with the setting in it: its argument replaced where it is there,
    /// added where it is not.</summary>
    public static ImmutableArray<string> Merge(
        ImmutableArray<string> present, AppSetting setting, string value)
    {
        var pattern = setting.Command;
        var wanted = pattern.Select(w => w.Replace("{value}", value, StringComparison.Ordinal))
            .ToImmutableArray();
        if (present.IsEmpty || present[0] != wanted[0])
        {
            return wanted;
        }
        for (var at = 1; at < pattern.Length; at++)
        {
            var cut = pattern[at].IndexOf("{value}", StringComparison.Ordinal);
            if (cut < 0)
            {
                continue;
            }
            // The value follows its name in one word, or the flag stands in the word before.
            var known = cut > 0
                ? Index(present, w => w.StartsWith(pattern[at][..cut], StringComparison.Ordinal))
                : Index(present, w => w == pattern[at - 1]) is var flag and >= 0 ? flag + 1 : -1;
            if (known > 0 && known < present.Length)
            {
                return present.SetItem(known, wanted[at]);
            }
        }
        return present.AddRange(wanted[1..]);
    }

    private static int Index(ImmutableArray<string> words, Func<string, bool> wanted)
    {
        for (var at = 0; at < words.Length; at++)
        {
            if (wanted(words[at]))
            {
                return at;
            }
        }
        return -1;
    }
}
