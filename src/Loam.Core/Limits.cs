namespace Loam.Core;

/// <summary>Every bound of a queue, retry, wait or input, in one place. Units are in the names or
/// beside them.</summary>
public static class Limits
{
    /// <summary>Bytes of one state file.</summary>
    public const int StateFileBytes = 1024 * 1024;
    /// <summary>Levels of nesting in a state file.</summary>
    public const int StateFileDepth = 24;
    /// <summary>Nodes in one state file.</summary>
    public const int StateFileNodes = 100_000;
    /// <summary>Characters of a field's name, as an edit writes it; YAML allows 1024.</summary>
    public const int FieldNameLength = 1000;
    /// <summary>Pairs of items compared when one list is rewritten into another; beyond it, items
    /// are matched at both ends only.</summary>
    public const long AlignmentCells = 4_000_000;

    /// <summary>Characters of one answer of a model.</summary>
    public const int AnswerCharacters = 2 * 1024 * 1024;
    /// <summary>Characters kept of the words beside the files of an answer.</summary>
    public const int AnswerWords = 16 * 1024;
    /// <summary>How often an answer that cannot be used goes back to the model.</summary>
    public const int RepairRounds = 3;
    /// <summary>Findings that go back with it; the rest are mended by then, or come again.
    /// </summary>
    public const int RepairFindings = 20;
    /// <summary>Events, and lines of a log, that a model is shown at most.</summary>
    public const int ViewEvents = 100;
    public const int ViewLogLines = 200;
    /// <summary>Logs that are in a view at most.</summary>
    public const int ViewLogs = 3;

    /// <summary>Findings shown for one set of state files.</summary>
    public const int Findings = 200;

    /// <summary>Removed and added lines up to which a shown difference is the shortest one; beyond
    /// it, all between the first and the last changed line is shown as changed.</summary>
    public const int DiffLines = 1000;

    /// <summary>Steps that run at the same time.</summary>
    public const int ParallelSteps = 8;
    /// <summary>Attempts of one host call whose fault may pass.</summary>
    public const int HostAttempts = 6;
    /// <summary>First pause between attempts; doubles each time.</summary>
    public static readonly TimeSpan HostRetryPause = TimeSpan.FromMilliseconds(250);
    /// <summary>How long a rollback keeps trying to reach an engine that went away.</summary>
    public static readonly TimeSpan RollbackPatience = TimeSpan.FromSeconds(90);

    /// <summary>Pause between probes while a step waits for health (decision 13).</summary>
    public static readonly TimeSpan GatePause = TimeSpan.FromMilliseconds(250);
    /// <summary>The least a step waits for health, however short the probe's own times are.
    /// </summary>
    public static readonly TimeSpan ShortestGate = TimeSpan.FromSeconds(5);
    /// <summary>The longest a step waits for health, whatever the probe says.</summary>
    public static readonly TimeSpan GateLimit = TimeSpan.FromMinutes(10);
    /// <summary>How long a service without any probe must stay running to count as healthy.
    /// </summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);
    /// <summary>How long a container gets to stop before it is killed.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    /// <summary>How long one that is started again in spite of a stop is stopped anew.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    /// <summary>A pull without a byte for this long has failed.</summary>
    public static readonly TimeSpan PullStall = TimeSpan.FromSeconds(60);
    /// <summary>How long a change that could cut off its approver waits for a confirmation.
    /// </summary>
    public static readonly TimeSpan Trial = TimeSpan.FromSeconds(60);
    /// <summary>How much later a process outside of the daemon takes it back.</summary>
    public static readonly TimeSpan DeadmanGrace = TimeSpan.FromSeconds(5);
    /// <summary>Messages that wait to be sent; what waits longest goes first.</summary>
    public const int Messages = 200;
    /// <summary>Pause before a message is tried again; doubles each time up to the longest.
    /// </summary>
    public static readonly TimeSpan MessageRetryPause = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MessageLongestPause = TimeSpan.FromHours(1);
    /// <summary>How long a message is tried.</summary>
    public static readonly TimeSpan MessageLifetime = TimeSpan.FromDays(3);
    /// <summary>How long one try may take.</summary>
    public static readonly TimeSpan MessageTry = TimeSpan.FromSeconds(20);
    /// <summary>How long a service is unhealthy before somebody is told.</summary>
    public static readonly TimeSpan UnhealthyTold = TimeSpan.FromMinutes(5);
    /// <summary>How long before its end a certificate that nobody renews is told of.</summary>
    public static readonly TimeSpan CertificateTold = TimeSpan.FromDays(14);
    /// <summary>Connections that one sandbox may have at a time.</summary>
    public const int SandboxConnections = 64;
    /// <summary>Pause before a job is tried again; so many times longer as it was tried.
    /// </summary>
    public static readonly TimeSpan JobRetryPause = TimeSpan.FromSeconds(5);
    /// <summary>How long a certificate of this machine's own authority lasts.</summary>
    public static readonly TimeSpan OwnCertificate = TimeSpan.FromDays(90);
    /// <summary>How long its root lasts.</summary>
    public static readonly TimeSpan OwnRoot = TimeSpan.FromDays(3650);
    /// <summary>How long a provider may take to prove a domain or to sign.</summary>
    public static readonly TimeSpan AcmeProof = TimeSpan.FromMinutes(2);
    /// <summary>Pause between two looks for certificates that want renewing.</summary>
    public static readonly TimeSpan CertificatePause = TimeSpan.FromMinutes(1);
    /// <summary>Pause before a renewal that failed is tried again.</summary>
    public static readonly TimeSpan CertificateRetry = TimeSpan.FromHours(1);
    /// <summary>When a backup that failed is tried again, if its next time is not sooner; and a
    /// restore drill.</summary>
    public static readonly TimeSpan BackupAgain = TimeSpan.FromHours(1);
    public static readonly TimeSpan DrillAgain = TimeSpan.FromDays(1);
    /// <summary>Generations whose images are kept for a revert without network.</summary>
    public const int KeptGenerations = 5;

