namespace Autocomplete;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(FileInfo? Text, int Observations, int Words, int Units, int Epochs, FileInfo? Html, int? Threads, bool Json);
