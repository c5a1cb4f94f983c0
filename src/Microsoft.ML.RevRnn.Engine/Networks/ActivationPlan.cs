namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// How the activations of a batch come back for its backward pass. Its chunks form segments. Of every segment but the last only a checkpoint of the
/// state at its start is kept; the backward pass restores it and runs the segment forward again. Within a segment, activations are either
/// stored, or reversed from the segment's end and its lost bits.
/// </summary>
/// <param name="SegmentChunks">Chunks of a segment; all of the batch's for stored and for purely reversible activations.</param>
/// <param name="Reverses">Whether a segment's activations are reversed, not stored.</param>
internal readonly record struct ActivationPlan(int SegmentChunks, bool Reverses)
{
    public int SegmentCount(int chunkCount) => (chunkCount + SegmentChunks - 1) / SegmentChunks;
}