    /// <summary>Quiet time after an edit before the files are read.</summary>
    public static readonly TimeSpan EditDebounce = TimeSpan.FromMilliseconds(500);
    /// <summary>Events kept for those who ask later.</summary>
    public const int Events = 1000;
    /// <summary>Plans shown and awaiting approval at one time.</summary>
    public const int OpenPlans = 64;
    /// <summary>Characters of all proposals that wait for somebody to ask for their plan.
    /// </summary>
    public const int ProposalBytes = 32 * 1024 * 1024;
    /// <summary>Proposals of one author for one person that are kept; his oldest makes room.
    /// </summary>
    public const int ProposalsOfOne = 16;
    /// <summary>Bytes that the folder of a confined program may hold, and files.</summary>
    public const int ConfinedSpace = 128 * 1024 * 1024;
    public const int ConfinedFiles = 1000;
    /// <summary>How often somebody looks.</summary>
    public static readonly TimeSpan ConfinedLook = TimeSpan.FromSeconds(2);
    /// <summary>Letters of a person's words that a proposal is parted by.</summary>
    public const int SaidLetters = 64 * 1024;
    /// <summary>Conversations of programs of which the daemon knows what was said.</summary>
    public const int HeardSessions = 256;
    /// <summary>How long it may take to find out what words cover.</summary>
    public static readonly TimeSpan ScopePatience = TimeSpan.FromSeconds(20);
    /// <summary>Bytes of what words cover, written.</summary>
    public const int ScopeBytes = 4 * 1024 * 1024;
    /// <summary>How long a proposal waits for a person.</summary>
    public static readonly TimeSpan ProposalLifetime = TimeSpan.FromHours(24);
    /// <summary>Proposals that are planned at one time.</summary>
    public const int ProposalsPlanned = 2;
    /// <summary>The longest that one request waits to hear what became of a proposal.</summary>
    public static readonly TimeSpan ProposalWait = TimeSpan.FromMinutes(1);
    /// <summary>Bytes of one line to the mind.</summary>
    public const int MindLineBytes = 64 * 1024;
    /// <summary>Bytes of one line of the mind's answer that a client reads.</summary>
    public const int MindAnswerBytes = 1024 * 1024;
    /// <summary>People's connections to the mind at one time.</summary>
    public const int MindConnections = 32;
    /// <summary>Of those, through the API.</summary>
    public const int Conversations = 16;
    /// <summary>Conversations that a person's shell can go on with.</summary>
    public const int SaidSessions = 20;
    /// <summary>Turns that a conversation remembers.</summary>
    public const int MindTurns = 40;
    /// <summary>Conversations of one person that are kept; the oldest go.</summary>
    public const int PersonSessions = 100;
    /// <summary>Bytes of all words of everybody's conversations that are kept.</summary>
    public const long SessionBytes = 32 * 1024 * 1024;
    /// <summary>Preferences of one person, and characters of one.</summary>
    public const int Preferences = 20, PreferenceLength = 200;
    /// <summary>Conversations that the mind keeps at hand.</summary>
    public const int MindSessions = 256;
    /// <summary>A mind to which nobody speaks for as long ends, and is started again by the next
    /// who does.</summary>
    public static readonly TimeSpan MindQuiet = TimeSpan.FromMinutes(10);
    /// <summary>Connections from the network at one time.</summary>
    public const int WebConnections = 128;
    /// <summary>Questions of containers for names that wait at one time.</summary>
    public const int NamesWaiting = 1024;
    /// <summary>Connections of containers that ask for names at one time.</summary>
    public const int NamesStreams = 64;
    /// <summary>Tokens that there may be.</summary>
    public const int Tokens = 100;
    /// <summary>Wrong tokens from one place after which more of them are turned away for a while.
    /// </summary>
    public const int TokenFailures = 10;
    /// <summary>How long that is, and how long a wrong one counts.</summary>
    public static readonly TimeSpan TokenPause = TimeSpan.FromMinutes(1);
    /// <summary>Places that are remembered for it.</summary>
    public const int TokenSources = 1000;
    /// <summary>How long what a model said is said again to the very same request.</summary>
    public static readonly TimeSpan MindRecall = TimeSpan.FromMinutes(10);
    /// <summary>How often the mind says that it is still thinking.</summary>
    public static readonly TimeSpan MindPulse = TimeSpan.FromSeconds(5);
    /// <summary>How long nothing at all is heard of the mind before its client gives up.</summary>
    public static readonly TimeSpan MindSilence = TimeSpan.FromSeconds(60);
    /// <summary>The same of the model host, which takes a model's memory.</summary>
    public static readonly TimeSpan ModelQuiet = TimeSpan.FromMinutes(10);
    /// <summary>Requests that wait for the model host to be free, and how long.</summary>
    public const int ModelWaiting = 4;
    public static readonly TimeSpan ModelWait = TimeSpan.FromMinutes(2);
    /// <summary>How long a model may take over a few tokens before its host gives up, and how
    /// long the host itself may be silent before the daemon ends it.</summary>
    public static readonly TimeSpan ModelStall = TimeSpan.FromMinutes(2);
    public static readonly TimeSpan ModelSilence = TimeSpan.FromSeconds(20);
    /// <summary>How long a model may take to be loaded.</summary>
    public static readonly TimeSpan ModelLoad = TimeSpan.FromMinutes(10);
    /// <summary>Bytes the model host needs besides the model and its context.</summary>
    public const long ModelOverhead = 768L << 20;
    /// <summary>How long a shown plan can be approved.</summary>
    public static readonly TimeSpan PlanLifetime = TimeSpan.FromHours(1);
    /// <summary>Bytes of one request to the daemon.</summary>
    public const int RequestBytes = 8 * 1024 * 1024;
    /// <summary>Bytes of the daemon's answer a client reads, and of one line of a stream.
    /// </summary>
    public const int ReplyBytes = 64 * 1024 * 1024;
    /// <summary>Bytes of an answer's head.</summary>
    public const int ReplyHeadBytes = 32 * 1024;
    /// <summary>Lines the interactive shell remembers.</summary>
    public const int ShellHistory = 1000;
    /// <summary>Connections to the daemon at one time; followers hold one each.</summary>
    public const int Connections = 256;
    /// <summary>Clients that may wait for the change in hand.</summary>
    public const int Waiting = 32;
    /// <summary>Bytes reserved for the journal, so that a full disk can be rolled back.</summary>
    public const int JournalBytes = 8 * 1024 * 1024;
    /// <summary>Replicas of one service.</summary>
    public const int Replicas = 100;

