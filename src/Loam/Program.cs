using Loam.Cli;

return await CommandLineApp.RunAsync(args).ConfigureAwait(false);
