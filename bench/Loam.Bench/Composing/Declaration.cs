namespace Loam.Bench.Composing;

/// <summary>What tools/bench/compose/docker-compose.yml declares, as state files.</summary>
internal static class Declaration
{
    public static readonly string[] Images =
        ["nginx:1.27-alpine", "redis:7-alpine", "postgres:16-alpine"];

    public const string Storage = """
        apiVersion: loam/v1
        kind: StorageConfig
        metadata:
          name: main
        spec:
          volumes:
            - name: data

        """;

    /// <param name="greeting">The variable that changes; null: no services at all.</param>
    public static string Services(string? greeting) => greeting is null ? Head + "  services: []\n"
        : Head + $$"""
          services:
            - name: web
              image: nginx:1.27-alpine
              ports:
                - container: 80
                  host: {{Stack.WebPort}}
              resources:
                memory: 64Mi
              environment:
                GREETING: {{greeting}}
            - name: cache
              image: redis:7-alpine
              ports:
                - container: 6379
              resources:
                memory: 64Mi
            - name: db
              image: postgres:16-alpine
              ports:
                - container: 5432
              resources:
                memory: 256Mi
              environment:
                POSTGRES_PASSWORD: benchmark
              volumes:
                - source: data
                  target: /var/lib/postgresql/data

        """.Replace("\n", "\n  ", StringComparison.Ordinal).Insert(0, "  ").TrimEnd() + "\n";

    private const string Head = """
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata:
          name: main
        spec:

        """;
}
