namespace LongDocuments;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(FileInfo? Data, bool UseGru, long BudgetBytes, int Epochs, int? Threads, bool Json);
