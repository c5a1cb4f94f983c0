using Microsoft.ML.RevRnn;

namespace LanguageModeling;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings(FileInfo? Data, TokenKind Level, CellKind Cell, double Minutes, FileInfo? Checkpoint, int? Threads, bool Json);
