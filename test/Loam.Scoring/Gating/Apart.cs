namespace Loam.Scoring.Gating;

/// <summary>What a daemon is started by so that it has network, name and <c>/etc</c> for itself:
/// what would be done to the host were there a hole is done to one that ends with it.</summary>
public static class Apart
{
    private const string Script = """
        mkdir -p "$1/upper" "$1/work"
        mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc
        ip link set lo up
        shift
        exec "$@"
        """;

    /// <param name="place">A directory for what it changes.</param>
    public static string[] Prefix(string place) =>
    [
        "unshare", "--net", "--mount", "--propagation", "private", "--uts", "sh", "-c", Script,
        "sh", place,
    ];
}
