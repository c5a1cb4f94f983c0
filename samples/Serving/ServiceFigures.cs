namespace Serving;

/// <summary>How the service does.</summary>
/// <param name="Answered">Texts that were classified.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="MeanBatch">Requests that were answered side by side, on average.</param>
/// <param name="MedianMilliseconds">From a request's arrival to its answer, of half of them at the most.</param>
/// <param name="Percentile99Milliseconds">The same, of 99 % of them.</param>
/// <param name="TokensWritten">By the language model.</param>
internal sealed record ServiceFigures(long Answered, long Waiting, double MeanBatch, double MedianMilliseconds, double Percentile99Milliseconds, long TokensWritten);
