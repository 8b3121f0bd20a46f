using Loam.Core.Backups;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>manifest.yaml: the machine's identity and what it says about Loam itself.</summary>
public static class ManifestFile
{
    public const string File = "manifest.yaml";

    /// <summary>Kinds of changes that may be allowed without asking.</summary>
    public static readonly IReadOnlyList<string> Categories =
    [
        "service.restart", "service.scale", "image.patch", "heal", "log.view", "backup.run",
        "ban.add",
    ];

    private static readonly BoolType Bool = new();
    private static readonly IntegerType Tokens = new(1, 10_000_000);
    private static readonly DecimalType Money = new(0, 1_000_000);
    private static readonly EnumType Provider =
        new(["none", "anthropic", "openai", "ollama", "local"]);

    private static readonly Schema Budget = new("budget", "What models may cost.",
    [
        new("daily", Money, "US dollars a day."),
        new("monthly", Money, "US dollars a month."),
    ]);

    private static readonly Schema Price = new("price", "What a model costs.",
    [
        new("input", Money, "US dollars per million tokens of the question.")
        {
            Required = true,
        },
        new("output", Money, "US dollars per million tokens of the answer.")
        {
            Required = true,
        },
    ])
    { Example = "input: 3" };

    private static readonly Field PriceField = new("price", new ObjectType(Price),
        "What it costs, where Loam does not know it or it is another.");

    private static readonly Schema Privacy = new("privacy", "What may leave the machine.",
    [
        new("redact", Bool, "Addresses, names and keys are replaced before anything is sent.")
        {
            Default = "true",
        },
        new("approve_before_sending", new EnumType(["never", "sensitive", "always"]),
            "When a person is shown what would be sent, and asked.") { Default = "sensitive" },
        new("local_only", new ListType(Formats.Text) { Unique = true },
            "Topics that never leave the machine.") { Default = "[]" },
    ]);

    private static readonly Schema Fallback = new("provider", "A model to ask instead.",
    [
        new("provider", Provider, "Who answers.") { Required = true },
        new("model", Formats.Text, "The model's name."),
        new("base_url", ManifestFormats.Endpoint, "The endpoint."),
        new("api_key_secret", Formats.Identifier, "The name of a secret, never a key."),
        new("model_path", Formats.AbsolutePath, "GGUF file, for local."),
        PriceField,
    ])
    { Example = "provider: ollama" };

    private static readonly Schema Llm = new("llm", "The model that helps to understand requests.",
    [
        new("provider", Provider,
            "Who answers; none: the built-in interpreter alone; openai: any compatible endpoint; "
            + "local: a GGUF file.") { Default = "none" },
        new("model", Formats.Text, "The model's name."),
        new("base_url", ManifestFormats.Endpoint, "The endpoint."),
        new("api_key_secret", Formats.Identifier, "The name of a secret, never a key."),
        new("max_tokens", Tokens, "The longest answer, in tokens.") { Default = "4096" },
        new("temperature", new DecimalType(0, 2), "How freely the model chooses words.")
        {
            Default = "0.3",
        },
        new("model_path", Formats.AbsolutePath, "GGUF file, for local."),
        new("context_size", Tokens, "Tokens the local model can see at once.")
        {
            Default = "4096",
        },
        new("preload", Bool,
            "The local model is loaded before anybody asks it, and stays in memory.")
        {
            Default = "false",
        },
        new("cloud_enabled", Bool, "Models outside this machine may be asked.")
        {
            Default = "true",
        },
        new("fallback", new ListType(new ObjectType(Fallback)),
            "Models to ask, in order, when the first does not answer.") { Default = "[]" },
        new("routing", new EnumType(["auto", "written", "local_first", "cloud_first", "polish"]),
            "Who is asked first where there are models of this machine and others: auto, as "
            + "written, but what is hard goes outside first; written; local_first; cloud_first; "
            + "polish, one of this machine drafts and one outside mends the draft.")
        {
            Default = "auto",
        },
        PriceField,
        new("budget", new ObjectType(Budget), "Spending never passes it.") { Default = "{}" },
        new("privacy", new ObjectType(Privacy), "What may leave the machine.") { Default = "{}" },
    ]);

    private static Field NotYet(string name, FieldType type, string sentence, string? value) =>
        new(name, type, sentence) { Default = value, Applied = false, Change = Change.Record };

    public static readonly Schema Safety = new("safety", "How changes are approved and guarded.",
    [
        new("require_approval", Bool, "A person is asked before every change.")
        {
            Default = "true",
            Change = Change.Record,
        },
        new("auto_approve_categories", new ListType(new EnumType(Categories)) { Unique = true },
            "Kinds of changes that need no question: service.restart; service.scale (replicas, "
            + "neither from nor to 0); image.patch (the same tag built anew, or a version that "
            + "differs behind its second number); heal (drift is mended as soon as it is seen); "
            + "ban.add (one address at run time); log.view and backup.run change no state.")
        {
            Default = "[]",
            Change = Change.Record,
        },
        new("restricted_files", new ListType(new EnumType(
            ["manifest.yaml", "services.yaml", "network.yaml", "storage.yaml", "security.yaml",
             "scheduled.yaml"])) { Unique = true },
            "Whole files restricted besides what always is. A restricted change needs the file's "
            + "name typed and never approves itself.")
        {
            Default = "[]",
            Change = Change.Record,
        },
        new("max_changes_per_hour", new IntegerType(1, 10_000),
            "The change after that waits, saying until when; what a person was shown and approved "
            + "by an answer does not wait.")
        {
            Default = "20",
            Change = Change.Record,
        },
        new("rollback_on_health_failure", Bool,
            "A change after which a service is not healthy is taken back.")
        {
            Default = "true",
            Change = Change.Record,
        },
    ]);

