using System.Text;
using Loam.Cli.Commands;

namespace Loam.Cli.Views;

/// <summary>The manual page, loam(1), from the table of verbs. Its language is man(7).</summary>
internal static class ManPage
{
    public static string Text()
    {
        var page = new StringBuilder()
            .Append(".TH LOAM 1 \"\" \"Loam ").Append(Product.Version).Append("\" \"Loam\"\n")
            .Append(".SH NAME\nloam \\- say what a machine should be, see the plan, approve it "
                + "once\n.SH SYNOPSIS\n.B loam\n[\\fIVERB\\fR] [\\fIARGUMENTS\\fR]\n.br\n"
                + ".B loam\n\\(dq\\fIwhat should be\\fR\\(dq\n.SH DESCRIPTION\n")
            .Append(Escaped("Loam keeps a machine as six files in /etc/loam.d declare it. A "
                + "sentence, an editor or another program proposes other texts; Loam shows the "
                + "exact plan, takes one approval, makes it so, checks health, and takes it back "
                + "by itself if it fails. Without a verb it opens a shell."))
            .Append("\n.SH VERBS\n");
        foreach (var command in CommandTable.All.Where(c => !c.IsHidden))
        {
            page.Append(".TP\n.B ").Append(Escaped($"{command.Name} {command.Arguments}".TrimEnd()))
                .Append('\n').Append(Escaped($"{command.Sentence} {command.Details}".TrimEnd()))
                .Append('\n');
            foreach (var option in command.Options)
            {
                page.Append(".br\n\\fB").Append(Escaped(Usage(option))).Append("\\fR: ")
                    .Append(Escaped(option.Sentence)).Append('\n');
            }
        }
        page.Append(".SH OPTIONS\n");
        foreach (var option in Parser.Global)
        {
            page.Append(".TP\n.B ").Append(Escaped(Usage(option))).Append('\n')
                .Append(Escaped(option.Sentence)).Append('\n');
        }
        page.Append(".SH EXIT STATUS\n");
        foreach (var (code, meaning) in ExitCodes.Table)
        {
            page.Append(".TP\n.B ").Append((int)code).Append('\n').Append(Escaped(meaning))
                .Append('\n');
        }
        return page.Append(".SH FILES\n.TP\n.B /etc/loam.d\nthe state files\n.TP\n"
            + ".B /var/lib/loam\nhistory, journal, keys, volumes\n.TP\n.B /run/loam/loam.sock\n"
            + "the daemon, for root and group loam\n").ToString();
    }

    private static string Usage(Option option) =>
        (option.Short is null ? "" : $"-{option.Short}, ") + $"--{option.Name}"
        + (option.Value is null ? "" : $" {option.Value}");

    /// <summary>What would be an escape or a request is text.</summary>
    private static string Escaped(string text)
    {
        var plain = text.Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace('\n', ' ');
        return plain.StartsWith('.') || plain.StartsWith('\'') ? "\\&" + plain : plain;
    }
}
