using System.Text;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>Secrets as a model sees them: a handle stands where a value stood, and is put back from
/// the present state, in the same place only. So no value, not even as ciphertext, is in what a
/// model reads or writes.</summary>
public static class SecretHandles
{
    private const string Sealed = SecretValueType.Encrypted + "kept/";

    /// <summary>What stands for a declared secret's value: readable, bound to its name, and of the
    /// form that the reader takes for ciphertext.</summary>
    public static string Of(string name)
    {
        var handle = "kept/" + name.Replace('_', '+');
        return SecretValueType.Encrypted + handle.PadRight((handle.Length + 3) / 4 * 4, '/');
    }

    public static bool IsHandle(string value) => value.StartsWith(Sealed, StringComparison.Ordinal);

    /// <summary>The same texts with handles: for the values of <c>secrets[]</c> and ciphertext
    /// anywhere, for variables that carry a secret by their name, passwords in addresses, and
    /// private keys.</summary>
    public static StateSet Blank(StateSet present)
    {
        var blank = present;
        foreach (var group in HandleTable.Of(present).Found.GroupBy(f => f.File))
        {
            var text = new StringBuilder();
            var (whole, at) = (present[group.Key]!, 0);
            foreach (var found in group)
            {
                text.Append(whole, at, found.Start - at).Append(found.Handle);
                at = found.Start + found.Value.Length;
            }
            blank = blank.With(group.Key, text.Append(whole, at, whole.Length - at).ToString());
        }
        return blank;
    }

    /// <summary>Puts values back into texts that a model wrote.</summary>
    /// <param name="present">The state whose <see cref="Blank"/> the model saw, not blanked.
    /// </param>
    /// <returns>Null: a handle stands where its value may not go; the findings say so.</returns>
    public static StateSet? Restore(StateSet proposed, StateSet present, DiagnosticBag found)
    {
        var table = HandleTable.Of(present);
        var own = new DiagnosticBag();
        Judge(proposed[SecurityFile.File], n => table.Has(Of(n)), own);
        foreach (var (file, text) in proposed.Texts.Where(t => t.Key != StateSet.Lock))
        {
            table.Check(file, text, own);
        }
        found.AddRange(own.ToList());
        return own.HasErrors ? null : proposed.Texts.Where(t => t.Key != StateSet.Lock).Aggregate(
            proposed, (set, t) => set.With(t.Key, table.PutBack(t.Value)));
    }

    /// <summary>What <see cref="Restore"/> would say, for who has the blanked texts alone.
    /// </summary>
    public static void Check(StateSet proposed, StateSet blanked, DiagnosticBag found)
    {
        var before = Values(blanked[SecurityFile.File]);
        Judge(proposed[SecurityFile.File], before.ContainsKey, found);
    }

    private static Dictionary<string, ScalarNode> Values(string? text)
    {
        var values = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        var root = text is null ? null
            : YamlReader.Read(SecurityFile.File, text, new DiagnosticBag());
        if ((root?["spec"] as MappingNode)?["secrets"] is SequenceNode list)
        {
            foreach (var item in list.Items.OfType<MappingNode>())
            {
                if (item["name"] is ScalarNode name && item["value"] is ScalarNode value)
                {
                    values.TryAdd(name.Text, value);
                }
            }
        }
        return values;
    }

    private static void Judge(string? text, Func<string, bool> isThere, DiagnosticBag found)
    {
        foreach (var (name, value) in Values(text))
        {
            var shown = Wording.Quote(name);
            if (value.Text == Of(name) && isThere(name)
                || !value.Text.StartsWith(SecretValueType.Encrypted, StringComparison.Ordinal))
            {
                continue;
            }
            found.Error(Codes.AnswerSecret, value.Span, IsHandle(value.Text)
                ? $"The value of secret {shown} is a handle that does not belong to it."
                : $"The value of secret {shown} is neither its handle nor a request for a new one.",
                isThere(name) ? $"Write {Of(name)}, which keeps it, or generate:32 for a new one."
                    : "Write generate:32 for a new one.");
        }
    }
}
