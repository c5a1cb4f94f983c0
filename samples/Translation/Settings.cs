using Microsoft.ML.RevRnn;

namespace Translation;

/// <summary>What the command line asks for.</summary>
/// <param name="Source">A file of sources, a line each; null for dates.</param>
/// <param name="Target">That of their translations.</param>
/// <param name="Cell">The recurrent cell.</param>
/// <param name="Minutes">Time after which training ends; null for the number of passes of the recipe.</param>
/// <param name="Html">Where alignments are drawn; null for nowhere.</param>
/// <param name="Threads">Threads; null for as many as there are processors.</param>
/// <param name="IsShort">Whether it is to be over in seconds, and learn little.</param>
/// <param name="Json">Whether the last line is JSON.</param>
internal sealed record Settings(FileInfo? Source, FileInfo? Target, CellKind Cell, double? Minutes, FileInfo? Html, int? Threads, bool IsShort, bool Json);
