using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Token vectors as prediction has them, whose gradients are not added up by token but kept by position: of a trained network that is asked what it went by.</summary>
/// <param name="table">The vectors.</param>
/// <param name="gradients">Receives the gradients by them; its batch is that of the direction from first to last.</param>
/// <param name="isReversed">Whether it is read by the direction from the last token to the first.</param>
internal sealed unsafe class RecordingInput(EmbeddingTable table, InputGradients gradients, bool isReversed) : IStackInput
{
    private PackedBatch _batch = new();

    /// <summary>The step behind those whose gradients have not come: they come chunk by chunk, from the last one.</summary>
    private int _end;

    public int Stride => table.Stride;

    public int Vocabulary => table.Value.Rows;

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _end = batch.StepCount;
    }

    public void Write(ReadOnlySpan<int> tokens, float* inputs) => table.Gather(tokens, inputs, dropout: 0, key: 0);

    public void Mask(ReadOnlySpan<int> tokens, float* rows)
    {
    }

    public void BeginGradient()
    {
        if (!isReversed)
            gradients.Begin(_batch);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">There are several workers, who would each have to know where the chunk stands.</exception>
    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker)
    {
        if (team.Size != 1)
            throw new NotSupportedException("Gradients by position are recorded by one thread.");
        var last = _batch.FlatOffset(_end);
        while (_batch.FlatOffset(_end) > last - tokens.Length)
        {
            _end--;
            var source = gradient + (nint)(_batch.FlatOffset(_end) - last + tokens.Length) * Stride;
            for (var row = 0; row < _batch.ActiveRows(_end); row++)
                gradients.Add(isReversed ? _batch.Length(row) - 1 - _end : _end, row, source + (nint)row * Stride);
        }
    }
}
