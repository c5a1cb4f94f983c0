using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace LongDocuments;

/// <summary>What came of a trial.</summary>
/// <param name="Metrics">How well the test texts were told.</param>
/// <param name="Scored">The schema of the scored test texts.</param>
/// <param name="Correct">Whether each test text was told right.</param>
/// <param name="Network">The network that was trained.</param>
/// <param name="Training">What training cost.</param>
internal sealed record TrialResult(
    MulticlassClassificationMetrics Metrics, DataViewSchema Scored, bool[] Correct, NetworkOptions Network, TrainingReport Training);
