namespace SequenceClassification;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(FileInfo? Data, bool UseGru, int Epochs, int? Threads, bool SkipsLinear, bool SkipsOrder, bool Json);
