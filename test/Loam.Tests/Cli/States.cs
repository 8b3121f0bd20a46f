using System.Text;
using Loam.Core.StateFiles;

namespace Loam.Tests.Cli;

/// <summary>State files of the stories.</summary>
internal static class States
{
    public static readonly StateSet Web = Of("""
          networks:
            - name: web
          services:
            - name: nginx
              image: nginx:1.27-alpine
              ports:
                - container: 80
                  host: 80
              resources: { memory: 64Mi, cpu: "0.25" }
              healthcheck: { http: { path: /, port: 80 } }
              networks: [web]
        """, "nginx:1.27-alpine");

    public static readonly StateSet WebNewer = Web
        .With("services.yaml", Web["services.yaml"]!.Replace("1.27", "1.28"))
        .With(StateSet.Lock, Lock("nginx:1.28-alpine"));

    public static readonly StateSet Stack = Of("""
          networks:
            - name: inside
              internal: true
            - name: web
          services:
            - name: nginx
              image: nginx:1.27-alpine
              ports:
                - container: 80
                  host: 8080
              resources: { memory: 64Mi, cpu: "0.25" }
              healthcheck: { http: { path: /, port: 80 } }
              networks: [web, inside]
              depends_on: [postgres, redis]
            - name: postgres
              image: postgres:16-alpine
              ports:
                - container: 5432
              volumes:
                - source: pgdata
                  target: /var/lib/postgresql/data
              environment:
                POSTGRES_PASSWORD: ${secrets.POSTGRES_PASSWORD}
              resources: { memory: 512Mi, cpu: "1" }
              healthcheck: { test: [pg_isready, -U, postgres] }
              networks: [inside]
            - name: redis
              image: redis:7-alpine
              ports:
                - container: 6379
              volumes:
                - source: redisdata
                  target: /data
              resources: { memory: 128Mi, cpu: "0.5" }
              networks: [inside]
        """, "nginx:1.27-alpine", "postgres:16-alpine", "redis:7-alpine")
        .With("storage.yaml", """
            apiVersion: loam/v1
            kind: StorageConfig
            spec:
              volumes:
                - name: pgdata
                - name: redisdata

            """)
        .With("security.yaml", """
            apiVersion: loam/v1
            kind: SecurityConfig
            spec:
              secrets:
                - name: POSTGRES_PASSWORD
                  value: generate:32

            """);

    public static StateSet Of(string spec, params string[] images) => StateSet.Empty
        .With("services.yaml", "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n" + spec + "\n")
        .With(StateSet.Lock, Lock(images));

    private static string Lock(params string[] images)
    {
        var text = new StringBuilder();
        foreach (var image in images.Order(StringComparer.Ordinal))
        {
            text.Append($"docker.io/library/{image} sha256:{Digests.Of(image)} size=5200000\n");
        }
        return text.ToString();
    }
}
