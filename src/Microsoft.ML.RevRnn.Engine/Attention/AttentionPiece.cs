namespace Microsoft.ML.RevRnn.Attention;

/// <summary>A part of a chunk that attention does at a time.</summary>
/// <param name="FirstStep">Its first step, of the chunk.</param>
/// <param name="FirstRow">Its first row.</param>
/// <param name="EndRow">Behind its last row; <paramref name="FirstRow"/> where there is none.</param>
internal readonly record struct AttentionPiece(int FirstStep, int FirstRow, int EndRow)
{
    public bool IsNone => EndRow == FirstRow;
}