    /// <summary>Longest wait for one answer of an engine that is neither a pull nor a stop.
    /// </summary>
    public static readonly TimeSpan EngineCall = TimeSpan.FromSeconds(60);
    /// <summary>Longest wait for an engine to say that it is there.</summary>
    public static readonly TimeSpan EnginePing = TimeSpan.FromSeconds(2);
    /// <summary>Bytes of one answer of an engine.</summary>
    public const int EngineAnswerBytes = 32 * 1024 * 1024;
    /// <summary>Calls to one engine at the same time when many things are looked at.</summary>
    public const int EngineCalls = 8;
    /// <summary>Bytes kept of what a command in a container prints.</summary>
    public const int ExecOutputBytes = 64 * 1024;
    /// <summary>Bytes of one line of a log, an event or a pull; more is cut off.</summary>
    public const int LogLineBytes = 64 * 1024;
    /// <summary>Processes of a container that declares no limit. Nobody writes 2047, so what is
    /// observed tells a declared limit from this one.</summary>
    public const long ContainerPids = 2047;
    /// <summary>Size of one file of an engine's log of a container, and how many there are
    /// (decision 23).</summary>
    public const int ContainerLogMebibytes = 10;
    public const int ContainerLogFiles = 3;

    /// <summary>Bytes of one secret's plaintext.</summary>
    public const int SecretBytes = 64 * 1024;
    /// <summary>Longest wait for one answer of a registry.</summary>
    public static readonly TimeSpan RegistryCall = TimeSpan.FromSeconds(15);
    /// <summary>Bytes of one manifest, token or list of tags; a registry may refuse more than
    /// 4 MiB as well.</summary>
    public const int RegistryAnswerBytes = 4 * 1024 * 1024;
    /// <summary>Tags that are looked at to name one that is near.</summary>
    public const int RegistryTags = 1000;
    /// <summary>Tags that are asked for to find a newer version.</summary>
    public const int UpdateTags = 10_000;