    private static readonly Schema Observe = new("observe", "What is kept of what is seen.",
    [
        new("metrics_retention", new DurationType(1000), "How long measurements are kept.")
        {
            Default = "24h",
        },
        new("log_lines_per_service", new IntegerType(0, 1_000_000), "Log lines kept.")
        {
            Default = "1000",
        },
        new("event_retention", new IntegerType(0, 1_000_000), "Events kept.")
        {
            Default = "100",
        },
        new("anomaly_detection", Bool, "Unusual behaviour is reported.") { Default = "true" },
    ]);

    private static readonly Schema Backup = new("backup",
        "Copies of Loam's own state and of the volumes marked for it.",
    [
        new("enabled", Bool, "Copies are made.") { Default = "true" },
        new("schedule", Formats.Cron, "When.") { Default = "0 2 * * *" },
        new("retain", new IntegerType(1, 10_000), "Copies kept.") { Default = "7" },
        new("destination", Destination.Format,
            "Where to: a directory, sftp://user@host/path, s3://bucket/path, "
            + "s3:https://host/bucket or rest:https://host/path; absent: a directory of this "
            + "machine."),
        new("credentials_secret", Formats.Identifier,
            "The name of a secret: an SSH key, or lines NAME=value such as AWS_ACCESS_KEY_ID."),
    ]);

    private static readonly Schema Notifier = new("notifier", "Somebody who is told.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("type", new EnumType(["webhook", "email", "ntfy"]), "How.") { Required = true },
        new("url", Formats.Url, "Where to, for webhook and ntfy."),
        new("smtp", Formats.HostPort, "Mail server, for email; without a port, 587."),
        new("to", ManifestFormats.MailAddresses, "Mail address, or several, for email."),
        new("secret", Formats.Identifier,
            "The name of a secret: a token, or user:password; for email a password alone, or "
            + "user:password."),
        new("events", new ListType(Formats.Text) { Unique = true },
            "Events that are told, such as job.failed, or backup for all of them; absent: those "
            + "that need somebody."),
        new("quiet_hours", ManifestFormats.Hours,
            "When only alerts are told, such as 22:00-07:00."),
    ])
    { Key = "name", Example = "name: phone" };

    private static readonly Schema ApiUser = new("user", "Somebody who may use the API.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("role", new EnumType(["view", "operate", "administer"]), "What is allowed.")
        {
            Required = true,
        },
    ])
    { Key = "name", Example = "name: anna" };

    private static readonly Schema Api = new("api",
        "Access over the network; off unless set. The Unix socket is always there.",
    [
        new("listen", Formats.HostPort,
            "Address and port to listen on (8420 where none is written); without tls an address "
            + "of this machine alone, such as 127.0.0.1:8420."),
        new("tls", Formats.Name, "The name of a certificate of security.yaml."),
        new("users", new ListType(new ObjectType(ApiUser)),
            "Who may have tokens besides root and group loam, and what for.")
        {
            Default = "[]",
        },
    ]);

    private static readonly Schema Registry = new("registry", "Where images come from.",
    [
        new("host", Formats.HostPort, "The registry, as references name it.") { Required = true },
        new("mirror", ManifestFormats.Mirror, "Where its images are fetched instead."),
        new("username", Formats.Text, "Account."),
        new("password_secret", Formats.Identifier, "The name of a secret."),
    ])
    { Key = "host", Example = "host: docker.io" };

    public static readonly FileKind Kind = new(File, "SystemManifest", new("spec",
        "The machine's identity and what it says about Loam itself.",
    [
        new("hostname", Formats.HostName,
            "The machine's name; here or in network.yaml, and both must agree."),
        new("timezone", ManifestFormats.Timezone, "Time zone, such as Europe/Berlin."),
        new("llm", new ObjectType(Llm), "The model that helps to understand requests.")
        {
            Default = "{}", Restricted = true, Change = Change.Record,
        },
        new("safety", new ObjectType(Safety), "How changes are approved and guarded.")
        {
            Default = "{}", Restricted = true, Change = Change.Record,
        },
        NotYet("observe", new ObjectType(Observe), "What is kept of what is seen.", "{}"),
        new("backup", new ObjectType(Backup),
            "Copies of Loam's own state and of the volumes marked for it.")
        {
            Default = "{}", Change = Change.Record, IsRequest = true,
        },
        new("notify", new ListType(new ObjectType(Notifier)), "Who is told.")
        {
            Change = Change.Record,
        },
        new("api", new ObjectType(Api), "Access over the network.")
        {
            Default = "{}", Restricted = true, Change = Change.Record,
        },
        new("registries", new ListType(new ObjectType(Registry)), "Where images come from.")
        {
            Change = Change.Record,
        },
    ]));
}
