using System.Text;
using Loam.Core;
using Loam.Core.StateFiles.Editing;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>A value to be written as a text: two are the same if and only if their texts are.
/// </summary>
internal static class EditTexts
{
    public static string Of(EditValue value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(EditValue value, StringBuilder text)
    {
        switch (value)
        {
            case ScalarEdit scalar:
                Write(scalar.Text, text.Append(scalar.Quote ? '"' : '-'));
                break;
            case ListEdit list:
                text.Append('[');
                foreach (var item in list.Items)
                {
                    Write(item, text);
                }
                text.Append(']');
                break;
            case MapEdit map:
                text.Append('{');
                foreach (var (key, item) in map.Entries)
                {
                    Write(key, text);
                    Write(item, text);
                }
                text.Append('}');
                break;
            default:
                throw new InvariantException("A value is a scalar, a list or a mapping.");
        }
    }

    private static void Write(string part, StringBuilder text) =>
        text.Append(part.Length).Append(':').Append(part);
}
