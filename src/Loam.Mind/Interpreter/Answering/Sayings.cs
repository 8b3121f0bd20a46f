namespace Loam.Mind.Interpreter.Answering;

/// <summary>What only a verb of the program shows.</summary>
internal static class Sayings
{
    public static string? Of(string key, string service) => key switch
    {
        "search" => "`loam search` lists the apps I know, `loam search WORD` finds one; \"install "
            + "wordpress\" sets one up. Any other image can be named as well, such as "
            + "ghcr.io/owner/name:1.0.",
        "history" => "`loam history` shows what was changed, when and by whom; `loam diff N` "
            + "shows one change.",
        "undo" => "Say \"undo that\" for the last turn here; `loam history` lists what was "
            + "applied, and `loam revert N` plans the way back.",
        "logs" => $"`loam logs {service}` shows them; -f follows.",
        "status" => "`loam status` shows how things are now, with what is used and what is free.",
        "why" => $"The files do not say: `loam status` shows how it is, `loam logs {service}` "
            + "what it says, `loam history` what changed before.",
        "update" => "`loam update` looks which images have something newer, and plans it.",
        "version" => "`loam version` says it.",
        "export" => "The state files are in /etc/loam.d (in a clone: .loam/state), six YAML files "
            + "in git; `loam export` writes them out.",
        "jobs" => "`loam jobs` shows when each job ran last and how it went.",
        _ => null,
    };
}
