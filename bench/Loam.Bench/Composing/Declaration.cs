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

    /// <summary>An empty list takes away what Loam made.</summary>
    public const string Nothing = Head + "  services: []\n";

    public static string Services(Greetings greetings) => Head + $$"""
          services:
            - name: web
              image: nginx:1.27-alpine
              ports:
                - container: 80
                  host: {{Stack.WebPort}}
              resources:
                memory: 64Mi
              environment:
                GREETING: {{greetings.Of("web")}}
            - name: cache
              image: redis:7-alpine
              ports:
                - container: 6379
              resources:
                memory: 64Mi
              environment:
                GREETING: {{greetings.Of("cache")}}
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