    /// <summary>Part of a sized volume in use, in percent, beyond which it is said.</summary>
    public const int FullPercent = 90;
    /// <summary>Longest run of a program that makes, attaches or grows a file system.</summary>
    public static readonly TimeSpan StorageCommand = TimeSpan.FromMinutes(5);
    /// <summary>Longest look at what there is of volume groups, and letters that are read of it.
    /// </summary>
    public static readonly TimeSpan StorageLook = TimeSpan.FromSeconds(20);
    public const int StorageReport = 4 * 1024 * 1024;
    /// <summary>Longest run of a short program of the host, such as nft.</summary>
    public static readonly TimeSpan HostCommand = TimeSpan.FromSeconds(15);
    /// <summary>How long a private engine may take to answer after its start, and to end.
    /// </summary>
    public static readonly TimeSpan EngineStart = TimeSpan.FromSeconds(60);
    /// <summary>How long a client waits for a daemon that is starting.</summary>
    public static readonly TimeSpan DaemonStart = TimeSpan.FromMinutes(2);
    /// <summary>Bytes of a private engine's own log, beyond which it is emptied at the next start.
    /// </summary>
    public const int EngineLogBytes = 4 * 1024 * 1024;

    /// <summary>First pause before a process of the machine's own is started again; doubles each
    /// time, up to the longest, and begins anew after one that lived.</summary>
    public static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestRestartPause = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(30);
    /// <summary>How long the daemon has the machine to itself when it starts, at most: the others
    /// begin when it answers.</summary>
    public static readonly TimeSpan DaemonAlone = TimeSpan.FromSeconds(10);
    /// <summary>How long the machine's own processes get to end when it is switched off: the daemon
    /// takes a change in hand back first.</summary>
    public static readonly TimeSpan EndOfProcesses = TimeSpan.FromSeconds(60);
    /// <summary>How long all others get then, containers among them.</summary>
    public static readonly TimeSpan EndOfOthers = TimeSpan.FromSeconds(10);
    /// <summary>How long a system on trial has to be well before it is confirmed.</summary>
    public static readonly TimeSpan SlotCalm = TimeSpan.FromSeconds(10);
    /// <summary>How long it has to become so, unless somebody says otherwise, and the most.
    /// </summary>
    public static readonly TimeSpan SlotTrial = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestSlotTrial = TimeSpan.FromMinutes(30);
    /// <summary>How long whoever asked for an update has to read that the machine starts again.
    /// </summary>
    public static readonly TimeSpan RestartNotice = TimeSpan.FromSeconds(3);
    /// <summary>How much longer the first process waits before it ends a trial itself.</summary>
    public static readonly TimeSpan SlotTrialGrace = TimeSpan.FromMinutes(2);
    /// <summary>Without a sign from the first process for so long, the watchdog starts the machine
    /// again.</summary>
    public static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(2);
    /// <summary>Bytes of what a new machine is given to begin with.</summary>
    public const int SeedBytes = 1024 * 1024;
    /// <summary>Bytes of a log of the machine's own processes, beyond which it is begun anew.
    /// </summary>
    public const int OwnLogBytes = 4 * 1024 * 1024;
}
